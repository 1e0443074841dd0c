/**
 * Imported audio in files of the data directory.
 *
 * @module
 */

import { join } from "node:path";
import { audioPath, writeAudio } from "../history/audio_files.ts";
import type { AudioKeeper } from "./stock/audio.ts";

/** Keeps audio below `<dataDir>/audio`, beside that of devices. */
export function fileAudioKeeper(dataDir: string): AudioKeeper {
  let serial = 0;
  return {
    async find(deviceId, key, side) {
      const path = audioPath(deviceId, key, side);
      try {
        return (await Deno.stat(join(dataDir, path))).isFile ? path : undefined;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
    // Numbers of imports do not meet those of devices: the names that they go into differ.
    write: (deviceId, key, side, ogg) => writeAudio(dataDir, audioPath(deviceId, key, side), ogg, serial++),
  };
}
