/**
 * The Redis that nodes share.
 *
 * @module
 */

import type { HealthCheck } from "../check.ts";
import type { Clock } from "../../../base/clock.ts";
import type { RedisLink } from "../../redis/link.ts";
import { redisScript } from "../../redis/script.ts";

/** The least that Redis can be asked. It runs as scripts do, since that is how Redis is used here. */
const PING = redisScript("ping", "return 1");

/** Redis; `link` is looked up at each asking. Everything goes on without it. */
export function redisCheck(link: () => Pick<RedisLink, "status" | "run"> | undefined, clock: Pick<Clock, "now">): HealthCheck {
  return {
    id: "redis",
    service: "redis",
    required: false,
    async run() {
      const found = link();
      const common = { component: "redis", measurement: "responseTime", type: "datastore" } as const;
      if (found === undefined) return [{ ...common, status: "fail", output: "It is not up" }];
      if (found.status.state === "down") {
        return [{ ...common, status: "fail", output: found.status.lastError ?? "It is not connected yet" }];
      }
      const from = clock.now();
      await found.run(PING, [], []);
      return [{ ...common, status: "pass", value: clock.now() - from, unit: "ms" }];
    },
  };
}
