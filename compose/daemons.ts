/**
 * The daemons. Each speaks to what the database part made last, so that a restart of one begins with what is there then.
 *
 * @module
 */

import { invalidationChild } from "../actors/cache/child.ts";
import { DELIVERY_ID } from "../actors/delivery/delivery.ts";
import type { Daemons } from "../actors/platform/tree.ts";
import { flagged } from "../actors/supervision/flagged.ts";
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

/** Those that the configuration asks for. */
export function daemonParts(around: Surroundings, database: Provided<Stores>, sync: Provided<RunningSync>): Daemons {
  const { config, live, clock, random } = around;
  const shared = hasRemote(config);
  const invalidation = () => {
    const channel = database.peek()?.channel;
    return channel === undefined ? undefined : invalidationChild({ channel, clock, random: () => random.next() });
  };
  const behind = (flag: ProcessFlag, spec: ChildSpec) => flagged(spec, { gate: flagGate(live, flag), clock });
  return {
    ...(shared ? { delivery: behind("delivery", late(DELIVERY_ID, () => database.peek()?.delivery.spec)) } : {}),
    sync: flagged(sync, { gate: flagGate(live, "sync", syncVersion), clock }),
    ...(shared && hasRedis(config.redis) ? { cacheInvalidation: behind("cache", late("cache", invalidation)) } : {}),
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
