/**
 * Removing audio for good, also when the store is away at that moment: what is to go is written down first, and tried until it is gone.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { dirname } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { Rounds } from "../rounds.ts";
import { type AudioStore, isAudioPath } from "./audio_store.ts";

/** Between two tries, milliseconds. */
const ROUND_MS = 60_000;
/** Files of one try: the rest is next, so that one failure does not mean all over again. */
const CHUNK = 500;

/** What {@link openAudioRemovals} needs. */
export interface AudioRemovalsOptions {
  readonly store: AudioStore;
  /** File of the list: a JSON array of paths a line. */
  readonly journal: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The list of what is to be removed. Disposing of it stops the tries; what is left is tried at the next start. */
export interface AudioRemovals extends AsyncDisposable {
  /** Paths that are still there. */
  readonly waiting: number;
  /** Removes files, at once where the store answers. Resolves when they are gone or safely on the list. */
  remove(paths: readonly string[]): Promise<void>;
}

/** Opens the list and goes on with what an earlier process left on it. */
export async function openAudioRemovals(options: AudioRemovalsOptions): Promise<AudioRemovals> {
  const waiting = new Set<string>();
  for (const line of (await readText(options.journal)).split("\n")) for (const path of pathsOf(line)) waiting.add(path);
  return new JournaledRemovals(options, waiting);
}

class JournaledRemovals implements AudioRemovals {
  readonly #options: AudioRemovalsOptions;
  readonly #waiting: Set<string>;
  readonly #rounds: Rounds;
  /** One writer of the list at a time. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: AudioRemovalsOptions, waiting: Set<string>) {
    this.#options = options;
    this.#waiting = waiting;
    this.#rounds = new Rounds({ clock: options.clock, everyMs: ROUND_MS, round: () => this.#inTurn(() => this.#tryAll()) });
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  remove(paths: readonly string[]): Promise<void> {
    const known = paths.filter(isAudioPath);
    if (known.length === 0) return Promise.resolve();
    return this.#inTurn(async () => {
      await appendLine(this.#options.journal, JSON.stringify(known));
      for (const path of known) this.#waiting.add(path);
      await this.#tryAll();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rounds[Symbol.asyncDispose]();
    await this.#last.catch(() => {});
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#last.catch(() => {}).then(work);
    this.#last = mine;
    return mine;
  }

  async #tryAll(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const { store, journal, logger } = this.#options;
    try {
      while (this.#waiting.size > 0) {
        const some = [...this.#waiting.values().take(CHUNK)];
        await store.remove(some);
        for (const path of some) this.#waiting.delete(path);
      }
      await Deno.truncate(journal);
    } catch (error) {
      logger.warn("{count} erased audio files cannot be removed yet: {error}", { count: this.#waiting.size, error: messageOf(error) });
    }
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** The paths of a line; none of one that a crash cut off. */
function pathsOf(line: string): string[] {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value.filter((path) => typeof path === "string" && isAudioPath(path)) : [];
  } catch {
    return [];
  }
}

async function appendLine(path: string, line: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  using file = await Deno.open(path, { append: true, create: true, mode: 0o600 });
  // The line before may have been cut off by a crash.
  const bytes = new TextEncoder().encode(`\n${line}\n`);
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  await file.sync();
}
