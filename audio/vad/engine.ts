/**
 * Voice activity detection as the uplink uses it.
 *
 * @module
 */

/** The VAD of one stream of 16 kHz mono samples. */
export interface VadStream extends Disposable {
  /** Takes samples of any number. Probabilities come later through the listener, in order. */
  push(samples: Int16Array<ArrayBuffer>): void;
  /** Forgets all state; probabilities of samples pushed before are not reported any more. */
  reset(): void;
}

/** Called once for each window, in order. */
export type VadListener = (window: {
  /** Speech probability, 0 to 1. */
  readonly probability: number;
  /** Samples since the last reset at the end of this window. */
  readonly endSample: number;
}) => void;

/** A VAD implementation, shared by all streams. */
export interface VadEngine extends AsyncDisposable {
  /** Name for people: `silero` or `webrtc`. */
  readonly name: string;
  /** Window length in samples at 16 kHz. */
  readonly windowSamples: number;
  /** Opens a stream. `onError` hears a failed engine, after which no probabilities come. */
  open(listener: VadListener, onError: (error: unknown) => void): VadStream;
}
