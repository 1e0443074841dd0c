/**
 * One process a data directory.
 *
 * @module
 */

import { join } from "node:path";
import { type Clock, systemClock } from "../base/clock.ts";
import { AppError, messageOf } from "../base/errors.ts";

/** Name of the lock file below the data directory. It stays when the lock is released: deleting it would race with the next holder. */
export const LOCK_FILE = "lock";

/** A held lock; disposing it releases it. */
export interface DataDirLock extends AsyncDisposable {
  /** The lock file. */
  readonly path: string;
}

/**
 * Takes the lock of a data directory, which is made when missing. The operating system drops the lock with the process, however it ends.
 *
 * @throws {AppError} `already_running` naming the process that holds it; `data_dir_unusable` where it cannot be made or written.
 */
export async function lockDataDir(dir: string, clock: Clock = systemClock()): Promise<DataDirLock> {
  const path = join(dir, LOCK_FILE);
  const file = await openLock(dir, path);
  try {
    if (!(await file.tryLock(true))) throw alreadyRunning(dir, await holder(path));
    await file.truncate(0);
    await file.write(new TextEncoder().encode(JSON.stringify({ pid: Deno.pid, startedAt: new Date(clock.wall()).toISOString() }) + "\n"));
  } catch (error) {
    file.close();
    throw error;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await file.truncate(0);
      file.close();
    },
  };
}

async function openLock(dir: string, path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
    return await Deno.open(path, { read: true, write: true, create: true });
  } catch (error) {
    const right = error instanceof Deno.errors.NotCapable
      ? "the task may write ./data and /data; use one of these, or add yours to permissions.serve in deno.json (read and write)"
      : `${messageOf(error)}; set dataDir to a folder that this user may write`;
    throw new AppError(`Cannot use data directory '${dir}': ${right}`, { code: "data_dir_unusable", cause: error });
  }
}

function alreadyRunning(dir: string, who: string): AppError {
  return new AppError(`Cannot use data directory '${dir}': ${who} uses it; stop that one, or set another dataDir`, {
    code: "already_running",
  });
}

/** What the holder wrote; on Windows a locked file cannot be read, and a holder may not have written yet. */
async function holder(path: string): Promise<string> {
  try {
    const { pid, startedAt } = JSON.parse(await Deno.readTextFile(path)) as { pid?: unknown; startedAt?: unknown };
    return `process ${Number(pid)}, running since ${String(startedAt)},`;
  } catch {
    return "another process";
  }
}
