/**
 * Erasing as people mean it: the rows and the audio.
 *
 * @module
 */

import type { AudioRemovals } from "../audio_store/removals.ts";
import type { Erased, Erasure, HistoryArchive } from "./archive.ts";

/** Erases turns with their audio; what was erased does not come back. */
export type Erase = (what: Erasure) => Promise<Erased>;

/**
 * Makes the eraser. The rows go first: audio without a turn is found by nobody, a turn whose audio is gone would be.
 *
 * @throws {HistoryError} From the eraser, when the rows cannot be erased; then nothing was.
 */
export function historyEraser(archive: Pick<HistoryArchive, "erase">, removals: Pick<AudioRemovals, "remove">): Erase {
  return async (what) => {
    const erased = await archive.erase(what);
    await removals.remove(erased.audioFiles);
    return erased;
  };
}
