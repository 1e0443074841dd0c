/**
 * Watches the audio of a synthesiser on its way to the encoder, for the timeline of the turn. Nothing waits for it.
 *
 * @module
 */

import { LeadingSilence } from "../../../audio/leading_silence.ts";
import type { OpusDecoder } from "../../../audio/opus/codec.ts";
import type { SpeechAudio } from "../../../audio/types.ts";
import type { SynthesisMarks, Turn } from "../turn.ts";

/** Rate of the decoders, which are made for what devices record: milliseconds of silence are the same at any rate. */
const DECODER_RATE = 16_000;

/** Watches one synthesis. It counts as asked for when its watch is made. */
export class VoiceWatch {
  readonly #turn: Turn;
  readonly #loadDecoders: () => Promise<() => OpusDecoder>;
  readonly #marks: SynthesisMarks;
  /** For the first text alone: those after it are made while it plays. */
  #silence: LeadingSilence | undefined;

  constructor(turn: Turn, loadDecoders: () => Promise<() => OpusDecoder>) {
    this.#turn = turn;
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

  /** Decodes packets, about 0.1 ms each, when they have been passed on, until the first sound. */
  #opusLook(): Look<Uint8Array<ArrayBuffer>> {
    let decoder: OpusDecoder | undefined;
    let looking = Promise.resolve();
    const stop = () => {
      this.#silence = undefined;
      decoder?.[Symbol.dispose]();
      decoder = undefined;
    };
    const look = async (packet: Uint8Array<ArrayBuffer>) => {
      if (this.#silence === undefined) return;
      decoder ??= (await this.#loadDecoders())();
      this.#measure(decoder.decode(packet), DECODER_RATE);
      if (this.#silence.over) stop();
    };
    return {
      // A timeline without this mark is better than a reply without sound, so a failure ends the measurement alone.
      gone: (packet) => void (looking = looking.then(() => look(packet)).catch(stop)),
      ended: () => void looking.then(stop),
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
