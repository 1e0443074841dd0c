/**
 * What stands in where no recogniser is installed: it says how long someone spoke, and pretends nothing.
 *
 * @module
 */

import type { Transcript } from "../stages.ts";
import type { EngineCard, Recognizer } from "./engine.ts";

const SAMPLES_PER_SECOND = 16000;
const PATTERN = /^\((\d+\.\d) s of speech\)$/;

/** Answers `(1.8 s of speech)`. */
export class Unrecognized implements Recognizer {
  readonly card: EngineCard;

  constructor(advice: string) {
    this.card = { name: "none", ability: "says only how long someone spoke", advice, status: "warn" };
  }

  recognize(samples: Int16Array<ArrayBuffer>, signal: AbortSignal): Promise<Transcript> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return Promise.resolve({ text: `(${(samples.length / SAMPLES_PER_SECOND).toFixed(1)} s of speech)` });
  }
}

/** Seconds that a text of {@link Unrecognized} stands for; `undefined` for any other text. */
export function unrecognizedSeconds(text: string): number | undefined {
  const match = PATTERN.exec(text);
  return match === null ? undefined : Number(match[1]);
}
