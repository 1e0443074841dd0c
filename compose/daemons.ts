/**
 * The daemons. Each speaks to what the database part made last, so that a restart of one begins with what is there then.
 *
 * @module
 */

import { invalidationChild } from "../actors/cache/child.ts";
import { DELIVERY_ID } from "../actors/delivery/delivery.ts";
import type { Daemons } from "../actors/platform/tree.ts";
import { type FlaggableSpec, flagged } from "../actors/supervision/flagged.ts";
import { flagGate, type ProcessFlag } from "../services/config/live/mod.ts";
import type { Config } from "../services/config/mod.ts";
import type { ChildSpec } from "../actors/supervision/child_spec.ts";
import type { Provided } from "../actors/supervision/provide.ts";
import { AppError } from "../base/errors.ts";
import { hasRedis } from "../services/redis/ioredis.ts";
import type { Stores } from "./database.ts";
import { hasRemote } from "./remote.ts";
import type { Surroundings } from "./surroundings.ts";
import type { RunningSync } from "./sync.ts";

/** What watches the process, each behind its flag. */
export interface Watchers {
  readonly metrics: FlaggableSpec;
  readonly health: FlaggableSpec;
  readonly alerts: FlaggableSpec | undefined;
}

/** Those that the configuration asks for. */
export function daemonParts(
  around: Surroundings,
  database: Provided<Stores>,
  sync: Provided<RunningSync>,
  { metrics, health, alerts }: Watchers,
): Daemons {
  const { config, live, clock, random } = around;
  const shared = hasRemote(config);
  const invalidation = () => {
    const channel = database.peek()?.channel;
    return channel === undefined ? undefined : invalidationChild({ channel, clock, random: () => random.next() });
  };
  const behind = (flag: ProcessFlag, spec: FlaggableSpec) => flagged(spec, { gate: flagGate(live, flag), clock });
  return {
    ...(shared ? { delivery: behind("delivery", late(DELIVERY_ID, () => database.peek()?.delivery.spec)) } : {}),
    sync: flagged(sync, { gate: flagGate(live, "sync", syncVersion), clock }),
    ...(shared && hasRedis(config.redis) ? { cacheInvalidation: behind("cache", late("cache", invalidation)) } : {}),
    metrics: behind("metrics", metrics),
    health: behind("health", health),
    ...(alerts === undefined ? {} : { alerts: behind("alerts", alerts) }),
  };
}

/** What else has the sync made anew. */
function syncVersion({ sync, features: { syncHttp, syncStock, syncPush } }: Config): string {
  return JSON.stringify([sync, syncHttp, syncStock, syncPush]);
}

/** A child whose specification is looked up at each start. */
function late(id: string, find: () => ChildSpec | undefined): ChildSpec {
  return {
    id,
    restart: "permanent",
    create() {
      const spec = find();
      if (spec === undefined) throw new AppError(`Cannot start "${id}": what it works for is not up`, { code: "not_up", retryable: true });
      return spec.create();
    },
    onDown: (reason) => find()?.onDown?.(reason),
  };
}
