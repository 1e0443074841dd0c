/**
 * Where the sentences of a reply lie in its audio.
 *
 * @module
 */

import type { SentenceReport } from "../../../audio/playout/report.ts";
import type { SpokenSentence } from "../../../services/history/store.ts";

/** The sentences that were heard, with their places in the reply's own audio, of which a filler is no part; nothing where none was. */
export function spokenSentences(
  reports: readonly SentenceReport[],
  frameMs: number,
): { readonly sentences?: readonly SpokenSentence[] } {
  const sentences: SpokenSentence[] = [];
  let frames = 0;
  for (const { text, frames: own, heardFrames } of reports) {
    if (heardFrames > 0) sentences.push({ text, startMs: frames * frameMs, heardMs: heardFrames * frameMs });
    frames += own;
  }
  return sentences.length === 0 ? {} : { sentences };
}
