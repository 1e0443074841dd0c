/**
 * One step of the sync daemon: read a page of a source, apply it, keep the checkpoint.
 *
 * Nothing is lost or doubled, whatever ends a step and wherever: turns are applied before the checkpoint that covers them is kept, so that a
 * step that ends early is read again; and they are applied by turn id, so that reading again changes nothing. For the same reason a leader
 * that was paused and goes on with its step after another node took over does no harm by applying; its checkpoint, which would take the
 * other node's back, is refused by its fencing token.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type Clock, delay } from "../../base/clock.ts";
import type { Applied, ArchivedTurn, HistoryArchive } from "../history/archive.ts";
import { SyncError } from "./errors.ts";
import type { Checkpoints, HistorySource } from "./source.ts";

/**
 * Turns applied in one transaction: SQLite takes some 5 ms for them on the main thread, which is a twelfth of an audio frame; between two
 * transactions everything else has its turn.
 */
const BATCH = 100;

/**
 * Turns of a changing source whose content is remembered, so that a window that is read again and again is written once. A fleet's half
 * hour fits; beyond it the archive compares.
 */
const MAX_REMEMBERED = 20_000;

/**
 * For how long it is remembered, milliseconds. A leader that is paused in the very moment of writing may put an older content back when it
 * goes on; forgetting now and then repairs what is read again.
 */
const REMEMBERED_MS = 600_000;

/** By what right a step writes. */
export interface Tenure {
  /** The fencing token of the lease. */
  readonly token: number;
  /** Whether the lease is held by this node's own clock. */
  valid(): boolean;
}

/** What a step did. */
export type StepResult =
  /** Another node is the leader; nothing more was written. */
  | { readonly kind: "fenced" }
  | {
    readonly kind: "read";
    readonly added: number;
    readonly updated: number;
    readonly skipped: number;
    /** Whether more can be read right now. */
    readonly more: boolean;
    /** When the newest record was made at the source, Unix milliseconds. */
    readonly newestAt?: number;
  };

/** What a {@link SourceReader} needs. */
export interface SourceReaderOptions {
  readonly source: HistorySource;
  readonly archive: Pick<HistoryArchive, "apply" | "turn" | "erase">;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
}

/** Reads one source step by step. */
export class SourceReader {
  readonly #options: SourceReaderOptions;
  /** What the present leader has applied, by turn id, as a hash of the content. */
  readonly #applied = new Map<string, string>();
  #token: number | undefined;
  #forgottenAt = 0;

  constructor(options: SourceReaderOptions) {
    this.#options = options;
  }

  /** Name of the source. */
  get name(): string {
    return this.#options.source.name;
  }

  /**
   * Does one step.
   *
   * @throws What the source, the archive and the checkpoints throw; `SyncError` with `sync_not_leader` once the lease has run out.
   */
  async step(tenure: Tenure, signal: AbortSignal): Promise<StepResult> {
    const { source, checkpoints } = this.#options;
    // Another node may have been the leader in between, and brought the same turns up to date.
    if (this.#token !== tenure.token || this.#options.clock.now() - this.#forgottenAt > REMEMBERED_MS) {
      this.#applied.clear();
      this.#forgottenAt = this.#options.clock.now();
    }
    this.#token = tenure.token;
    const before = await checkpoints.load(source.name);
    const harvest = await source.read(before, { signal });
    const applied = await this.#apply(harvest.turns, tenure, signal);
    await this.#retract(harvest.retracted ?? [], tenure, signal);
    const { checkpoint, more, newestAt } = harvest;
    this.#assertMayWrite(tenure, signal);
    if (checkpoint !== before && !await checkpoints.save(source.name, checkpoint, tenure.token)) return { kind: "fenced" };
    return { kind: "read", ...applied, more, ...(newestAt === undefined ? {} : { newestAt }) };
  }

  async #apply(turns: readonly ArchivedTurn[], tenure: Tenure, signal: AbortSignal): Promise<Applied> {
    const { source, archive, clock } = this.#options;
    const sum = { added: 0, updated: 0, skipped: 0 };
    const hashes = new Map(source.mutable ? turns.map((turn) => [turn.turn.turnId, hashOf(turn)]) : []);
    const news = turns.filter(({ turn: { turnId } }) => !source.mutable || this.#applied.get(turnId) !== hashes.get(turnId));
    sum.skipped += turns.length - news.length;
    for (let at = 0; at < news.length; at += BATCH) {
      if (at > 0) await delay(clock, 0, signal);
      this.#assertMayWrite(tenure, signal);
      const batch = news.slice(at, at + BATCH);
      const applied = await archive.apply(batch, { replace: source.mutable });
      sum.added += applied.added;
      sum.updated += applied.updated;
      sum.skipped += applied.skipped;
      for (const { turn: { turnId } } of batch) this.#remember(turnId, hashes.get(turnId));
    }
    return sum;
  }

  async #retract(turnIds: readonly string[], tenure: Tenure, signal: AbortSignal): Promise<void> {
    const { archive } = this.#options;
    for (const turnId of turnIds) {
      if (await archive.turn(turnId) === undefined) continue;
      this.#assertMayWrite(tenure, signal);
      await archive.erase({ turnId });
      this.#applied.delete(turnId);
    }
  }

  #remember(turnId: string, hash: string | undefined): void {
    if (hash === undefined) return;
    this.#applied.delete(turnId);
    this.#applied.set(turnId, hash);
    if (this.#applied.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#applied.keys();
    if (oldest !== undefined) this.#applied.delete(oldest);
  }

  #assertMayWrite(tenure: Tenure, signal: AbortSignal): void {
    signal.throwIfAborted();
    if (tenure.valid()) return;
    const message = `Reading source '${this.name}' took until the lease ran out; what is left is read again by the next leader`;
    throw new SyncError(message, "sync_not_leader");
  }
}

function hashOf(turn: ArchivedTurn): string {
  return createHash("sha256").update(JSON.stringify(turn)).digest("base64");
}
