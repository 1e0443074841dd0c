/**
 * Notices that the configuration file has been written.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import type { Logger } from "@logtape/logtape";
import type { Clock, TimerId } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";

/** An editor empties, writes, renames and removes within some milliseconds; what is read after this pause is whole. */
export const SETTLE_MS = 300;

/** The part of `Deno.FsWatcher` that is used. */
export type FolderEvents = AsyncIterable<unknown> & { close(): void };

/** What {@link watchFile} needs. */
export interface FileWatchOptions {
  /** Path of the file, which may not be there yet. */
  readonly file: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when the text of the file is another than before. Must not throw. */
  readonly onChange: () => void;
  /** Events of a folder; by default those of the system. May throw. */
  readonly watch?: (folder: string) => FolderEvents;
  /** Text of the file; undefined where there is none. */
  readonly readText: (file: string) => Promise<string | undefined>;
}

/**
 * Watches the folder of a file, since editors and Kubernetes replace files rather than write them, and compares the text. Where the system
 * cannot watch, that is logged, and SIGHUP is left.
 */
export function watchFile(options: FileWatchOptions): AsyncDisposable {
  const { file, clock, logger, onChange, readText } = options;
  const { watch = (folder) => Deno.watchFs(folder, { recursive: false }) } = options;
  const over = new AbortController();
  let events: FolderEvents | undefined;
  let timer: TimerId | undefined;
  let seen: string | undefined;
  const look = async () => {
    const text = await readText(file).catch(() => undefined);
    if (text === seen || over.signal.aborted) return;
    seen = text;
    onChange();
  };
  let looking: Promise<void> = readText(file).catch(() => undefined).then((text) => void (seen = text));
  const later = () => {
    if (timer !== undefined) clock.clearTimeout(timer);
    timer = clock.setTimeout(() => {
      timer = undefined;
      looking = looking.then(look);
    }, SETTLE_MS);
  };
  const watching = (async () => {
    try {
      events = watch(dirname(resolve(file)));
      for await (const _ of events) later();
    } catch (error) {
      if (over.signal.aborted) return;
      logger.warn("{file} cannot be watched for changes; send SIGHUP to have it read again: {error}", { file, error: messageOf(error) });
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      over.abort();
      if (timer !== undefined) clock.clearTimeout(timer);
      try {
        events?.close();
      } catch {
        // It ended by itself.
      }
      await Promise.all([watching, looking]);
    },
  };
}
