/**
 * What the history takes of the disk.
 *
 * @module
 */

import { join } from "node:path";
import { measureAudio, sizeOf } from "./audio_files.ts";
import { HISTORY_FILE } from "./sqlite.ts";

/** Bytes of database, write-ahead log and audio below a data directory. */
export async function measureHistory(dataDir: string): Promise<number> {
  const database = join(dataDir, HISTORY_FILE);
  return await sizeOf(database) + await sizeOf(`${database}-wal`) + await measureAudio(dataDir);
}
