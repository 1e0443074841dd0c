/**
 * The configuration as one schema. Types, checks, defaults, variable names and the README's table all come from it.
 *
 * @module
 */

import { z } from "zod";
import { alertsSection } from "./alerts.ts";
import { audioSection } from "./audio.ts";
import { cacheSection } from "./cache.ts";
import { consoleSection } from "./console.ts";
import { conversationSection } from "./conversation.ts";
import { limitsSection } from "./daily_limits.ts";
import { databaseSection } from "./database.ts";
import { devicesSection } from "./devices.ts";
import { esp32ServerSection } from "./esp32_server.ts";
import { featuresSection } from "./features.ts";
import { healthSection } from "./health.ts";
import { historySection } from "./history.ts";
import { logSection } from "./log.ts";
import { metricsSection } from "./metrics.ts";
import { redisSection } from "./redis.ts";
import { recorderSection } from "./recorder.ts";
import { loadSection } from "./protection.ts";
import { serverSection } from "./server.ts";
import { syncSection } from "./sync.ts";
import { tracingSection } from "./tracing.ts";
import { toolsSection } from "./tools.ts";

/** Every key, in the order in which people read about them. */
export const configSchema = z.strictObject({
  server: serverSection,
  dataDir: z.string().min(1).default("./data").meta({
    description: "Folder of the database, audio, keys and recordings; one process at a time uses it",
  }),
  devices: devicesSection,
  audio: audioSection,
  esp32Server: esp32ServerSection,
  conversation: conversationSection,
  tools: toolsSection,
  limits: limitsSection,
  load: loadSection,
  history: historySection,
  database: databaseSection,
  redis: redisSection,
  cache: cacheSection,
  sync: syncSection,
  health: healthSection,
  metrics: metricsSection,
  alerts: alertsSection,
  console: consoleSection,
  recorder: recorderSection,
  tracing: tracingSection,
  features: featuresSection,
  log: logSection,
});

/** `T` without anything that could be written to. */
export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** `T` with every key optional. */
export type DeepPartial<T> = T extends readonly unknown[] ? T : T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> } : T;

/** The configuration of a process. Frozen. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;
