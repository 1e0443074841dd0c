/**
 * An archive, leases and a source of history in memory, which fail when they are told to.
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";
import type { Random } from "../../../base/random.ts";
import type { Applied, ArchivedTurn, Erased, HistoryArchive } from "../../../services/history/archive.ts";
import type { SessionSummary, StoredTurn } from "../../../services/history/store.ts";
import type { Grant, Leases } from "../../../services/lease/lease.ts";
import type { Checkpoints, Harvest, HistorySource } from "../../../services/sync/source.ts";
import { importedTurnId } from "../../../services/sync/turn_ids.ts";

/** The part of an archive that the sync uses. */
export class MemoryArchive implements Pick<HistoryArchive, "apply" | "turn" | "erase" | "session"> {
  readonly turns = new Map<string, StoredTurn>();
  readonly titles = new Map<string, string>();
  readonly sessions = new Map<string, SessionSummary>();
  readonly erased = new Set<string>();
  /** How often each turn was inserted. */
  readonly inserts = new Map<string, number>();
  /** Called before each batch; may throw. */
  before: () => void | Promise<void> = () => {};

  async apply(batch: readonly ArchivedTurn[], options: { readonly replace?: boolean } = {}): Promise<Applied> {
    await this.before();
    const sum = { added: 0, updated: 0, skipped: 0 };
    for (const { turn, session } of batch) {
      const old = this.turns.get(turn.turnId);
      if (session?.title !== undefined) this.titles.set(session.sessionId, session.title);
      if (this.erased.has(turn.turnId)) sum.skipped++;
      else if (old === undefined) {
        this.turns.set(turn.turnId, turn);
        this.inserts.set(turn.turnId, (this.inserts.get(turn.turnId) ?? 0) + 1);
        sum.added++;
      } else if (options.replace && old.origin === turn.origin && JSON.stringify(old) !== JSON.stringify(turn)) {
        this.turns.set(turn.turnId, turn);
        sum.updated++;
      } else sum.skipped++;
    }
    return sum;
  }

  turn(turnId: string): Promise<StoredTurn | undefined> {
    return Promise.resolve(this.turns.get(turnId));
  }

  session(sessionId: string): Promise<SessionSummary | undefined> {
    return Promise.resolve(this.sessions.get(sessionId));
  }

  erase(what: Parameters<HistoryArchive["erase"]>[0]): Promise<Erased> {
    if (!("turnId" in what)) throw new Error("Only turns are erased here");
    this.erased.add(what.turnId);
    return Promise.resolve({ turns: this.turns.delete(what.turnId) ? 1 : 0, sessions: 0, audioFiles: [] });
  }

  /** What was said and answered, in order of time. */
  get texts(): string[] {
    const sorted = [...this.turns.values()].sort((a, b) => a.startedAt - b.startedAt || (a.turnId < b.turnId ? -1 : 1));
    return sorted.map(({ userText, replyText }) => `${userText}|${replyText}`);
  }
}

/** Checkpoints in memory. */
export class MemoryCheckpoints implements Checkpoints {
  readonly kept = new Map<string, string>();
  #token = 0;

  load(source: string): Promise<string | undefined> {
    return Promise.resolve(this.kept.get(source));
  }

  save(source: string, checkpoint: string, token: number): Promise<boolean> {
    if (token < this.#token) return Promise.resolve(false);
    this.kept.set(source, checkpoint);
    return Promise.resolve(true);
  }

  claim(token: number): Promise<boolean> {
    if (token < this.#token) return Promise.resolve(false);
    this.#token = token;
    return Promise.resolve(true);
  }
}

/** Leases in memory. */
export class FakeLeases implements Leases {
  readonly #clock: Clock;
  readonly #held = new Map<string, { grant: Grant; until: number }>();
  #token = 0;
  /** What calls fail with. */
  failure: Error | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  acquire(name: string, holder: string, ttlMs: number): Promise<Grant | undefined> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const held = this.#held.get(name);
    if (held !== undefined && held.until > this.#clock.now() && held.grant.holder !== holder) return Promise.resolve(undefined);
    const grant = { name, holder, token: ++this.#token };
    this.#held.set(name, { grant, until: this.#clock.now() + ttlMs });
    return Promise.resolve(grant);
  }

  renew(grant: Grant, ttlMs: number): Promise<boolean> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const held = this.#held.get(grant.name);
    if (held?.grant.token !== grant.token || held.until <= this.#clock.now()) return Promise.resolve(false);
    held.until = this.#clock.now() + ttlMs;
    return Promise.resolve(true);
  }

  release(grant: Grant): Promise<void> {
    if (this.#held.get(grant.name)?.grant.token === grant.token) this.#held.delete(grant.name);
    return Promise.resolve();
  }

  /** Who holds a lease. */
  holder(name: string): string | undefined {
    const held = this.#held.get(name);
    return held !== undefined && held.until > this.#clock.now() ? held.grant.holder : undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** Records in the order of their commits, read by their number, some at a time. */
export class ListSource implements HistorySource {
  readonly name: string;
  readonly mutable = false;
  readonly records: string[] = [];
  readonly #page: number;
  /** Called before each reading; may throw or wait. */
  before: (signal: AbortSignal) => void | Promise<void> = () => {};
  reads = 0;

  constructor(name: string, page = 2) {
    this.name = name;
    this.#page = page;
  }

  async read(checkpoint: string | undefined, { signal }: { readonly signal: AbortSignal }): Promise<Harvest> {
    this.reads++;
    await this.before(signal);
    const from = Number(checkpoint ?? 0);
    const page = this.records.slice(from, from + this.#page);
    const turns = page.map((text, index) => ({ turn: storedTurn(`${this.name}:${from + index}`, text, from + index) }));
    return { turns, checkpoint: String(from + page.length), more: from + page.length < this.records.length };
  }
}

/** A turn of a record. */
export function storedTurn(origin: string, userText: string, startedAt: number): StoredTurn {
  return {
    turnId: importedTurnId(origin, startedAt),
    sessionId: "s1",
    deviceId: "d1",
    startedAt,
    source: "speech",
    userText,
    outcome: "completed",
    replyText: "",
    heardText: "",
    heardMs: 0,
    endedAt: startedAt,
    timings: {},
    audioFiles: {},
    origin,
  };
}

/** Randomness that is always the same. */
export const STEADY: Random = { next: () => 0.5, bytes: (length) => new Uint8Array(length), uuid: () => "steady" };

/** The usual times. */
export const TUNING = {
  intervalMs: 30_000,
  minIntervalMs: 1000,
  backoffMs: 5000,
  backoffMaxMs: 300_000,
  leaseMs: 15_000,
};
