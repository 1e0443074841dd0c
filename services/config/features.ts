/**
 * Section `features`: each capability can be switched off, and so rolled back, alone, while the server runs. What a device does can be
 * rolled out to a part of the devices; what the process does is on or off.
 *
 * @module
 */

import { z } from "zod";

/** A flag of the process: on or off. */
function flag(description: string) {
  return z.boolean().default(true).meta({ description });
}

/** A flag of each device: on, off, or on for a part of the devices. */
function deviceFlag(description: string) {
  const part = z.strictObject({ percent: z.number().min(0).max(100) });
  return z.union([z.boolean(), part]).default(true).meta({ description, expects: "true, false, or {percent: number from 0 to 100}" });
}

/** Schema of the section. */
export const featuresSection = z.strictObject({
  recorder: deviceFlag("Record the latest events of each device for the session view and replay"),
  deviceMcp: deviceFlag("Ask devices for their MCP tools and offer them to the chat stage"),
  wakeGreeting: deviceFlag("Let a wake word be greeted or answered, as conversation.wake says; off listens silently"),
  voiceBargeIn: deviceFlag("Let speech interrupt an answer on devices that cancel their own echo"),
  speculation: deviceFlag("Begin to recognise and to answer in the pause that may be the end of what is said; thrown away if it is not"),
  idleGoodbye: deviceFlag("Say goodbye when an idle session ends, as devices.goodbye says; off ends it silently"),
  serverTools: deviceFlag("Offer the chat stage the tools of this server: time, weather, the end of the conversation, roles"),
  memory: deviceFlag("Remember earlier conversations of a device in a summary, where the chat stage is a language model"),
  fillers: deviceFlag("Say a moment's patience when an answer is long in coming, as conversation.fillerAfterMs says"),
  cache: flag("Keep what is read again and again: in memory, or in Redis where several nodes share a database"),
  historyAudio: deviceFlag("Keep the audio that history.audio asks for"),
  delivery: flag("Deliver turns to the archive, where there is one beside the data directory; off lets them wait"),
  api: flag("Serve devices, sessions, turns, search, export and import below /api; off leaves /api/status and say"),
  sync: flag("Take in history from other servers, as sync and the three flags below say"),
  syncHttp: flag("Take in the history of a server of the HTTP contract, as sync.http says"),
  syncStock: flag("Take in the history in a stock server's tables, as sync.stock says"),
  syncPush: flag("Take in what a stock server reports, as sync.push says"),
  health: flag("Ask everything how it is; off, /health and /readyz tell of the process alone"),
  metrics: flag("Count what happens, for /metrics and OpenTelemetry"),
  alerts: flag("Raise alerts, as the section alerts says"),
  tracing: deviceFlag("Make an OpenTelemetry trace of each turn; nothing is made or sent unless OTEL_DENO is true"),
});
