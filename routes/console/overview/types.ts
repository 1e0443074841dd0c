/**
 * The server at a glance, as `/api/console/overview` tells it: the shapes alone, so that browser code can share them.
 *
 * @module
 */

import type { Alert } from "../../../services/alerts/alert.ts";
import type { AlertLanguage, AlertText } from "../../../services/alerts/texts.ts";

export type { AlertText } from "../../../services/alerts/texts.ts";

/** How something is, in the words of `/health/detailed`. */
export type ServiceStatus = "healthy" | "degraded" | "unhealthy";

/** One service of the health. */
export interface ServiceState {
  readonly name: string;
  readonly status: ServiceStatus;
  /** Whether nothing goes without it. */
  readonly required: boolean;
  /** Since when it is so, Unix milliseconds. */
  readonly since: number;
  /** Why it is not healthy, in the words of its checks. */
  readonly reason?: string;
}

/** Availability within a window that ends now. */
export interface AvailabilityState {
  readonly window: "1h" | "24h" | "30d";
  /** 0 to 1. */
  readonly ratio: number;
  /** Share of the error budget that is left; below 0 where more was lost than the objective allows. */
  readonly budgetLeft: number;
}

/** A node of the supervision tree. */
export interface TreeNode {
  readonly id: string;
  readonly type: "actor" | "service" | "supervisor";
  /** `off` where its flag is; the states of supervision otherwise. */
  readonly state: "starting" | "up" | "waiting" | "stopping" | "stopped" | "failed" | "down" | "off";
  /** What it is doing, such as the state of its chart. */
  readonly doing?: string;
  /** Since when it is in its state, Unix milliseconds. */
  readonly since?: number;
  /** How often it has been started again. */
  readonly restarts: number;
  /** Its last failure. `at` is absent where it was so long ago that the record has forgotten it. */
  readonly last?: { readonly reason: string; readonly message: string; readonly at?: number };
  /** Name of the drawn state chart that it lives by, where it has one. */
  readonly chart?: string;
  readonly children: readonly TreeNode[];
}

/** One provider of one stage, within the last hour. */
export interface ProviderState {
  /** `detect`, `recognize`, `chat` or `synthesize`. */
  readonly kind: string;
  readonly provider: string;
  readonly breaker: "closed" | "half_open" | "open";
  readonly served: number;
  readonly failed: number;
  /** Until the stage's first result, milliseconds; absent where it was not measured. */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
}

/** What is not a rate: percentiles of the answers of the last hour, milliseconds. */
export interface ResponseState {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Figures of the last hour, a point a minute, oldest first; the last point is of the minute that has begun. */
export interface TrailPoints {
  readonly devices: readonly number[];
  readonly turns: readonly number[];
  readonly failed: readonly number[];
  /** The worst of each minute, milliseconds. */
  readonly loopDelayMs: readonly number[];
  /** MiB. */
  readonly rssMib: readonly number[];
}

/** An alert in words. */
export type ShownAlert = Alert & { readonly text: Readonly<Record<AlertLanguage, AlertText>> };

/** One source of the sync. */
export interface SyncSourceState {
  readonly name: string;
  readonly lagMs?: number;
  /** When it was last read, or told something, successfully, Unix milliseconds. */
  readonly lastSuccessAt?: number;
  readonly added: number;
  readonly error?: string;
}

/** The answer. What is absent is not known now, or switched off. */
export interface Overview {
  /** The server's time, Unix milliseconds. */
  readonly now: number;
  readonly version: string;
  readonly uptimeMs: number;
  readonly health?: { readonly status: ServiceStatus; readonly services: readonly ServiceState[] };
  readonly availability?: readonly AvailabilityState[];
  readonly alerts: { readonly enabled: boolean; readonly active: readonly ShownAlert[]; readonly recent: readonly ShownAlert[] };
  readonly devices: {
    readonly connected: number;
    /** How many are in each state of their chart. */
    readonly states: Readonly<Record<string, number>>;
    readonly turnsToday: number;
    readonly failedToday: number;
  };
  readonly tree: TreeNode;
  readonly providers: readonly ProviderState[];
  readonly responses?: ResponseState;
  /** Reads since the start, and how many of them were answered with what was kept. */
  readonly cache?: { readonly enabled: boolean; readonly reads: number; readonly hits: number };
  readonly outbox?: {
    readonly state: string;
    readonly depth: number;
    readonly oldestAgeMs: number;
    readonly delivered: number;
    readonly parked: number;
    readonly error?: string;
  };
  readonly sync?: { readonly role?: string; readonly sources: readonly SyncSourceState[] };
  readonly machine: { readonly loopDelayMs: number; readonly rssBytes: number; readonly diskFreeBytes?: number };
  readonly lastHour: TrailPoints;
}
