/**
 * Secrets that are made once and kept in the data directory, readable by its owner alone.
 *
 * @module
 */

import { dirname } from "node:path";
import { AppError, messageOf } from "../base/errors.ts";

/** Read and write for the owner of the process, nothing for anybody else. */
const SECRET_MODE = 0o600;
const SECRET_DIR_MODE = 0o700;

/** A secret that could not be read or written. */
export class SecretFileError extends AppError {}

/** A secret and where it came from. */
export interface KeptSecret {
  readonly secret: string;
  /** Whether this call made it. */
  readonly created: boolean;
}

/**
 * Reads the secret in `path`, or makes it with `make` and writes it there with mode 600. Of two processes that make it at once, one wins
 * and both get the winner's. A file that others may read is narrowed to mode 600.
 *
 * @throws {SecretFileError} `secret_unreadable` or `secret_unwritable`.
 */
export async function keptSecret(path: string, make: () => string): Promise<KeptSecret> {
  const existing = await readSecret(path);
  if (existing !== undefined) return { secret: existing, created: false };
  const secret = make();
  // The secret is whole before it has its name: a crash leaves a stray temporary file, never half a key.
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await Deno.mkdir(dirname(path), { recursive: true, mode: SECRET_DIR_MODE });
    await Deno.writeTextFile(temporary, `${secret}\n`, { createNew: true, mode: SECRET_MODE });
    try {
      await Deno.link(temporary, path);
    } finally {
      await Deno.remove(temporary);
    }
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return { secret: await readSecret(path) ?? secret, created: false };
    throw new SecretFileError(`Cannot write ${path} (${messageOf(error)}); the data directory must be writable`, {
      code: "secret_unwritable",
      cause: error,
    });
  }
  return { secret, created: true };
}

async function readSecret(path: string): Promise<string | undefined> {
  try {
    const secret = (await Deno.readTextFile(path)).trim();
    const { mode } = await Deno.stat(path);
    if (mode !== null && (mode & 0o077) !== 0) await Deno.chmod(path, SECRET_MODE);
    return secret;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new SecretFileError(`Cannot read ${path} (${messageOf(error)}); it must be a file of this process's user`, {
      code: "secret_unreadable",
      cause: error,
    });
  }
}
