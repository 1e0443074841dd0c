/**
 * What the uplink can be told about when speech begins and ends.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";

/** Settings of the uplink; all times are times of audio, never of arrival. */
export interface UplinkTuning {
  /**
   * Speech probability, above 0 and at most 1, from which a window is speech. Microphones with little gain want 0.3.
   * @default 0.5
   */
  readonly startThreshold: number;
  /**
   * Speech probability below which a window is silence again; from 0 up to `startThreshold`. Windows between the two are what the window
   * before them was.
   * @default 0.35
   */
  readonly stopThreshold: number;
  /**
   * Milliseconds of speech, 0 to 2000, that make an utterance; less is discarded. Three windows of 32 ms keep out clicks and keep in the
   * shortest words, which have 200 ms.
   * @default 96
   */
  readonly minSpeechMs: number;
  /**
   * Milliseconds of silence, 120 (one Opus packet at its longest) to 10000, that end an utterance; where the uplink adapts, those that it
   * begins with.
   * @default 500
   */
  readonly silenceMs: number;
  /**
   * Milliseconds of silence, 120 to 10000, below which no utterance ends while the uplink adapts. After as much silence as this an
   * utterance may have ended, which is reported.
   * @default 300
   */
  readonly minSilenceMs: number;
  /**
   * Milliseconds of silence, from `minSilenceMs` to 10000, that end an utterance however long the person's pauses are.
   * @default 1200
   */
  readonly maxSilenceMs: number;
  /**
   * Whether the silence that ends an utterance follows the person's own pauses.
   * @default true
   */
  readonly adaptive: boolean;
  /**
   * Milliseconds, 1000 to 120000, after which an utterance is ended whatever is heard. 30 s are 1 MB of samples.
   * @default 30000
   */
  readonly maxUtteranceMs: number;
  /**
   * Milliseconds of audio before the first speech, 0 to 5000, that an utterance keeps, because first consonants are quieter than what the
   * VAD calls speech.
   * @default 600
   */
  readonly preRollMs: number;
}

/** The defaults of {@link UplinkTuning}. */
export const DEFAULT_UPLINK_TUNING: UplinkTuning = {
  startThreshold: 0.5,
  stopThreshold: 0.35,
  minSpeechMs: 96,
  silenceMs: 500,
  minSilenceMs: 300,
  maxSilenceMs: 1200,
  adaptive: true,
  maxUtteranceMs: 30_000,
  preRollMs: 600,
};

const RANGES: Readonly<Record<Exclude<keyof UplinkTuning, "adaptive">, readonly [number, number]>> = {
  startThreshold: [0.01, 1],
  stopThreshold: [0, 1],
  minSpeechMs: [0, 2000],
  silenceMs: [120, 10_000],
  minSilenceMs: [120, 10_000],
  maxSilenceMs: [120, 10_000],
  maxUtteranceMs: [1000, 120_000],
  preRollMs: [0, 5000],
};

/**
 * Fills in the defaults and checks every value.
 *
 * @throws AppError with code `uplink_tuning_invalid`.
 */
export function resolveUplinkTuning(tuning: Partial<UplinkTuning> = {}): UplinkTuning {
  const resolved: UplinkTuning = { ...DEFAULT_UPLINK_TUNING, ...tuning };
  for (const [name, [low, high]] of Object.entries(RANGES)) {
    const value = resolved[name as keyof typeof RANGES];
    // Written so that NaN fails too.
    if (!(value >= low && value <= high)) throw invalid(`Uplink ${name} is ${value}; a number from ${low} to ${high} is needed`);
  }
  if (resolved.stopThreshold > resolved.startThreshold) {
    throw invalid(`Uplink stopThreshold is ${resolved.stopThreshold}; it must not be above startThreshold (${resolved.startThreshold})`);
  }
  if (resolved.minSilenceMs > resolved.maxSilenceMs) {
    throw invalid(`Uplink minSilenceMs is ${resolved.minSilenceMs}; it must not be above maxSilenceMs (${resolved.maxSilenceMs})`);
  }
  if (resolved.preRollMs + resolved.minSpeechMs >= resolved.maxUtteranceMs) {
    throw invalid(
      `Uplink maxUtteranceMs is ${resolved.maxUtteranceMs}; it must be above preRollMs and minSpeechMs together ` +
        `(${resolved.preRollMs + resolved.minSpeechMs})`,
    );
  }
  return resolved;
}

function invalid(message: string): AppError {
  return new AppError(message, { code: "uplink_tuning_invalid" });
}
