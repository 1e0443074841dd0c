/**
 * The parts of the process, in the order of their start. What a part gets from another it may keep: under `rest_for_one` both end together.
 *
 * @module
 */

import { DeviceNews } from "../actors/devices/device_news.ts";
import type { Health } from "../actors/health/health.ts";
import type { DeviceSupervisor } from "../actors/devices/device_supervisor.ts";
import { platformChildren } from "../actors/platform/tree.ts";
import type { AnyChildSpec } from "../actors/supervision/child_spec.ts";
import type { Provided } from "../actors/supervision/provide.ts";
import { RecorderHub } from "../services/recorder/hub.ts";
import { alertsPart } from "./alerts.ts";
import { configurationPart, type Secrets } from "./configuration.ts";
import { daemonParts } from "./daemons.ts";
import { databasePart, type Stores } from "./database.ts";
import { devicesPart } from "./devices.ts";
import { httpPart, type Ports } from "./http.ts";
import { createHealth } from "./health.ts";
import { createMetrics, readFromParts } from "./metrics.ts";
import { overviewSources } from "./overview.ts";
import { redisPart } from "./redis.ts";
import { type Speech, speechPart } from "./speech.ts";
import type { Surroundings } from "./surroundings.ts";
import { syncPart } from "./sync.ts";

/** The parts that the process itself speaks to, and all of them as children of the platform. */
export interface ProcessParts {
  readonly configuration: Provided<Secrets>;
  readonly database: Provided<Stores>;
  readonly speech: Provided<Speech>;
  readonly devices: Provided<DeviceSupervisor>;
  readonly http: Provided<Ports>;
  readonly children: readonly AnyChildSpec[];
}

/** Composes the process; nothing is started. */
export function composeProcess(surroundings: Surroundings): ProcessParts {
  const { config, live, clock, version } = surroundings;
  const counting = createMetrics(surroundings, () => http.peek()?.readiness().ready ?? false);
  const { metrics } = counting;
  const around: Surroundings = { ...surroundings, metrics };
  const recorders = new RecorderHub({
    clock,
    appVersion: version,
    transcripts: config.log.transcripts,
    ...config.recorder,
    maxDevices: config.server.maxConnections,
  });
  const configuration = configurationPart(around);
  // While nobody asks, nobody knows: what was found before says nothing of now.
  const report = () => live.config.features.health ? health.report() : undefined;
  const redis = redisPart(around, () => health.refresh("redis"));
  const database = databasePart(around, redis);
  const speech = speechPart(around);
  const sync = syncPart(around, { database, speech, redis });
  const news = new DeviceNews();
  const devices = devicesPart(around, { configuration, database, speech, recorders, news });
  const http: Provided<Ports> = httpPart(around, {
    configuration,
    database,
    redis,
    sync,
    devices,
    speech,
    recorders,
    news,
    health: report,
    alerts: () => alerts?.peek(),
    overview: () => overviewSources(around, { database, redis, sync, devices, health: report, metrics: counting.daemon }),
  });
  const health: Health = createHealth(around, { database, redis, speech, sync, http: () => http.peek(), metrics: counting.daemon });
  const alerts = alertsPart(around, { devices, health: report, metrics: counting.daemon });
  readFromParts(metrics, { database, devices, sync, http: () => http.peek(), report }, around);
  const children = platformChildren({
    configuration,
    ...(redis === undefined ? {} : { redis }),
    database,
    speech,
    daemons: daemonParts(around, database, sync, { metrics: counting.daemon, health: health.spec, alerts }),
    devices,
    http,
  });
  return { configuration, database, speech, devices, http, children };
}
