/**
 * The checkpoint of reports, which belong to one node: nobody else writes it.
 *
 * @module
 */

import type { Checkpoints } from "../source.ts";
import { readCursor } from "../stock/cursor.ts";
import type { PushReports } from "./reports.ts";

/** Checkpoints that tell `reports` how far they have become turns. */
export function tellingCheckpoints(checkpoints: Checkpoints, reports: Pick<PushReports, "applied">): Checkpoints {
  const tell = (checkpoint: string | undefined) => reports.applied(readCursor(checkpoint).max);
  return {
    async load(source) {
      const checkpoint = await checkpoints.load(source);
      tell(checkpoint);
      return checkpoint;
    },
    async save(source, checkpoint, token) {
      const saved = await checkpoints.save(source, checkpoint, token);
      if (saved) tell(checkpoint);
      return saved;
    },
    claim: (token) => checkpoints.claim(token),
  };
}
