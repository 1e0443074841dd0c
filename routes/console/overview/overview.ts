/**
 * The server at a glance, for the console's overview. It is put together when somebody looks, and once a second at most, so that ten who
 * look cost as much as one.
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";
import type { FailureRecord, FailureTotal } from "../../../actors/supervision/restart_log.ts";
import type { SupervisorSnapshot } from "../../../actors/supervision/snapshot.ts";
import type { AlertBoard } from "../../../services/alerts/board.ts";
import { tellBoth } from "../../../services/alerts/texts.ts";
import type { HealthReport } from "../../../services/health/report.ts";
import type { Availability, AvailabilityWindow } from "../../../services/metrics/availability.ts";
import type { PartsStatus } from "../../parts_status.ts";
import type { DayTotal } from "../tally.ts";
import { healthState } from "./health.ts";
import type { Trail } from "./trail.ts";
import { treeState } from "./tree.ts";
import type { Overview, ShownAlert, SyncSourceState } from "./types.ts";

/** How long an answer is given again, milliseconds. */
export const FRESH_MS = 1000;
/** Alerts that are over, in the answer; `/api/alerts` has all. */
const MAX_RECENT = 20;

const WINDOWS: readonly AvailabilityWindow[] = ["1h", "24h", "30d"];

/** Where the overview reads. What answers undefined is not known now. */
export interface OverviewSources {
  readonly clock: Clock;
  readonly version: string;
  readonly health: () => HealthReport | undefined;
  readonly availability: (window: AvailabilityWindow) => Availability | undefined;
  readonly alerts: () => AlertBoard | undefined;
  readonly tree: () => SupervisorSnapshot;
  readonly failures: () => { readonly recent: readonly FailureRecord[]; readonly totals: readonly FailureTotal[] };
  /** Ids of children of the tree whose flag is off. */
  readonly off: () => ReadonlySet<string>;
  /** Connected devices in each state of their chart. */
  readonly deviceStates: () => Readonly<Record<string, number>>;
  readonly today: () => DayTotal;
  readonly parts: () => Promise<PartsStatus>;
  readonly cacheIsOn: () => boolean;
  readonly loopDelayMs: () => number;
  readonly rssBytes: () => number;
  readonly diskFreeBytes: () => Promise<number>;
  readonly trail: Trail;
}

/** Tells of the server as a whole. */
export class OverviewTeller {
  readonly #sources: OverviewSources;
  readonly #startedAt: number;
  #told: { readonly at: number; readonly text: Promise<string> } | undefined;
  #made = 0;

  constructor(sources: OverviewSources) {
    this.#sources = sources;
    this.#startedAt = sources.clock.now();
  }

  /** How often it was put together. */
  get made(): number {
    return this.#made;
  }

  /** The overview as JSON, at most {@link FRESH_MS} old. */
  tell(): Promise<string> {
    const now = this.#sources.clock.now();
    if (this.#told === undefined || now - this.#told.at >= FRESH_MS) {
      const text = this.#make().then((overview) => JSON.stringify(overview));
      this.#told = { at: now, text };
      // What failed is no answer for the next who asks.
      text.catch(() => this.#told = undefined);
    }
    return this.#told.text;
  }

  async #make(): Promise<Overview> {
    this.#made++;
    const { clock, version, health, availability, alerts, today, deviceStates, parts, cacheIsOn, trail, ...sources } = this.#sources;
    const [{ cache, ...status }, diskFreeBytes] = await Promise.all([parts(), sources.diskFreeBytes().catch(() => undefined)]);
    trail.look();
    const states = deviceStates();
    const known = healthState(health());
    const responses = trail.responses();
    const windows = WINDOWS.flatMap((window) => {
      const found = availability(window);
      return found === undefined ? [] : [{ window, ratio: found.ratio, budgetLeft: found.budgetLeft }];
    });
    const board = alerts();
    const day = today();
    const { recent, totals } = sources.failures();
    return {
      now: clock.wall(),
      version,
      uptimeMs: Math.round(clock.now() - this.#startedAt),
      ...(known === undefined ? {} : { health: known }),
      ...(windows.length === 0 ? {} : { availability: windows }),
      alerts: {
        enabled: board !== undefined,
        active: board?.active().map(inWords) ?? [],
        recent: board?.recent().slice(0, MAX_RECENT).map(inWords) ?? [],
      },
      devices: {
        connected: Object.values(states).reduce((sum, count) => sum + count, 0),
        states,
        turnsToday: day.turns,
        failedToday: day.failed,
      },
      tree: treeState(sources.tree(), { failures: recent, totals, off: sources.off(), doing: doingOf(status, states) }),
      providers: trail.providers(),
      ...(responses === undefined ? {} : { responses }),
      ...(cache === undefined ? {} : { cache: { enabled: cacheIsOn(), reads: cache.hits + cache.misses, hits: cache.hits } }),
      ...outboxOf(status),
      ...syncOf(status),
      machine: {
        loopDelayMs: Math.round(sources.loopDelayMs()),
        rssBytes: sources.rssBytes(),
        ...(diskFreeBytes === undefined ? {} : { diskFreeBytes }),
      },
      lastHour: trail.points(),
    };
  }
}

function inWords(alert: Parameters<typeof tellBoth>[0] & Omit<ShownAlert, "text">): ShownAlert {
  return { ...alert, text: tellBoth(alert) };
}

/** What the nodes of the tree are doing, in the words of their charts. */
function doingOf({ delivery, sync }: PartsStatus, states: Readonly<Record<string, number>>): Record<string, string> {
  const devices = Object.entries(states).map(([state, count]) => `${count} ${state}`).join(", ");
  return {
    ...(devices === "" ? {} : { device: devices }),
    ...(delivery === undefined ? {} : { delivery: delivery.state }),
    ...(sync?.daemon === undefined ? {} : { sync: sync.daemon.state }),
  };
}

function outboxOf({ delivery }: PartsStatus): Pick<Overview, "outbox"> {
  if (delivery === undefined) return {};
  const { state, depth, oldestAgeMs, delivered, parked, lastError } = delivery;
  const error = lastError === undefined ? {} : { error: lastError.message };
  return { outbox: { state, depth, oldestAgeMs, delivered, parked, ...error } };
}

function syncOf({ sync }: PartsStatus): Pick<Overview, "sync"> {
  const { daemon, push } = sync ?? {};
  if (daemon === undefined && push === undefined) return {};
  const sources = [...daemon?.sources ?? [], ...push === undefined ? [] : [push]].map((source): SyncSourceState => {
    const { name, lagMs, lastSuccessAt, added, lastError } = source;
    return {
      name,
      ...(lagMs === undefined ? {} : { lagMs }),
      ...(lastSuccessAt === undefined ? {} : { lastSuccessAt }),
      added,
      ...(lastError === undefined ? {} : { error: lastError.message }),
    };
  });
  return { sync: { ...(daemon === undefined ? {} : { role: daemon.role }), sources } };
}
