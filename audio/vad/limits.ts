/**
 * Limits that hold for every VAD engine.
 *
 * @module
 */

/** Samples per second of everything that is pushed into a VAD. */
export const VAD_SAMPLE_RATE = 16_000;

/**
 * Samples that one stream may have waiting. A device that was cut off sends at most 40 packets of 60 ms at once (2.4 s) and a model loads
 * in well under a second, so 10 s waiting means that the machine does not keep up; it also bounds a stream to 320 kB.
 */
export const MAX_PENDING_SAMPLES = 10 * VAD_SAMPLE_RATE;
