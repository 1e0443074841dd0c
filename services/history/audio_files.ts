/**
 * Audio of turns beside the database, as Ogg Opus files.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { dirname, join } from "node:path";

/** Whose voice a file holds. */
export type AudioSide = "user" | "reply";

/** Folder below the data directory. */
export const AUDIO_DIR = "audio";

/** Names this module gives, and the only ones {@link sweepAudio} may delete. */
const OWN_NAME = /^[0-9A-Za-z_-]{1,64}\.(user|reply)\.ogg(\.\d+\.tmp)?$/;

/**
 * Path of a file below the data directory, such as `audio/aa-bb-cc-dd-ee-ff/01J….user.ogg`. Ids come from devices, so anything but a
 * plain MAC address or a plain turn id is replaced by its hash: no id can leave the folder, and no two ids share a name.
 */
export function audioPath(deviceId: string, turnId: string, side: AudioSide): string {
  const device = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(deviceId) ? deviceId.replaceAll(":", "-") : `id_${hash(deviceId)}`;
  const turn = /^[0-9A-Z]{1,32}$/.test(turnId) ? turnId : `id_${hash(turnId)}`;
  return `${AUDIO_DIR}/${device}/${turn}.${side}.ogg`;
}

/**
 * Writes a file so that it is whole under its name or not there at all, even after a power cut.
 *
 * @param serial A number that no other write uses at the same time.
 * @returns `path`.
 */
export async function writeAudio(dataDir: string, path: string, bytes: Uint8Array, serial: number): Promise<string> {
  const target = join(dataDir, path);
  const temporary = `${target}.${serial}.tmp`;
  await Deno.mkdir(dirname(target), { recursive: true, mode: 0o700 });
  try {
    {
      using file = await Deno.open(temporary, { write: true, create: true, truncate: true, mode: 0o600 });
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.sync();
    }
    await Deno.rename(temporary, target);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  if (Deno.build.os !== "windows") {
    // The name itself is durable only once its folder is.
    using folder = await Deno.open(dirname(target), { read: true });
    await folder.sync();
  }
  return path;
}

/** Removes a file of {@link writeAudio}; one that is not there is gone already. */
export async function removeAudio(dataDir: string, path: string): Promise<void> {
  try {
    await Deno.remove(join(dataDir, path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Deletes files that no turn refers to: what a crash left between writing audio and committing its turn.
 *
 * @param known Whether a turn refers to the path below the data directory.
 * @returns How many were deleted.
 */
export async function sweepAudio(dataDir: string, known: (path: string) => boolean): Promise<number> {
  let swept = 0;
  for (const device of await names(join(dataDir, AUDIO_DIR))) {
    for (const name of await names(join(dataDir, AUDIO_DIR, device))) {
      if (!OWN_NAME.test(name) || known(`${AUDIO_DIR}/${device}/${name}`)) continue;
      await Deno.remove(join(dataDir, AUDIO_DIR, device, name));
      swept++;
    }
  }
  return swept;
}

/** Bytes of all audio below the data directory. It asks for each file, so it is for now and then, beside other work. */
export async function measureAudio(dataDir: string): Promise<number> {
  let bytes = 0;
  for (const device of await names(join(dataDir, AUDIO_DIR))) {
    for (const name of await names(join(dataDir, AUDIO_DIR, device))) bytes += await sizeOf(join(dataDir, AUDIO_DIR, device, name));
  }
  return bytes;
}

/** Bytes of a file; 0 where it is not there, or not any more. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

function hash(id: string): string {
  return createHash("sha256").update(id).digest("hex").slice(0, 40);
}
