/**
 * What is known of a delivery: totals, the last failure, and the log lines for outages, of which each has two however long it lasts.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../base/clock.ts";
import { AppError, messageOf } from "../../base/errors.ts";
import type { OutboxEntry, OutboxLoad, SessionEntry } from "../history/outbox.ts";
import { isPassing } from "./errors.ts";
import type { DeliveryEvent } from "./events.ts";

/** What a {@link DeliveryLedger} needs. */
export interface DeliveryLedgerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Counts what waits, for the log. */
  readonly load: () => Promise<OutboxLoad>;
  /** Hears of everything that a metric can be made of; must not throw. */
  readonly onEvent?: (event: DeliveryEvent) => void;
}

/** The last failure. */
export interface DeliveryFailure {
  readonly code: string;
  readonly message: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/** Keeps the books of a delivery over all restarts of its actor. */
export class DeliveryLedger {
  readonly #options: DeliveryLedgerOptions;
  #turns = 0;
  #sessions = 0;
  #lastError: DeliveryFailure | undefined;
  #outage: { readonly since: number; attempts: number; readonly code: string } | undefined;

  constructor(options: DeliveryLedgerOptions) {
    this.#options = options;
  }

  /** Turns delivered since the process started, each time that one was delivered. */
  get turns(): number {
    return this.#turns;
  }

  /** Ends of sessions delivered since the process started. */
  get sessions(): number {
    return this.#sessions;
  }

  /** The last failure; absent when there was none. */
  get lastError(): DeliveryFailure | undefined {
    return this.#lastError;
  }

  /** Takes in a batch that is in the archive, of which `skipped` were there already. */
  delivered(entries: readonly (OutboxEntry | SessionEntry)[], skipped: number, ms: number): void {
    const turns = entries.filter(({ kind }) => kind === "turn").length;
    const sessions = entries.length - turns;
    this.#turns += turns;
    this.#sessions += sessions;
    this.#options.onEvent?.({ type: "delivered", turns, sessions, skipped, ms });
    this.#over();
  }

  /** Takes in an attempt that failed. */
  failed(error: unknown): void {
    const { clock, onEvent } = this.#options;
    const code = codeOf(error);
    this.#lastError = { code, message: messageOf(error), at: clock.wall() };
    onEvent?.({ type: "failed", code, retryable: isPassing(error) });
    if (this.#outage !== undefined && (this.#outage.code === "archive_refuses" || code !== "archive_refuses")) {
      this.#outage.attempts++;
      return;
    }
    this.#outage = { since: this.#outage?.since ?? clock.now(), attempts: (this.#outage?.attempts ?? 0) + 1, code };
    void this.#began(error);
  }

  /** Takes in an entry that was set aside. */
  parked(entry: OutboxEntry | SessionEntry, error: unknown): void {
    const { logger, onEvent } = this.#options;
    const { kind } = entry;
    const id = entry.kind === "turn" ? entry.turnId : entry.session?.sessionId ?? "";
    const code = codeOf(error);
    this.#lastError = { code, message: messageOf(error), at: this.#options.clock.wall() };
    onEvent?.({ type: "parked", kind, code });
    logger.error(
      "The archive refuses {kind} {id} for good: {reason}; it stays in the data directory and is tried again every day and at each start",
      { kind, id, code, reason: messageOf(error) },
    );
  }

  /** Takes in that what had been set aside is tried again. */
  unparked(count: number): void {
    this.#options.onEvent?.({ type: "unparked", count });
    this.#options.logger.info("{count} entries that the archive had refused are tried again", { count });
  }

  async #began(error: unknown): Promise<void> {
    const { logger, load } = this.#options;
    // The count is for people; a local database that cannot even count has been reported by whoever met it first.
    const waiting = (await load().catch(() => undefined))?.turns;
    const text = isPassing(error)
      ? "The archive cannot be reached: {reason}; {waiting} turns wait in the data directory and are delivered when it can"
      : "The delivery stands still: {reason}; {waiting} turns wait in the data directory, and it is tried again every few minutes";
    logger[isPassing(error) ? "warn" : "error"](text, { reason: messageOf(error), code: codeOf(error), waiting });
  }

  #over(): void {
    if (this.#outage === undefined) return;
    const { attempts, since } = this.#outage;
    this.#outage = undefined;
    void this.#ended(attempts, Math.round(this.#options.clock.now() - since));
  }

  async #ended(attempts: number, ms: number): Promise<void> {
    const waiting = (await this.#options.load().catch(() => undefined))?.turns;
    this.#options.logger.info("The archive takes turns again after {ms} ms and {attempts} failed attempts; {waiting} turns still wait", {
      ms,
      attempts,
      waiting,
    });
  }
}

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : "unknown";
}
