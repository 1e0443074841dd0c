/**
 * The sync daemon of one node: its chart with what it works with, as a child of the platform's supervisor.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { type ActorRefFrom, createActor } from "xstate";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { HistoryArchive } from "../../services/history/archive.ts";
import { type HeldLease, holdLease } from "../../services/lease/held.ts";
import type { Leases } from "../../services/lease/lease.ts";
import { SourceReader } from "../../services/sync/reader.ts";
import type { Checkpoints, HistorySource } from "../../services/sync/source.ts";
import type { ChildSpec } from "../supervision/child_spec.ts";
import { observe } from "../supervision/observe.ts";
import type { SourceEvent } from "./events.ts";
import { type SyncInput, type SyncLease, syncMachine, type SyncPorts } from "./machine.ts";
import { problemOf, SourceCounts } from "./source_counts.ts";
import type { SyncRole, SyncStatus } from "./status.ts";

/** Name of the lease of the leader. */
export const SYNC_LEASE = "sync";

/** What a daemon works with. */
export interface SyncDaemonOptions {
  readonly sources: readonly HistorySource[];
  readonly archive: Pick<HistoryArchive, "apply" | "turn" | "erase">;
  readonly checkpoints: Checkpoints;
  readonly leases: Leases;
  /** Name of this node among all, another one after each start. */
  readonly holder: string;
  readonly tuning: SyncInput["tuning"];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Hears of every reading and every change of the role; for metrics. Must not throw. */
  readonly onEvent?: (event: SourceEvent | { readonly type: "ROLE"; readonly role: SyncRole }) => void;
}

/** The daemon. Disposing waits until the lease is given back; the child must have been stopped before. */
export class SyncDaemon implements AsyncDisposable {
  readonly #options: SyncDaemonOptions;
  readonly #counts: ReadonlyMap<string, SourceCounts>;
  readonly #readers: ReadonlyMap<string, SourceReader>;
  readonly #releasing = new Set<Promise<void>>();
  #actor: ActorRefFrom<typeof syncMachine> | undefined;
  #role: SyncRole = "follower";
  /** The role that the log knows. */
  #toldRole: SyncRole = "follower";
  #leaseError: SyncStatus["leaseError"];

  constructor(options: SyncDaemonOptions) {
    const { sources, tuning } = options;
    this.#options = options;
    this.#counts = new Map(sources.map(({ name }) => [name, new SourceCounts(name, tuning.intervalMs)]));
    this.#readers = new Map(sources.map((source) => [source.name, new SourceReader({ ...options, source })]));
  }

  /** The daemon as a child of a supervisor, started again whatever happens. */
  get spec(): ChildSpec {
    return { id: "sync", restart: "permanent", create: () => this.#create() };
  }

  /** How it is. */
  status(): SyncStatus {
    const { clock } = this.#options;
    const now = this.#role === "leader" ? clock.now() : undefined;
    const snapshot = this.#actor?.getSnapshot();
    return {
      role: this.#role,
      state: snapshot === undefined ? "follower" : pathOf(snapshot.value),
      ...(this.#leaseError === undefined ? {} : { leaseError: this.#leaseError }),
      sources: [...this.#counts.values()].map((counts) => counts.status(now)),
    };
  }

  /** Says that there is news at a source, or at all of them: a leader reads at once. */
  wake(name?: string): void {
    this.#actor?.send({ type: "WAKE", ...(name === undefined ? {} : { name }) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#releasing);
  }

  #create(): ReturnType<ChildSpec["create"]> {
    const { sources, clock, random, tuning } = this.#options;
    const input = { ports: this.#ports(), clock, random, sources: sources.map(({ name }) => name), tuning };
    const actor = createActor(syncMachine, { input, clock });
    this.#actor = actor;
    observe(actor, {
      next: ({ value }) => {
        const path = pathOf(value);
        this.#noteRole(path.split(".")[0] as SyncRole);
        // Who backs off, or asks for the lease again, has said why; a role is told when it is another one after that.
        if (path === "follower.waiting" || this.#role === "leader") this.#tellRole();
      },
      error: (error) => {
        this.#options.logger.error("Sync crashed and is started again: {error}", { error: messageOf(error) });
        this.#noteRole("follower");
      },
    });
    return actor;
  }

  #ports(): SyncPorts {
    const { logger, clock } = this.#options;
    return {
      lead: (signal) => this.#lead(signal),
      release: (lease) => this.#release(lease as HeldLease),
      step: (name, lease, signal) => {
        const reader = this.#readers.get(name);
        if (reader === undefined) throw new Error(`No source is called '${name}'`);
        return reader.step({ token: lease.token, valid: () => lease.valid() }, signal);
      },
      report: (event) => {
        const counts = this.#counts.get(event.name);
        this.#log(event, counts?.status(undefined).failures ?? 0);
        counts?.note(event, clock.wall());
        this.#options.onEvent?.(event);
      },
      reportLease: (error) => {
        const isKnown = this.#leaseError !== undefined;
        this.#leaseError = problemOf(error);
        if (!isKnown) logger.warn("The lease of the sync cannot be asked for: {error}", { error: messageOf(error) });
      },
    };
  }

  async #lead(signal: AbortSignal): Promise<SyncLease | undefined> {
    const { leases, holder, tuning, clock, checkpoints } = this.#options;
    const lease = await holdLease(leases, { name: SYNC_LEASE, holder, ttlMs: tuning.leaseMs, clock });
    this.#leaseError = undefined;
    if (lease === undefined) return undefined;
    try {
      // From here on no leader of before keeps a checkpoint, even one that was paused and does not know that it is none any more.
      const claimed = await checkpoints.claim(lease.token);
      if (claimed && !signal.aborted) return lease;
      if (!claimed) this.#refused(lease.token);
    } catch (error) {
      this.#release(lease);
      throw error;
    }
    this.#release(lease);
    return undefined;
  }

  /** For a moment this is what two nodes do that take over one after the other; for long it is a keeper that has forgotten its tokens. */
  #refused(token: number): void {
    const message =
      `Fencing token ${token} is smaller than one that led before; if this stays, the keeper of leases was changed or has lost ` +
      `its count: empty the table sync_checkpoints, which makes all sources be read anew and changes nothing else`;
    this.#leaseError = { code: "sync_fenced", message };
    this.#options.logger.warn("This node may not lead the sync: {reason}", { reason: message });
  }

  #release(lease: HeldLease): void {
    const releasing = lease.release().catch((error) => {
      this.#options.logger.info("The lease of the sync could not be given back and runs out: {error}", { error: messageOf(error) });
    }).finally(() => this.#releasing.delete(releasing));
    this.#releasing.add(releasing);
  }

  #noteRole(role: SyncRole): void {
    if (role === this.#role) return;
    this.#role = role;
    if (role !== "leader") { for (const counts of this.#counts.values()) counts.leave(); }
    this.#options.onEvent?.({ type: "ROLE", role });
  }

  #tellRole(): void {
    const role = this.#role;
    if (role === this.#toldRole) return;
    this.#toldRole = role;
    this.#options.logger.info("Sync is {role} now", { role });
  }

  /** An outage has a line at its beginning and one at its end. `failures` were there before the event. */
  #log(event: SourceEvent, failures: number): void {
    const { logger } = this.#options;
    if (event.type === "SOURCE_FAILED" && failures === 0) {
      logger.warn("Source {name} cannot be read and is tried again, ever more rarely: {error}", {
        name: event.name,
        error: messageOf(event.error),
      });
    }
    if (event.type !== "SOURCE_READ") return;
    if (failures > 0) logger.info("Source {name} can be read again after {failures} failures", { name: event.name, failures });
    if (event.result.added + event.result.updated > 0) {
      const { name, result: { added, updated }, tookMs } = event;
      logger.info("Source {name} gave {added} new turns and {updated} changed ones", { name, added, updated, tookMs: Math.round(tookMs) });
    }
  }
}

/** `leader.draining` of `{leader: "draining"}`. */
function pathOf(value: unknown): string {
  if (typeof value === "string") return value;
  return Object.entries(Object(value) as Record<string, unknown>).map(([key, child]) => `${key}.${pathOf(child)}`).join(" ");
}
