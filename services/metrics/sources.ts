/**
 * Metrics that are read where they are kept, when somebody collects them.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { LoadCounts } from "../load/counters.ts";
import { within } from "./within.ts";
import type { Instruments } from "./instruments.ts";
import { RecentRatio } from "./ratio.ts";

/** A part of a supervision tree, as far as it is counted. */
export interface CountedNode {
  readonly id: string;
  readonly state: string;
  readonly tree?: { readonly children: readonly CountedNode[] };
}

/** Devices as they are counted. */
export interface DeviceCounts {
  /** How many speak each version of the binary protocol. */
  readonly protocols: Readonly<Partial<Record<1 | 2 | 3, number>>>;
  /** How many are in each state of their chart. */
  readonly states: Readonly<Record<string, number>>;
}

/** What the cache has counted since it was made. */
export interface CountedCache {
  readonly hits: number;
  readonly stale: number;
  readonly misses: number;
  readonly bypassed: number;
  readonly loads: number;
  readonly dropped: number;
  readonly errors: number;
  readonly invalidations: number;
}

/** What waits for delivery. */
export interface CountedOutbox {
  readonly turns: number;
  readonly parked: number;
  /** Unix milliseconds. */
  readonly oldestAt?: number;
}

/** Where metrics are read. What is not there, or answers undefined, has no series. */
export interface MetricSources {
  readonly version: string;
  readonly commit: string;
  readonly memory: () => { readonly rss: number; readonly heapUsed: number; readonly heapTotal: number; readonly external: number };
  readonly devices?: () => DeviceCounts | undefined;
  readonly sockets?: () => { readonly opening: number; readonly open: number; readonly pendingClose: number } | undefined;
  readonly tree?: () => { readonly children: readonly CountedNode[] };
  readonly failures?: () => readonly { readonly path: string; readonly reason: string; readonly restarts: number }[];
  readonly outbox?: () => Promise<CountedOutbox | undefined>;
  readonly sync?: () => { readonly leads: boolean; readonly lagMs?: number } | undefined;
  readonly cache?: () => CountedCache | undefined;
  /** Components of health and how they are. */
  readonly health?: () => readonly { readonly component: string; readonly status: "pass" | "warn" | "fail" }[];
  readonly ready?: () => boolean | undefined;
  /** What was refused, left out and dropped. */
  readonly load?: () => LoadCounts;
}

/** Longest wait for what has to be asked for, milliseconds: a scrape has 10 s, and old figures are better than none. */
const FETCH_MS = 1000;

const STATUS = { pass: 1, warn: 0.5, fail: 0 } as const;

/** Has the instruments read from these sources. */
export function readMetrics(instruments: Instruments, sources: MetricSources, clock: Clock): void {
  const { registry } = instruments;
  const startedAt = clock.now();
  instruments.buildInfo.set(1, sources.version, sources.commit || "unknown");
  instruments.uptime.read((tell) => tell((clock.now() - startedAt) / 1000));
  instruments.memory.read((tell) => {
    const { rss, heapUsed, heapTotal, external } = sources.memory();
    tell(rss, "rss");
    tell(heapUsed, "heap_used");
    tell(heapTotal, "heap_total");
    tell(external, "external");
  });
  instruments.devicesConnected.read((tell) => {
    const protocols = sources.devices?.()?.protocols;
    if (protocols !== undefined) { for (const version of [1, 2, 3] as const) tell(protocols[version] ?? 0, `${version}`); }
  });
  instruments.websocketConnections.read((tell) => {
    const counts = sources.sockets?.();
    if (counts === undefined) return;
    tell(counts.opening, "opening");
    tell(counts.open, "open");
    tell(counts.pendingClose, "pending_close");
  });
  instruments.actors.read((tell) => {
    for (const [path, state] of nodes(sources.tree?.().children ?? [])) tell(1, path, state);
    for (const [state, count] of Object.entries(sources.devices?.()?.states ?? {})) tell(count, "device", state);
  });
  instruments.actorRestarts.read((tell) => {
    for (const { path, reason, restarts } of sources.failures?.() ?? []) tell(restarts, path, reason);
  });
  instruments.historySyncLag.read((tell) => tell((sources.sync?.()?.lagMs ?? NaN) / 1000));
  instruments.leader.read((tell) => {
    const sync = sources.sync?.();
    if (sync !== undefined) tell(sync.leads ? 1 : 0, "sync");
  });
  instruments.healthStatus.read((tell) => {
    for (const { component, status } of sources.health?.() ?? []) tell(STATUS[status], component);
  });
  instruments.ready.read((tell) => {
    const ready = sources.ready?.();
    if (ready !== undefined) tell(ready ? 1 : 0);
  });
  let outbox: CountedOutbox | undefined;
  if (sources.outbox !== undefined) {
    registry.beforeCollecting(async () => {
      outbox = await within(clock, FETCH_MS, sources.outbox!());
    });
  }
  instruments.outboxDepth.read((tell) => tell(outbox?.turns ?? NaN));
  instruments.outboxParked.read((tell) => tell(outbox?.parked ?? NaN));
  instruments.outboxOldest.read((tell) => {
    if (outbox !== undefined) tell(outbox.oldestAt === undefined ? 0 : Math.max(0, clock.wall() - outbox.oldestAt) / 1000);
  });
  readCache(instruments, sources, clock);
  readLoad(instruments, sources);
}

function readLoad({ loadRefused, loadLeftOut, slowDevices }: Instruments, { load }: MetricSources): void {
  loadRefused.read((tell) => {
    for (const [code, count] of Object.entries(load?.().refused ?? {})) tell(count, code);
  });
  loadLeftOut.read((tell) => {
    const leftOut = load?.().leftOut;
    if (leftOut !== undefined) { for (const what of ["speculation", "filler"] as const) tell(leftOut[what] ?? 0, what); }
  });
  slowDevices.read((tell) => {
    const slow = load?.().slow;
    if (slow === undefined) return;
    tell(slow.noticed, "noticed");
    tell(slow.closed, "closed");
  });
}

function readCache({ cacheEvents, cacheHits, registry }: Instruments, sources: MetricSources, clock: Clock): void {
  const ratio = new RecentRatio(clock);
  let last = { hits: 0, reads: 0 };
  cacheEvents.read((tell) => {
    const counts = sources.cache?.();
    if (counts === undefined) return;
    tell(counts.hits, "hit");
    tell(counts.stale, "stale");
    tell(counts.misses, "miss");
    tell(counts.bypassed, "bypass");
    tell(counts.loads, "load");
    tell(counts.dropped, "drop");
    tell(counts.errors, "error");
    tell(counts.invalidations, "invalidate");
  });
  registry.beforeCollecting(() => {
    const counts = sources.cache?.();
    if (counts !== undefined) {
      const reads = counts.hits + counts.misses;
      // A cache that was made anew counts from 0.
      if (reads < last.reads) last = { hits: 0, reads: 0 };
      ratio.add(counts.hits - last.hits, reads - last.reads);
      last = { hits: counts.hits, reads };
    }
    return Promise.resolve();
  });
  cacheHits.read((tell) => tell(ratio.value ?? NaN));
}

function* nodes(children: readonly CountedNode[], above = ""): Generator<[path: string, state: string]> {
  for (const { id, state, tree } of children) {
    yield [above + id, state];
    if (tree !== undefined) yield* nodes(tree.children, `${above}${id}/`);
  }
}
