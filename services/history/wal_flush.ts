/**
 * Makes what was written to the write-ahead log of an SQLite file durable without holding the event loop up: a flush takes from half a
 * millisecond to tens of them, and everybody's audio would wait for it.
 *
 * @module
 */

import { historyError } from "./errors.ts";

/** An open log. */
export type LogFile = Pick<Deno.FsFile, "syncData" | "close">;

/** Flushes the log of one open database, for all that wait at a time together. */
export class WalFlush implements AsyncDisposable {
  readonly #path: string;
  readonly #open: (path: string) => Promise<LogFile>;
  #file: Promise<LogFile> | undefined;
  /** The flush under way; it may have begun before the latest write. */
  #running: Promise<void> | undefined;
  /** The flush after it. */
  #next: Promise<void> | undefined;

  /**
   * @param path Of the database. SQLite keeps its log beside it, as one file for as long as a connection is open.
   * @param open Opens the log; for tests.
   */
  constructor(path: string, open: (path: string) => Promise<LogFile> = openLog) {
    this.#path = `${path}-wal`;
    this.#open = open;
  }

  /**
   * Resolves when everything that was written before the call is on the disk.
   *
   * @throws {HistoryError} `disk_full` or `history_failed` where the disk does not take it.
   */
  flushed(): Promise<void> {
    if (this.#running === undefined) return this.#running = this.#flush();
    return this.#next ??= this.#running.catch(() => {}).then(() => {
      this.#next = undefined;
      return this.#running = this.#flush();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#next?.catch(() => {});
    await this.#running?.catch(() => {});
    const file = this.#file;
    this.#file = undefined;
    await file?.then((file) => file.close(), () => {});
  }

  async #flush(): Promise<void> {
    try {
      const file = await (this.#file ??= this.#open(this.#path));
      await file.syncData();
    } catch (error) {
      this.#file = undefined;
      throw historyError(error, "flush a commit to disk", this.#path);
    } finally {
      this.#running = undefined;
    }
  }
}

/** Windows flushes only what was opened for writing. */
function openLog(path: string): Promise<LogFile> {
  return Deno.open(path, { read: true, write: true });
}
