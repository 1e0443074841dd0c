/**
 * Local files in front of a distant store: a turn's audio is on this disk the moment the turn is committed, and moves on from there.
 *
 * @module
 */

import type { AudioStore } from "./audio_store.ts";

/** Reads look here first and then there; files are put there, and removed from both. */
export function layeredAudioStore(local: AudioStore, distant: AudioStore): AudioStore {
  return {
    put: (path, bytes) => distant.put(path, bytes),
    size: async (path) => await local.size(path) ?? await distant.size(path),
    read: async (path, range) => await local.read(path, range) ?? await distant.read(path, range),
    async remove(paths) {
      const here = await local.remove(paths);
      return Math.max(here, await distant.remove(paths));
    },
    async *list() {
      const seen = new Set<string>();
      for await (const file of local.list()) {
        seen.add(file.path);
        yield file;
      }
      for await (const file of distant.list()) if (!seen.has(file.path)) yield file;
    },
  };
}
