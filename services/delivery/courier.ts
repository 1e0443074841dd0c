/**
 * Carries batches from the outbox to the archive: in the order of commits, at least once, and around what the archive refuses.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";
import type { Applied, ArchivedTurn, HistoryArchive } from "../history/archive.ts";
import type { Outbox, OutboxEntry, SessionEntry } from "../history/outbox.ts";
import { BatchSize } from "./batch_size.ts";
import { ArchiveRefusesError, isPassing } from "./errors.ts";
import type { DeliveryLedger } from "./ledger.ts";
import { MAX_BATCH_BYTES, MAX_BATCH_TURNS, RETRY_PARKED_MS } from "./limits.ts";

/** Failures that no turn can be the reason of, whatever {@link AppError.retryable} says. */
const WHOLE: ReadonlySet<string> = new Set(["history_closed", "history_newer", "history_corrupt"]);

/** What a {@link Courier} needs. */
export interface CourierOptions {
  readonly outbox: Outbox;
  readonly archive: Pick<HistoryArchive, "apply">;
  readonly ledger: DeliveryLedger;
  readonly clock: Clock;
}

type Entry = OutboxEntry | SessionEntry;

/** Delivers one batch after the other. One call at a time. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #size = new BatchSize();
  /** What the archive has taken before: whether it takes that again tells a refused turn from an archive that refuses everything. */
  #known: ArchivedTurn | undefined;
  #retryParkedAt = -Infinity;
  #underWay = false;

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  /**
   * Delivers the next batch. What was refused for good is parked, if the archive takes others.
   *
   * @returns Whether there may be more to deliver.
   * @throws {ArchiveRefusesError} When the archive refuses whatever it is offered.
   * @throws AppError Where it, or the outbox, cannot be reached.
   */
  async deliverNext(signal: AbortSignal): Promise<{ readonly more: boolean }> {
    // A batch that was given up by its watchdog never came back to say so.
    if (this.#underWay) this.#size.failed();
    this.#underWay = true;
    try {
      await this.#retryParked();
      const more = await this.#next(signal);
      this.#underWay = false;
      return { more };
    } catch (error) {
      if (!signal.aborted) {
        this.#size.failed();
        this.#underWay = false;
      }
      throw error;
    }
  }

  async #next(signal: AbortSignal): Promise<boolean> {
    const { outbox, clock } = this.#options;
    const turns = await outbox.pendingOutbox(this.#size.turns, MAX_BATCH_BYTES);
    // An end of a session goes when no turn waits, so that it never overtakes the turns of its session.
    const batch = turns.length > 0 ? turns : await outbox.pendingSessions(MAX_BATCH_TURNS);
    if (batch.length === 0) return false;
    const from = clock.now();
    const refusal = await this.#send(batch, signal);
    if (refusal === undefined) this.#size.applied(clock.now() - from);
    // As many as may be, so that there are others beside the one that is refused.
    else await this.#isolate(turns.length > 0 ? await outbox.pendingOutbox(MAX_BATCH_TURNS) : batch, signal);
    return true;
  }

  /** Halves what is refused until each part is taken or is a single entry. */
  async #isolate(batch: readonly Entry[], signal: AbortSignal): Promise<void> {
    const { outbox, ledger } = this.#options;
    let takesOthers = false;
    let refused: { readonly entry: Entry; readonly error: unknown }[] = [];
    const parkRefused = async () => {
      for (const { entry, error } of refused) {
        await outbox.park([entry], error instanceof AppError ? error.code : "unknown");
        ledger.parked(entry, error);
      }
      refused = [];
    };
    const attempt = async (part: readonly Entry[]): Promise<void> => {
      const refusal = await this.#send(part, signal);
      if (refusal === undefined) takesOthers = true;
      else if (part.length > 1) {
        const half = Math.ceil(part.length / 2);
        await attempt(part.slice(0, half));
        return await attempt(part.slice(half));
      } else {
        refused.push({ entry: part[0]!, error: refusal.error });
        takesOthers ||= await this.#takesKnown(refusal.error, signal);
      }
      if (takesOthers) await parkRefused();
    };
    await attempt(batch);
    const [first] = refused;
    if (first !== undefined) throw new ArchiveRefusesError(first.error);
  }

  /** Whether the archive takes what it has taken before; false where nothing is known that it has. */
  async #takesKnown(why: unknown, signal: AbortSignal): Promise<boolean> {
    if (this.#known === undefined) return false;
    const answer = await this.#apply([this.#known], signal);
    if ("error" in answer) throw new ArchiveRefusesError(why);
    return true;
  }

  /** Delivers and acknowledges; gives back the reason where the archive refuses for good. */
  async #send(batch: readonly Entry[], signal: AbortSignal): Promise<{ readonly error: unknown } | undefined> {
    const { outbox, ledger, clock } = this.#options;
    const from = clock.now();
    const cargo = cargoOf(batch);
    const answer = cargo.length === 0 ? { added: 0, updated: 0, skipped: 0 } : await this.#apply(cargo, signal);
    if ("error" in answer) return answer;
    this.#known = cargo.at(-1) ?? this.#known;
    await outbox.acknowledge(batch);
    ledger.delivered(batch, answer.skipped, clock.now() - from);
    return undefined;
  }

  async #apply(cargo: readonly ArchivedTurn[], signal: AbortSignal): Promise<Applied | { readonly error: unknown }> {
    try {
      const applied = await this.#options.archive.apply(cargo);
      signal.throwIfAborted();
      return applied;
    } catch (error) {
      signal.throwIfAborted();
      if (isPassing(error)) throw error;
      if (error instanceof AppError && WHOLE.has(error.code)) throw new ArchiveRefusesError(error);
      return { error };
    }
  }

  async #retryParked(): Promise<void> {
    const { outbox, clock, ledger } = this.#options;
    if (clock.now() < this.#retryParkedAt) return;
    const count = await outbox.unpark();
    this.#retryParkedAt = clock.now() + RETRY_PARKED_MS;
    if (count > 0) ledger.unparked(count);
  }
}

/** What is sent for a batch: each turn once, with its session; an end of a session that has no turn there needs nothing. */
function cargoOf(batch: readonly Entry[]): ArchivedTurn[] {
  const byTurn = new Map<string, ArchivedTurn>();
  for (const { turn, session } of batch) {
    if (turn !== undefined) byTurn.set(turn.turnId, session === undefined ? { turn } : { turn, session });
  }
  return [...byTurn.values()];
}
