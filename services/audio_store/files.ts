/**
 * Audio as files below the data directory.
 *
 * @module
 */

import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { AUDIO_DIR, writeAudio } from "../history/audio_files.ts";
import { type AudioStore, type ByteRange, checkedPath, isAudioPath, type StoredAudio } from "./audio_store.ts";
import { AudioStoreError } from "./errors.ts";

/** Bytes read at a time: a minute of speech is about 200 kB. */
const CHUNK_BYTES = 64 * 1024;

/** First serial of the temporary names of this store; those of the history's own writes count up from 0 beside it. */
const FIRST_SERIAL = 1_000_000_000;

/** Audio below `dataDir`, where the history writes it. */
export function fileAudioStore(dataDir: string): AudioStore {
  let serial = FIRST_SERIAL;
  return {
    async put(path, bytes) {
      try {
        await writeAudio(dataDir, checkedPath(path), bytes, serial++);
      } catch (error) {
        throw fileError("write", path, error);
      }
    },
    size: (path) => sizeOf(dataDir, path),
    async read(path, range) {
      const size = await sizeOf(dataDir, path);
      return size === undefined ? undefined : fileBody(join(dataDir, path), path, range ?? { start: 0, end: size });
    },
    async remove(paths) {
      let removed = 0;
      let failure: unknown;
      for (const path of paths) {
        try {
          await Deno.remove(join(dataDir, checkedPath(path)));
          removed++;
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound)) failure ??= fileError("remove", path, error);
        }
      }
      if (failure !== undefined) throw failure;
      return removed;
    },
    async *list() {
      for await (const device of entries(join(dataDir, AUDIO_DIR))) {
        if (device.isDirectory) yield* filesOf(dataDir, `${AUDIO_DIR}/${device.name}`);
      }
    },
  };
}

async function sizeOf(dataDir: string, path: string): Promise<number | undefined> {
  try {
    // Nothing below the data directory is a link unless somebody laid one, and what it leads to is not audio of a turn.
    const found = await Deno.lstat(join(dataDir, checkedPath(path)));
    return found.isFile ? found.size : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw fileError("read", path, error);
  }
}

function fileBody(file: string, path: string, { start, end }: ByteRange): ReadableStream<Uint8Array<ArrayBuffer>> {
  let open: Deno.FsFile | undefined;
  let left = end - start;
  const close = () => {
    open?.close();
    open = undefined;
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        if (left === 0) return controller.close();
        if (open === undefined) {
          open = await Deno.open(file, { read: true });
          await open.seek(start, Deno.SeekMode.Start);
        }
        const buffer = new Uint8Array(Math.min(CHUNK_BYTES, left));
        const count = await open.read(buffer);
        if (count === null) throw new Error("the file ended early");
        left -= count;
        controller.enqueue(buffer.subarray(0, count));
        if (left > 0) return;
        close();
        controller.close();
      } catch (error) {
        close();
        throw fileError("read", path, error);
      }
    },
    cancel: close,
  }, { highWaterMark: 0 });
}

async function* filesOf(dataDir: string, folder: string): AsyncGenerator<StoredAudio> {
  for await (const { name } of entries(join(dataDir, folder))) {
    const path = `${folder}/${name}`;
    if (!isAudioPath(path)) continue;
    const found = await Deno.lstat(join(dataDir, path)).catch(() => undefined);
    if (found?.isFile) yield { path, size: found.size, writtenAt: found.mtime?.getTime() ?? 0 };
  }
}

async function* entries(folder: string): AsyncGenerator<Deno.DirEntry> {
  try {
    yield* Deno.readDir(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw fileError("list", folder, error);
  }
}

function fileError(action: string, path: string, error: unknown): AudioStoreError {
  if (error instanceof AudioStoreError) return error;
  const text = messageOf(error);
  if (/ENOSPC|no space left|quota/i.test(text)) {
    return new AudioStoreError(`Cannot ${action} audio '${path}': no space left; free some`, "audio_full", error);
  }
  return new AudioStoreError(`Cannot ${action} audio '${path}': ${text}`, "audio_failed", error);
}
