/**
 * The checkpoint of the HTTP source.
 *
 * @module
 */

import { z } from "zod";
import { SyncError } from "../errors.ts";

const schema = z.object({ v: z.literal(1), seenUntil: z.number().nonnegative() });

/**
 * Reads a checkpoint: when the newest record that was seen was made, Unix milliseconds.
 *
 * @throws `SyncError` with `sync_bad_checkpoint`.
 */
export function readHttpCheckpoint(text: string): number {
  try {
    return schema.parse(JSON.parse(text)).seenUntil;
  } catch (error) {
    const message = `Checkpoint of source 'http' is '${text.slice(0, 100)}'; {"v":1,"seenUntil":<Unix milliseconds>} is needed`;
    throw new SyncError(message, "sync_bad_checkpoint", error);
  }
}

/** Writes a checkpoint. */
export function writeHttpCheckpoint(seenUntil: number): string {
  return JSON.stringify({ v: 1, seenUntil });
}
