/**
 * A codec and a VAD whose packets say what they hold, so that conversations run on virtual time without signal processing.
 *
 * @module
 */

import type { OpusDecoder } from "../../audio/opus/codec.ts";
import type { FrameEncoder } from "../../audio/opus/frame_encoder.ts";
import type { VadEngine } from "../../audio/vad/engine.ts";

/** TOC byte of a SILK-only, wide band, mono packet with one frame of 60 ms (RFC 6716, table 2). */
const TOC_60_MS = 0x58;
/** Samples of 60 ms at 16 kHz. */
const FRAME_SAMPLES = 960;
const LOUD = 8000;

/** A 60 ms packet of speech or of silence that is not DTX. */
export function packet(kind: "speech" | "silence"): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(TOC_60_MS, kind === "speech" ? 1 : 0, 0, 0, 0, 0, 0, 0);
}

/** Decodes {@link packet}. */
export function fakeDecoder(): OpusDecoder {
  return {
    decode: (bytes) => new Int16Array(FRAME_SAMPLES).fill(bytes[1] === 1 ? LOUD : 0),
    [Symbol.dispose]: () => {},
  };
}

/** A VAD that calls loud samples speech. Results come a microtask later, as those of a real engine come later. */
export function fakeVad(options: { readonly fails?: () => boolean } = {}): VadEngine {
  const windowSamples = 512;
  return {
    name: "fake",
    windowSamples,
    open: (listener, onError) => {
      let generation = 0;
      let taken = 0;
      let rest: number[] = [];
      return {
        push: (samples) => {
          if (options.fails?.() === true) {
            queueMicrotask(() => onError(new Error("The VAD is broken")));
            return;
          }
          const of = generation;
          rest.push(...samples);
          while (rest.length >= windowSamples) {
            const window = rest.slice(0, windowSamples);
            rest = rest.slice(windowSamples);
            taken += windowSamples;
            const endSample = taken;
            const loud = window.filter((sample) => sample === LOUD).length;
            queueMicrotask(() => {
              if (of === generation) listener({ probability: loud > windowSamples / 2 ? 1 : 0, endSample });
            });
          }
        },
        reset: () => {
          generation++;
          taken = 0;
          rest = [];
        },
        [Symbol.dispose]: () => {
          generation++;
        },
      };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** An encoder that makes one packet of every started frame of PCM. */
export function fakeEncoder(): FrameEncoder {
  return {
    async *encode(audio, format, { signal }) {
      if (audio.kind === "opus") {
        yield* audio.packets;
        return;
      }
      const frame = audio.sampleRate * format.frameMs / 1000;
      let pending = 0;
      for await (const chunk of audio.chunks) {
        for (pending += chunk.length; pending >= frame; pending -= frame) {
          signal.throwIfAborted();
          yield packet("speech");
        }
      }
      if (pending > 0) yield packet("speech");
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
