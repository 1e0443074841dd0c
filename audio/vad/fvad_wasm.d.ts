/**
 * Types of npm `@echogarden/fvad-wasm`, which has none of its own.
 *
 * @module
 */

/** What of npm `@echogarden/fvad-wasm` 0.2.0 is used here. Pointers are byte offsets into the memory. */
export interface FvadModule {
  readonly HEAP16: Int16Array;
  _malloc(bytes: number): number;
  /** A new detector, or 0 when memory has run out. */
  _fvad_new(): number;
  _fvad_free(handle: number): void;
  _fvad_reset(handle: number): void;
  _fvad_set_mode(handle: number, mode: number): number;
  _fvad_set_sample_rate(handle: number, rate: number): number;
  /** 1 for voice, 0 for none, -1 for a length that it does not know. */
  _fvad_process(handle: number, samples: number, length: number): number;
}

/** Loads the module. */
declare function load(): Promise<FvadModule>;
export default load;
