/**
 * The changes of the configuration: a file of the data directory with one JSON object a line, to which lines are only added.
 *
 * @module
 */

import { join } from "node:path";
import { z } from "zod";
import { AppError, messageOf } from "../../../base/errors.ts";
import type { Effect } from "./effect.ts";

/** Name of the file below the data directory. */
export const CHANGES_FILE = "config-changes.ndjson";

/** How a change came about. */
export const CHANGE_ROUTES = ["start", "api", "file", "signal", "command", "rollback"] as const;

/** How a change came about: at the start, because something had changed while the server was down. */
export type ChangeRoute = typeof CHANGE_ROUTES[number];

/** Read and write for the owner of the process: values that are no secrets are still nobody else's business. */
const FILE_MODE = 0o600;

/** A person makes a handful of changes a day; what is older than this many is years ago, and the file stays of a size to be read at once. */
const KEPT_CHANGES = 1000;

/** The file is shortened at the start when it is longer: with {@link KEPT_CHANGES} of usual length it has a tenth of this, bytes. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

const recordSchema = z.object({
  number: z.int().min(1),
  at: z.number(),
  by: z.string(),
  via: z.enum(CHANGE_ROUTES),
  why: z.string().optional(),
  restores: z.int().optional(),
  changes: z.array(z.object({ key: z.string(), before: z.unknown(), after: z.unknown(), effect: z.string() })),
  overrides: z.array(z.object({ key: z.string(), value: z.unknown(), over: z.unknown() })),
  previous: z.record(z.string(), z.unknown()),
  now: z.record(z.string(), z.unknown()),
});

/** One key that changed. A secret stands as its hash. */
export interface ChangedKey {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly effect: Effect;
}

/** A change, as it is kept. */
export interface ConfigChange extends Omit<z.output<typeof recordSchema>, "changes"> {
  readonly changes: readonly ChangedKey[];
}

/** Changes that cannot be read or written: `config_log_unreadable`, `config_log_unwritable`. */
export class ChangeLogError extends AppError {}

/** The file of changes. */
export class ChangeLog {
  readonly path: string;
  #changes: ConfigChange[];

  private constructor(path: string, changes: ConfigChange[]) {
    this.path = path;
    this.#changes = changes;
  }

  /**
   * Reads the changes of a data directory. A last line that was cut off by a crash is ignored, as is any that is no change.
   *
   * @throws {ChangeLogError} `config_log_unreadable`
   */
  static async open(dataDir: string): Promise<ChangeLog> {
    const path = join(dataDir, CHANGES_FILE);
    try {
      const text = await Deno.readTextFile(path);
      return new ChangeLog(path, text.split("\n").flatMap(parsed).slice(-KEPT_CHANGES));
    } catch (error) {
      // A folder that may not be read at all is told of, in better words, by whoever takes it.
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return new ChangeLog(path, []);
      throw new ChangeLogError(`Cannot read ${path}: ${messageOf(error)}`, { code: "config_log_unreadable", cause: error });
    }
  }

  /** The changes, oldest first. */
  get all(): readonly ConfigChange[] {
    return this.#changes;
  }

  /** The latest change. */
  get last(): ConfigChange | undefined {
    return this.#changes.at(-1);
  }

  /**
   * Adds a change; resolves when it is on the disk.
   *
   * @throws {ChangeLogError} `config_log_unwritable`; nothing is added then.
   */
  async add(change: ConfigChange): Promise<void> {
    const line = new TextEncoder().encode(`${JSON.stringify(change)}\n`);
    try {
      using file = await Deno.open(this.path, { create: true, append: true, mode: FILE_MODE });
      const { size } = await file.stat();
      try {
        // A line that a crash cut off must not become a part of this one.
        const all = await endsWithLine(this.path, size) ? line : new Uint8Array([NEWLINE, ...line]);
        for (let at = 0; at < all.length;) at += await file.write(all.subarray(at));
        await file.sync();
      } catch (error) {
        await file.truncate(size);
        throw error;
      }
    } catch (error) {
      throw new ChangeLogError(`Cannot write ${this.path}: ${messageOf(error)}; a change that is not recorded is not made`, {
        code: "config_log_unwritable",
        cause: error,
      });
    }
    this.#changes = [...this.#changes, change].slice(-KEPT_CHANGES);
  }

  /** Shortens a file that has become very long. Whoever calls it holds the data directory. */
  async shorten(): Promise<void> {
    const { size } = await Deno.stat(this.path).catch(() => ({ size: 0 }));
    if (size <= MAX_FILE_BYTES) return;
    const temporary = `${this.path}.tmp`;
    await Deno.writeTextFile(temporary, this.#changes.map((change) => `${JSON.stringify(change)}\n`).join(""), { mode: FILE_MODE });
    await Deno.rename(temporary, this.path);
  }
}

const NEWLINE = 10;

async function endsWithLine(path: string, size: number): Promise<boolean> {
  if (size === 0) return true;
  using file = await Deno.open(path);
  await file.seek(size - 1, Deno.SeekMode.Start);
  const last = new Uint8Array(1);
  await file.read(last);
  return last[0] === NEWLINE;
}

function parsed(line: string): ConfigChange[] {
  if (line.trim() === "") return [];
  try {
    return [recordSchema.parse(JSON.parse(line)) as ConfigChange];
  } catch {
    return [];
  }
}
