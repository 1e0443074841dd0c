/**
 * What a source has done in this process.
 *
 * @module
 */

import { AppError, messageOf } from "../../base/errors.ts";
import type { SourceEvent } from "./events.ts";
import type { SourceStatus } from "./status.ts";

/** Counts what a source does. They outlive its actor. */
export class SourceCounts {
  readonly #name: string;
  #status: Omit<SourceStatus, "lagMs">;
  #completeAt: number | undefined;

  constructor(name: string, intervalMs: number) {
    this.#name = name;
    this.#status = { name, draining: false, intervalMs, failures: 0, reads: 0, errors: 0, added: 0, updated: 0, skipped: 0 };
  }

  /** Notes an event of the source. `wall` is Unix milliseconds. */
  note(event: SourceEvent, wall: number): void {
    const before = this.#status;
    if (event.name !== this.#name || event.type === "SOURCE_FENCED") return;
    if (event.type === "SOURCE_FAILED") {
      const lastError = problemOf(event.error);
      this.#status = { ...before, draining: false, failures: event.rhythm.failures, errors: before.errors + 1, lastError };
      return;
    }
    const { lastError: _, ...rest } = before;
    const { added, updated, skipped, more } = event.result;
    this.#status = {
      ...rest,
      draining: more,
      intervalMs: event.rhythm.intervalMs,
      failures: 0,
      lastSuccessAt: wall,
      reads: before.reads + 1,
      added: before.added + added,
      updated: before.updated + updated,
      skipped: before.skipped + skipped,
    };
    if (!more) this.#completeAt = event.startedAt;
  }

  /** How it is. @param now The monotonic clock where this node reads the source, else undefined. */
  status(now: number | undefined): SourceStatus {
    const lag = now === undefined || this.#completeAt === undefined ? {} : { lagMs: Math.round(now - this.#completeAt) };
    return { ...this.#status, ...lag };
  }

  /** Says that this node does not read the source any more. */
  leave(): void {
    this.#completeAt = undefined;
    this.#status = { ...this.#status, draining: false };
  }
}

/** An error as it may be shown. */
export function problemOf(error: unknown): { readonly code: string; readonly message: string } {
  return { code: error instanceof AppError ? error.code : "failed", message: messageOf(error) };
}
