/**
 * What flows: turns to the database, history from other servers, devices in and out, restarts.
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";
import { type HealthCheck, highIsBad, type Reading } from "../check.ts";

/** What waits for delivery. */
export interface OutboxFigures {
  readonly turns: number;
  readonly parked: number;
  /** Unix milliseconds. */
  readonly oldestAt?: number;
}

/**
 * The outbox. Without a server behind it (`delivers` false) entries wait for one that may come, which is no fault.
 *
 * @param warnAfterMs Age of the oldest entry from which it is a warning.
 * @param delivers Whether anything delivers from it now: what is switched off may wait.
 */
export function outboxCheck(
  load: () => Promise<OutboxFigures> | undefined,
  clock: Pick<Clock, "wall">,
  warnAfterMs: number,
  delivers: () => boolean,
): HealthCheck {
  return {
    id: "outbox",
    service: "outbox",
    required: false,
    async run() {
      const found = await load();
      if (found === undefined) return [];
      const { turns, parked, oldestAt } = found;
      const ageMs = oldestAt === undefined ? 0 : Math.max(0, clock.wall() - oldestAt);
      const status = delivers() ? highIsBad(ageMs, warnAfterMs) : "pass";
      const late = status === "pass"
        ? {}
        : { output: `The oldest of ${turns} turns has waited for ${Math.round(ageMs / 1000)} s; is the database there?` };
      return [
        { component: "outbox", measurement: "depth", type: "component", status: "pass", value: turns },
        { component: "outbox", measurement: "age", type: "component", status, value: ageMs, unit: "ms", ...late },
        {
          component: "outbox",
          measurement: "parked",
          type: "component",
          status: parked > 0 ? "warn" : "pass",
          value: parked,
          ...(parked > 0 ? { output: `The database refused ${parked} turns for good; the log says why` } : {}),
        },
      ];
    },
  };
}

/** One source of the sync. */
export interface SyncFigures {
  readonly role: string;
  readonly sources: readonly { readonly name: string; readonly lagMs?: number; readonly lastError?: { readonly message: string } }[];
}

/** The history sync. A node that follows has no lag of its own. */
export function syncCheck(status: () => SyncFigures | undefined, warnAfterMs: number): HealthCheck {
  return {
    id: "sync",
    service: "history_sync",
    required: false,
    run() {
      const found = status();
      if (found === undefined) return [];
      return [
        {
          component: "leader",
          measurement: "role",
          type: "component",
          status: found.role === "backoff" ? "warn" : "pass",
          value: found.role,
        },
        ...found.sources.map(({ name, lagMs, lastError }): Reading => {
          const reading = { component: `historySync-${name}`, measurement: "lag", type: "component", unit: "ms" } as const;
          const late = highIsBad(lagMs ?? 0, warnAfterMs);
          const why = lastError?.message ?? `It is ${Math.round((lagMs ?? 0) / 1000)} s behind`;
          const status = lastError === undefined ? late : "warn";
          return { ...reading, status, ...(lagMs === undefined ? {} : { value: lagMs }), ...(status === "pass" ? {} : { output: why }) };
        }),
      ];
    },
  };
}

/** Devices, and how much room there is for more. A full server is no sick one; readiness says that it takes no more. */
export function devicesCheck(sockets: () => number | undefined, max: number): HealthCheck {
  return {
    id: "devices",
    service: "devices",
    required: false,
    run() {
      const value = sockets() ?? 0;
      const isFull = value >= max;
      return [{
        component: "devices",
        measurement: "connections",
        type: "component",
        status: isFull ? "warn" : "pass",
        value,
        ...(isFull ? { output: `All ${max} places of server.maxConnections are taken` } : {}),
      }];
    },
  };
}

/** A part of the supervision tree, as far as it is looked at. */
export interface WatchedNode {
  readonly id: string;
  readonly state: string;
  readonly optional: boolean;
  readonly lastMessage?: string;
  readonly tree?: { readonly children: readonly WatchedNode[] };
}

/** What the check of the tree looks at. */
export interface WatchedTree {
  readonly tree: () => { readonly children: readonly WatchedNode[] };
  /** Failures with their time in Unix milliseconds. */
  readonly failures: () => readonly { readonly at: number; readonly path: string; readonly reason: string }[];
}

/**
 * The supervision tree: what is down, and how much was restarted of late.
 *
 * @param windowMs How long a restart is remembered.
 * @param warnAfter Restarts within it from which it is a warning.
 */
export function restartsCheck(
  { tree, failures }: WatchedTree,
  clock: Pick<Clock, "wall">,
  windowMs: number,
  warnAfter: number,
): HealthCheck {
  return {
    id: "supervisor",
    service: "supervisor",
    required: false,
    run() {
      const since = clock.wall() - windowMs;
      const recent = failures().filter(({ at, path }) => at > since && !path.startsWith("devices/"));
      const down = nodes(tree().children).filter(({ state }) => state === "waiting");
      const status = highIsBad(recent.length, warnAfter);
      const last = recent.at(-1);
      return [
        {
          component: "supervisor",
          measurement: "restarts",
          type: "system",
          status,
          value: recent.length,
          ...(status === "pass" || last === undefined ? {} : { output: `Last: ${last.path}, ${last.reason}` }),
        },
        {
          component: "supervisor",
          measurement: "waiting",
          type: "system",
          status: down.length > 0 ? "warn" : "pass",
          value: down.length,
          ...(down.length > 0 ? { output: down.map(({ id, lastMessage }) => `${id}: ${lastMessage ?? "it ended"}`).join("; ") } : {}),
        },
      ];
    },
  };
}

function nodes(children: readonly WatchedNode[]): WatchedNode[] {
  return children.flatMap((node) => [node, ...nodes(node.tree?.children ?? [])]);
}
