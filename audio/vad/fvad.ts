/**
 * The WebRTC voice activity detector (libfvad, BSD-3, npm `@echogarden/fvad-wasm`) as typed functions. The package has no types.
 *
 * @module
 */

// @ts-types="./fvad_wasm.d.ts"
import load from "@echogarden/fvad-wasm";
import { VadError } from "./errors.ts";
import { VAD_SAMPLE_RATE } from "./limits.ts";

/** Samples that the detector takes at a time: 30 ms, the longest of the three lengths that it knows (10, 20 and 30 ms). */
export const FVAD_WINDOW = 480;

/** The strictest of the modes 0 to 3: mode 2 finds 7 % more speech, but takes 45 % of all noise for speech against 19 %. */
const MODE = 3;

/** The detector of one stream. */
export interface Fvad extends Disposable {
  /** Whether the next {@link FVAD_WINDOW} samples hold voice. */
  voiced(samples: Int16Array): boolean;
  /** Forgets what was heard. */
  reset(): void;
}

/**
 * Loads the detector (a few milliseconds, 56 KB).
 *
 * @returns A maker of detectors that share one WebAssembly memory.
 */
export async function loadFvad(): Promise<() => Fvad> {
  const wasm = await load();
  const input = wasm._malloc(FVAD_WINDOW * Int16Array.BYTES_PER_ELEMENT);
  return () => {
    const handle = wasm._fvad_new();
    if (input === 0 || handle === 0) throw new VadError("WebRTC VAD has no memory left; close some streams", { code: "vad_overloaded" });
    const configure = () => {
      wasm._fvad_set_mode(handle, MODE);
      wasm._fvad_set_sample_rate(handle, VAD_SAMPLE_RATE);
    };
    let open = true;
    configure();
    return {
      voiced: (samples) => {
        wasm.HEAP16.set(samples, input / Int16Array.BYTES_PER_ELEMENT);
        return wasm._fvad_process(handle, input, FVAD_WINDOW) === 1;
      },
      reset: () => {
        wasm._fvad_reset(handle);
        // A reset also takes mode and rate back to their defaults.
        configure();
      },
      [Symbol.dispose]: () => {
        if (open) wasm._fvad_free(handle);
        open = false;
      },
    };
  };
}
