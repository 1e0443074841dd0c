/**
 * An archive on a database server that need not be there yet: it is opened in the background, and until then every call is refused at once
 * with an error that says to try again.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { type Clock, delay } from "../../../base/clock.ts";
import { AppError, messageOf } from "../../../base/errors.ts";
import type { Random } from "../../../base/random.ts";
import type { Database } from "../../database/database.ts";
import type { HistoryArchive } from "../archive.ts";
import { HistoryError } from "../errors.ts";

/** First pause between two attempts to open, milliseconds. Each further one is twice as long, less up to half of it at random. */
const FIRST_PAUSE_MS = 500;
/** Longest pause: the archive is open within this once the server is back, or somebody has repaired what was wrong with it. */
const MAX_PAUSE_MS = 10_000;

/** How often a server that was lost is looked for, milliseconds, less up to half of it at random: whoever waits for it need not ask. */
const LOOK_MS = 5_000;

/** How an archive on a server is. */
export interface ArchiveStatus {
  /** `opening` until its tables are up to date, then `up`, or `down` where the last attempt to reach the server failed. */
  readonly state: "opening" | "up" | "down";
  /** Host and port. */
  readonly server: string;
  /** Why it could not be opened, until it is. */
  readonly lastError?: { readonly code: string; readonly message: string };
}

/** An archive that is opened in the background. Disposing of it ends that, and disposes of what was opened. */
export interface EventualArchive extends HistoryArchive, AsyncDisposable {
  status(): ArchiveStatus;
}

/** What {@link eventualArchive} needs. */
export interface EventualOptions {
  readonly database: Pick<Database, "server" | "isLost" | "ping">;
  /** Opens it; `signal` aborts when the process ends. */
  readonly open: (signal: AbortSignal) => Promise<HistoryArchive & AsyncDisposable>;
  /** Called once, when it is open. Must not throw. */
  readonly onOpen?: () => void;
  readonly clock: Clock;
  readonly random: Pick<Random, "next">;
  readonly logger: Logger;
}

/** Begins to open the archive and returns at once. */
export function eventualArchive(options: EventualOptions): EventualArchive {
  const { database, open, onOpen, clock, random, logger } = options;
  const closing = new AbortController();
  let opened: (HistoryArchive & AsyncDisposable) | undefined;
  let lastError: unknown;

  /** Finds a server that was lost; the database itself tells who wants to know. */
  const watch = async () => {
    while (!closing.signal.aborted) {
      await delay(clock, LOOK_MS * (1 - random.next() / 2), closing.signal).catch(() => {});
      if (database.isLost) await database.ping(closing.signal).catch(() => {});
    }
  };

  const opening = (async () => {
    for (let pauseMs = FIRST_PAUSE_MS; !closing.signal.aborted; pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)) {
      try {
        opened = await open(closing.signal);
        lastError = undefined;
        onOpen?.();
        return await watch();
      } catch (error) {
        if (closing.signal.aborted) return;
        if (messageOf(error) !== messageOf(lastError)) {
          logger.warn("The archive on {server} cannot be opened yet, and turns wait: {error}", {
            server: database.server,
            error: messageOf(error),
          });
        }
        lastError = error;
      }
      await delay(clock, pauseMs * (1 - random.next() / 2), closing.signal).catch(() => {});
    }
  })();

  // deno-lint-ignore require-await -- a refusal is a rejection, too
  const archive = async (): Promise<HistoryArchive> => {
    if (opened !== undefined) return opened;
    const why = lastError === undefined ? "it is being opened" : messageOf(lastError);
    throw new HistoryError(`The archive on database server ${database.server} is not open yet: ${why}`, "history_unreachable", lastError);
  };
  return {
    status: () => ({
      state: opened === undefined ? "opening" : database.isLost ? "down" : "up",
      server: database.server,
      ...(lastError === undefined ? {} : { lastError: { code: codeOf(lastError), message: messageOf(lastError) } }),
    }),
    session: async (sessionId) => await (await archive()).session(sessionId),
    turn: async (turnId) => await (await archive()).turn(turnId),
    sessions: async (query) => await (await archive()).sessions(query),
    turns: async (query) => await (await archive()).turns(query),
    search: async (query) => await (await archive()).search(query),
    retitle: async (sessionId, title) => await (await archive()).retitle(sessionId, title),
    erase: async (what) => await (await archive()).erase(what),
    apply: async (batch, applyOptions) => await (await archive()).apply(batch, applyOptions),
    async [Symbol.asyncDispose]() {
      closing.abort(new AppError("The archive is closed", { code: "history_closed" }));
      await opening;
      await opened?.[Symbol.asyncDispose]();
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : "internal";
}
