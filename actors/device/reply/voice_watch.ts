/**
 * Watches the audio of a synthesiser on its way to the encoder, for the timeline of the turn. Nothing waits for it.
 *
 * @module
 */

import { LeadingSilence } from "../../../audio/leading_silence.ts";
import type { OpusDecoder } from "../../../audio/opus/codec.ts";
import type { SpeechAudio } from "../../../audio/types.ts";
import { type Clock, delay } from "../../../base/clock.ts";
import type { SynthesisMarks, Turn } from "../turn.ts";

/** Rate of the decoders, which are made for what devices record: milliseconds of silence are the same at any rate. */
const DECODER_RATE = 16_000;

/** Watches one synthesis. It counts as asked for when its watch is made. */
export class VoiceWatch {
  readonly #turn: Turn;
  readonly #clock: Clock;
  readonly #loadDecoders: () => Promise<() => OpusDecoder>;
  readonly #marks: SynthesisMarks;
  /** For the first text alone: those after it are made while it plays. */
  #silence: LeadingSilence | undefined;

  constructor(turn: Turn, clock: Clock, loadDecoders: () => Promise<() => OpusDecoder>) {
    this.#turn = turn;
    this.#clock = clock;
    this.#loadDecoders = loadDecoders;
    this.#silence = turn.syntheses.length === 0 ? new LeadingSilence() : undefined;
    this.#marks = turn.beginSynthesis();
  }

  /** The same audio, watched while it is read. */
  over(audio: SpeechAudio): SpeechAudio {
    if (audio.kind === "pcm") {
      // Looked at on its way, because its memory goes to a worker afterwards. The look ends at the first sound.
      const look = (samples: Int16Array<ArrayBuffer>) => this.#measure(samples, audio.sampleRate);
      return { ...audio, chunks: this.#watched(audio.chunks, { came: look }) };
    }
    return { ...audio, packets: this.#watched(audio.packets, this.#opusLook()) };
  }

  /** Decodes packets, about 0.1 ms each, until the first sound; in the next turn of the event loop, so that they leave before. */
  #opusLook(): Look<Uint8Array<ArrayBuffer>> {
    let waiting: Uint8Array<ArrayBuffer>[] = [];
    let looking: Promise<void> | undefined;
    let decoder: OpusDecoder | undefined;
    const stop = () => {
      this.#silence = undefined;
      waiting = [];
      decoder?.[Symbol.dispose]();
      decoder = undefined;
    };
    const look = async () => {
      await delay(this.#clock, 0);
      looking = undefined;
      decoder ??= (await this.#loadDecoders())();
      for (const packet of waiting.splice(0)) {
        if (this.#silence?.over === false) this.#measure(decoder.decode(packet), DECODER_RATE);
      }
      if (this.#silence?.over !== false) stop();
    };
    return {
      gone: (packet) => {
        if (this.#silence === undefined) return;
        waiting.push(packet);
        // A timeline without this mark is better than a reply without sound, so a failure ends the measurement alone.
        looking ??= look().catch(stop);
      },
      ended: () => void (looking ?? Promise.resolve()).then(stop),
    };
  }

  #measure(samples: Int16Array, sampleRate: number): void {
    const ms = this.#silence?.push(samples, sampleRate);
    if (ms !== undefined) this.#turn.noteLeadingSilence(ms);
  }

  #came(): void {
    this.#turn.mark("firstAudioMs");
    this.#marks.firstAudioMs ??= Math.round(this.#turn.ageMs());
  }

  /** Hands each call on to the source itself: a generator in between would keep a reader that gives up from closing a stuck source. */
  #watched<T>(source: AsyncIterable<T>, look: Look<T>): AsyncIterable<T> {
    const open = () => {
      const iterator = source[Symbol.asyncIterator]();
      let last: { readonly piece: T } | undefined;
      const passOn = () => {
        if (last !== undefined) look.gone?.(last.piece);
        last = undefined;
      };
      return {
        next: async () => {
          const coming = iterator.next();
          passOn();
          const next = await coming;
          if (next.done) {
            look.ended?.();
            this.#marks.endMs = Math.round(this.#turn.ageMs());
            return next;
          }
          this.#came();
          look.came?.(next.value);
          last = { piece: next.value };
          return next;
        },
        return: async () => {
          look.ended?.();
          return await iterator.return?.() ?? { done: true as const, value: undefined };
        },
      };
    };
    return { [Symbol.asyncIterator]: open };
  }
}

/** What looks at the pieces of a stream. */
interface Look<T> {
  /** A piece has come and is about to be passed on. */
  came?(piece: T): void;
  /** A piece has been passed on. */
  gone?(piece: T): void;
  /** No more will come, or be wanted. */
  ended?(): void;
}
