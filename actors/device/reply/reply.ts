/**
 * One reply: text becomes sentences, sentences become speech, speech goes out at the pace of the person's ear.
 *
 * @module
 */

import type { OpusDecoder } from "../../../audio/opus/codec.ts";
import type { FrameEncoder } from "../../../audio/opus/frame_encoder.ts";
import { Playout } from "../../../audio/playout/playout.ts";
import { speakable, splitSentences } from "../../../audio/sentences.ts";
import type { SpeechAudio } from "../../../audio/types.ts";
import { type Clock, delay, type TimerId } from "../../../base/clock.ts";
import { AppError } from "../../../base/errors.ts";
import { type Emotion, EMOTION_EMOJI, isEmotion, type KnownServerMessage } from "../../../protocol/mod.ts";
import type { SynthesizeStage } from "../../../services/esp32_server/stages.ts";
import type { DeviceMetrics } from "../../../services/metrics/device_metrics.ts";
import { languageOf } from "../phrases.ts";
import { emotionOfText } from "../emotion_of_text.ts";
import type { DeviceSettings } from "../settings.ts";
import type { Turn } from "../turn.ts";
import { spokenSentences } from "./spoken_sentences.ts";
import { VoiceWatch } from "./voice_watch.ts";

/** Audio made ahead of the ear: enough to hide the next sentence's synthesis, little enough not to waste it when the person cuts in. */
const AHEAD_MS = 10_000;

/**
 * The device empties its decoder queue when it enters *speaking*, some milliseconds after `tts start` (firmware `main/application.cc`);
 * frames sent earlier than this after it would be lost.
 */
const START_GAP_MS = 60;

/** More than this in the socket's buffer is more than the network takes in real time: about half a second of 24 kbit/s frames. */
const MAX_BUFFERED_BYTES = 2048;

/**
 * Frames that are taken in one go. A sentence of two seconds that is there whole takes some milliseconds to be cut into frames; other devices'
 * frames, and the first of this one, are due meanwhile.
 */
const FRAMES_AT_A_TIME = 6;

/** A network that takes nothing for this long will not bring back the conversation. */
const NETWORK_STALL_MS = 5000;

/** What a reply needs. */
export interface ReplyOptions {
  readonly clock: Clock;
  readonly settings: DeviceSettings;
  readonly synthesize: SynthesizeStage;
  readonly encoder: FrameEncoder;
  /** Decoders at 16 kHz, to measure what a synthesiser sends. */
  readonly loadDecoders: () => Promise<() => OpusDecoder>;
  readonly turn: Turn;
  /** Sends a message to the device. */
  readonly send: (message: KnownServerMessage) => void;
  readonly sendAudio: (packet: Uint8Array<ArrayBuffer>, timestampMs: number) => void;
  readonly bufferedAmount: () => number;
  /** Counts how evenly it is played. */
  readonly metrics?: Pick<DeviceMetrics, "frameLate" | "underruns">;
  /** The person hears the first of it; a filler is none of it. */
  readonly onHeard: () => void;
}

/** What is said while the answer is waited for. */
export interface Filler {
  readonly text: string;
  audio(): SpeechAudio;
}

/** Speaks a text to a device, once. */
export class Reply {
  /** What was made of it, where the history keeps it; once the reply is over, what was heard. A filler is not among it. */
  readonly packets: Uint8Array<ArrayBuffer>[] = [];
  readonly #options: ReplyOptions;
  readonly #playout: Playout;
  readonly #ended = Promise.withResolvers<void>();
  /** Resolves when nothing more of the text is wanted. */
  readonly #enough = Promise.withResolvers<void>();
  readonly #stop = new AbortController();
  #felt = false;
  #emotion: Emotion | undefined;
  #held: PromiseWithResolvers<void> | undefined;
  #startedAt = 0;
  #begun = false;
  #over = false;
  /** Frames of a filler, which are the first of the playout; 0 without one. */
  #fillerFrames = 0;
  #fillerTimer: TimerId | undefined;
  /** Whether sound of the reply itself has begun to come, so that a filler would only delay it. */
  #sounds = false;
  #answered = false;
  #heard = false;

  constructor(options: ReplyOptions) {
    this.#options = options;
    const { clock, settings, send, turn } = options;
    this.#ended.promise.catch(() => {});
    this.#playout = new Playout({
      clock,
      format: settings.downlink,
      leadFrames: settings.leadFrames,
      tailMs: settings.stopTailMs,
      maxBufferedBytes: MAX_BUFFERED_BYTES,
      stallMs: NETWORK_STALL_MS,
      sink: { send: options.sendAudio, bufferedAmount: options.bufferedAmount },
      onSent: (lateMs) => options.metrics?.frameLate(lateMs),
      onSentence: (text) => {
        send({ type: "tts", state: "sentence_start", text });
        if (this.#heard) return;
        this.#heard = true;
        turn.mark("firstFrameMs");
        // The frame leaves when the event loop has its turn: what is told of it is told after that.
        clock.setTimeout(() => this.#over || options.onHeard(), 0);
      },
      onEnded: () => this.#ended.resolve(),
      onCutShort: () => {
        turn.cutShort = true;
        this.#enough.resolve();
      },
      onStalled: () => {
        const error = new AppError(`The device took no audio for ${NETWORK_STALL_MS} ms`, { code: "network_stalled", retryable: true });
        turn.fail(error);
        this.#ended.reject(error);
        this.end();
      },
    });
  }

  /** Aborted when the reply is over. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Number that grows while the reply makes progress. */
  get progress(): number {
    return this.#playout.report().framesSent;
  }

  /** Whether something of the reply itself was heard or will be: from here on it can only go on or end. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Shows the emotion of the reply, once; later ones are ignored. */
  feel(emotion: string): void {
    if (this.#felt || this.#over || !isEmotion(emotion)) return;
    this.#felt = true;
    this.#emotion = emotion;
    if (this.#begun) this.#showEmotion();
  }

  /** Whether the device has been told of the reply, and not yet of its end. */
  get sounding(): boolean {
    return this.#begun && !this.#over;
  }

  /**
   * Tells the device that an answer comes, once the reply may go on. Where this is not called, the first audio does it.
   *
   * @throws The signal's reason, when the reply is over before.
   */
  async begin(): Promise<void> {
    while (this.#held !== undefined) await this.#held.promise;
    this.signal.throwIfAborted();
    if (this.#begun) return;
    this.#begun = true;
    this.#startedAt = this.#options.clock.now();
    this.#options.send({ type: "tts", state: "start" });
    this.#showEmotion();
  }

  /** Waits: nothing more is sent until {@link Reply.resume}. What is being made goes on being made. */
  hold(): void {
    if (this.#over) return;
    this.#held ??= Promise.withResolvers<void>();
    this.#playout.pause();
  }

  /** Goes on where {@link Reply.hold} stopped it. */
  resume(): void {
    this.#held?.resolve();
    this.#held = undefined;
    this.#playout.resume();
  }

  /**
   * After `ms` milliseconds in which no sound of the reply has come, says a filler: once, in front of the reply, and not as a part of it. The
   * filler is dropped where the reply's own sound is there first.
   *
   * @param failed Called where it cannot be loaded or encoded; the reply goes on.
   */
  fillAfter(ms: number, load: () => Promise<Filler>, failed: (error: unknown) => void): void {
    this.#fillerTimer = this.#options.clock.setTimeout(() => {
      this.#fill(load).catch((error) => this.#over || failed(error));
    }, ms);
  }

  /** Makes the sentence that is heard the last; where nothing is heard yet, the first. */
  finishSentence(): void {
    if (!this.#over) this.#playout.finishSentence();
  }

  /** Speaks a text; resolves when all of it, or all that is wanted of it, has been handed to the playout. */
  speak(text: AsyncIterable<string>): Promise<void> {
    return Promise.race([this.#speak(text), this.#enough.promise]);
  }

  async #speak(text: AsyncIterable<string>): Promise<void> {
    const { turn, settings, synthesize } = this.#options;
    const signal = this.signal;
    for await (const sentence of splitSentences(this.#written(text))) {
      signal.throwIfAborted();
      const spoken = speakable(sentence);
      if (spoken === "") continue;
      turn.mark("firstSentenceMs");
      const voice = settings.voice === undefined ? {} : { voice: settings.voice };
      const language = settings.language === "auto" ? languageOf(spoken) : settings.language;
      const watch = new VoiceWatch(turn, this.#options.clock, this.#options.loadDecoders);
      const coming = synthesize.synthesize({ text: spoken, language, ...voice }, { signal });
      if (!this.#felt) await this.#feelSoon(sentence, coming);
      await this.play(spoken, watch.over(await coming));
    }
  }

  /** Plays a sentence whose sound is there; resolves when all of it has been handed to the playout. */
  async play(sentence: string, audio: SpeechAudio): Promise<void> {
    const { turn, settings, encoder } = this.#options;
    const signal = this.signal;
    signal.throwIfAborted();
    this.#sounds = true;
    this.#disarmFiller();
    this.#playout.sentence(sentence);
    let taken = 0;
    for await (const packet of encoder.encode(audio, settings.downlink, { signal, slackMs: this.#playout.queuedMs })) {
      if (turn.cutShort) return;
      turn.mark("firstAudioMs");
      await this.#room(signal);
      if (settings.historyAudio === "both") this.packets.push(packet);
      this.#answered = true;
      this.#playout.push(packet);
      // The first frame leaves when the event loop has its turn, and so do those that go out with it; then it gets one again and again.
      const isFirst = ++taken === 1;
      if (isFirst || (taken - settings.leadFrames - 1) % FRAMES_AT_A_TIME === 0) await delay(this.#options.clock, 0, signal);
    }
  }

  /**
   * Resolves when the device has played everything, and tells it so with `tts stop`; not after a farewell, since the stop would switch the
   * microphone on again right before the connection closes.
   */
  async finish(): Promise<void> {
    if (this.#over) return;
    this.#playout.finish();
    await this.#ended.promise;
    this.#options.turn.mark("playoutEndMs");
    this.#close({ stop: !this.#options.turn.farewell });
  }

  /** Ends the reply at once: nothing of it is sent afterwards but `tts stop`, and what was heard is settled. */
  end(): void {
    this.#close({ stop: true });
  }

  #close({ stop }: { readonly stop: boolean }): void {
    if (this.#over) return;
    this.#over = true;
    const { turn, send, settings: { downlink: { frameMs } } } = this.#options;
    this.#disarmFiller();
    const { heardText, heardMs, framesSent, underruns, sentences } = this.#playout.abort();
    if (underruns > 0) this.#options.metrics?.underruns(underruns);
    if (framesSent > this.#fillerFrames) turn.mark("playoutEndMs");
    turn.heard = {
      text: heardText,
      ms: Math.max(0, heardMs - this.#fillerFrames * frameMs),
      ...spokenSentences(sentences, frameMs),
    };
    // With the frame that has begun to sound.
    this.packets.splice(Math.ceil(turn.heard.ms / frameMs));
    this.#held?.resolve();
    this.#held = undefined;
    this.#stop.abort(new AppError(`The reply of turn ${turn.id} is over`, { code: "reply_over" }));
    if (stop && this.#begun) send({ type: "tts", state: "stop" });
  }

  #disarmFiller(): void {
    if (this.#fillerTimer !== undefined) this.#options.clock.clearTimeout(this.#fillerTimer);
    this.#fillerTimer = undefined;
  }

  async #fill(load: () => Promise<Filler>): Promise<void> {
    this.#fillerTimer = undefined;
    const { encoder, settings, send } = this.#options;
    const filler = await load();
    if (this.#sounds || this.#over) return;
    const packets = await Array.fromAsync(encoder.encode(filler.audio(), settings.downlink, { signal: this.signal }));
    await this.#room(this.signal);
    // The person may have begun to speak meanwhile.
    await this.begin();
    if (this.#sounds || this.#over) return;
    this.#fillerFrames = packets.length;
    send({ type: "tts", state: "sentence_start", text: filler.text });
    for (const packet of packets) this.#playout.push(packet);
    this.#playout.rest();
  }

  /** Shows the emotion of a text when the request for its sound has left: the sound takes longer than a face to change. */
  async #feelSoon(text: string, coming: Promise<SpeechAudio>): Promise<void> {
    // It is waited for after this.
    coming.catch(() => {});
    await delay(this.#options.clock, 0, this.signal);
    this.feel(emotionOfText(text));
  }

  async *#written(text: AsyncIterable<string>): AsyncGenerator<string> {
    const { turn } = this.#options;
    for await (const piece of text) {
      turn.replyText += piece;
      yield piece;
    }
  }

  #showEmotion(): void {
    const emotion = this.#emotion;
    if (emotion !== undefined) this.#options.send({ type: "llm", emotion, text: EMOTION_EMOJI[emotion] });
    this.#emotion = undefined;
  }

  async #room(signal: AbortSignal): Promise<void> {
    await this.begin();
    const gap = this.#startedAt + START_GAP_MS - this.#options.clock.now();
    if (gap > 0) await delay(this.#options.clock, gap, signal);
    await this.#playout.waitForSpace(AHEAD_MS);
    signal.throwIfAborted();
  }
}
