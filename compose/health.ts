/**
 * What is asked how it is. Everything is looked up when it is asked, so that a part which was started again is found.
 *
 * @module
 */

import { Health } from "../actors/health/health.ts";
import type { Provided } from "../actors/supervision/provide.ts";
import type { HealthCheck } from "../services/health/check.ts";
import { databaseCheck, localHistoryCheck } from "../services/health/checks/database.ts";
import { esp32ServerCheck } from "../services/health/checks/esp32_server.ts";
import { devicesCheck, outboxCheck, restartsCheck, syncCheck } from "../services/health/checks/flow.ts";
import { diskCheck, eventLoopCheck, memoryCheck } from "../services/health/checks/machine.ts";
import { redisCheck } from "../services/health/checks/redis.ts";
import { createLogger } from "../services/logging/mod.ts";
import type { RedisLink } from "../services/redis/link.ts";
import { heldSockets } from "../routes/transport/census.ts";
import type { Stores } from "./database.ts";
import type { Ports } from "./http.ts";
import type { MetricsDaemon } from "./metrics.ts";
import { hasRemote } from "./remote.ts";
import type { Speech } from "./speech.ts";
import type { Surroundings } from "./surroundings.ts";
import type { RunningSync } from "./sync.ts";

/** What is looked at. */
export interface HealthNeeds {
  readonly database: Provided<Stores>;
  readonly redis: Provided<RedisLink> | undefined;
  readonly speech: Provided<Speech>;
  readonly sync: Provided<RunningSync> | undefined;
  readonly http: () => Ports | undefined;
  readonly metrics: Provided<MetricsDaemon>;
}

/** How often the stages are asked where the configuration leaves it to this, milliseconds: an outage shows within 5 s. */
const STAGES_MS = 1200;
/** The same where a stage is done by a server of the OpenAI API, which may be one that counts requests. */
const CLOUD_STAGES_MS = 30_000;
/** How long a restart is remembered, milliseconds. */
const RESTARTS_MS = 600_000;

/** The health of the process, whose actor is not to run while `features.health` is off. */
export function createHealth({ config, live, load: machine, clock, random, platform }: Surroundings, needs: HealthNeeds): Health {
  const { health, server, dataDir } = config;
  const { database, redis, speech, sync, http, metrics } = needs;
  const remote = () => database.peek()?.remote;
  const load = () => database.peek()?.store.outboxLoad();
  const delivers = () => live.config.features.delivery && hasRemote(config);
  const stagesMs = () => {
    const { recognize, chat, synthesize } = live.config.esp32Server;
    const isCloud = [recognize, chat, synthesize].some(({ provider, fallback = [] }) => [provider, ...fallback].includes("openai"));
    return health.esp32ServerIntervalMs || (isCloud ? CLOUD_STAGES_MS : STAGES_MS);
  };
  const checks: HealthCheck[] = [
    localHistoryCheck(load, clock),
    ...(hasRemote(config)
      ? [databaseCheck(() => remote()?.database, !health.acceptWithoutDatabase, () => remote()?.archive.status())]
      : []),
    ...(redis === undefined ? [] : [redisCheck(() => redis.peek(), clock)]),
    esp32ServerCheck(() => speech.peek()?.esp32Server, stagesMs),
    ...(sync === undefined ? [] : [syncCheck(() => sync.peek()?.sync?.status().daemon, health.syncWarnSeconds * 1000)]),
    outboxCheck(load, clock, health.outboxWarnSeconds * 1000, delivers),
    devicesCheck(() => {
      const counts = http()?.sockets();
      return counts === undefined ? undefined : heldSockets(counts);
    }, server.maxConnections),
    restartsCheck({ tree: () => platform.tree(), failures: () => platform.log.recent() }, clock, RESTARTS_MS, health.restartsWarn),
    // Where nothing is counted, whoever sheds load knows it as well.
    eventLoopCheck(() => metrics.peek()?.eventLoopMs ?? machine.loopDelayMs, health.eventLoopWarnMs),
    memoryCheck(health.maxMemoryMib),
    diskCheck(dataDir, health.diskWarnMib, health.diskFailMib),
  ];
  const actor = new Health({ checks, tuning: health, clock, random, logger: createLogger("health") });
  // Asked when everybody has taken the change: what it is about may be what is asked.
  live.onChange(() => ({ commit: () => queueMicrotask(() => actor.refresh()) }));
  return actor;
}
