/**
 * A plain check of a whole utterance for speech. It tells speech from silence, hiss and hum; it is no voice activity detector.
 *
 * @module
 */

/** Samples of one window: 32 ms at 16 kHz, a few periods of the lowest voice. */
const WINDOW_SAMPLES = 512;

/** Quietest speech, about -46 dBFS: quiet microphones of ESP32 boards bring speech at -40 dBFS. */
const MIN_RMS = 160;

/** Share of neighbouring samples that differ in sign: voiced speech stays below a quarter, hiss is near a half. */
const MAX_CROSSINGS = 0.25;

/** A hum below 60 Hz crosses zero less often than this; no voice is lower. */
const MIN_CROSSINGS = 0.0075;

/** Windows like speech that make speech: 96 ms, the shortest syllable. */
const MIN_WINDOWS = 3;

/** Whether 16 kHz samples hold at least a syllable of something like speech. */
export function soundsLikeSpeech(samples: Int16Array): boolean {
  let speech = 0;
  for (let start = 0; start + WINDOW_SAMPLES <= samples.length; start += WINDOW_SAMPLES) {
    if (isSpeech(samples.subarray(start, start + WINDOW_SAMPLES)) && ++speech >= MIN_WINDOWS) return true;
  }
  return false;
}

function isSpeech(window: Int16Array): boolean {
  let mean = 0;
  for (const sample of window) mean += sample / window.length;
  let energy = 0;
  let crossings = 0;
  let before = 0;
  for (const sample of window) {
    const value = sample - mean;
    energy += value * value;
    if (before !== 0 && Math.sign(value) !== before) crossings++;
    before = Math.sign(value);
  }
  const rate = crossings / window.length;
  return Math.sqrt(energy / window.length) >= MIN_RMS && rate <= MAX_CROSSINGS && rate >= MIN_CROSSINGS;
}
