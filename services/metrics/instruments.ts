/**
 * Every metric of this project, in one place. `docs/observability.md` has the same list for people; a test holds the two together.
 *
 * @module
 */

import type { StageName as TimelineStage } from "../timeline/timeline.ts";
import { firstOf, oneOf } from "./labels.ts";
import { Registry } from "./registry.ts";

/** Seconds of an answer: around one second, where people begin to notice, they are fine. */
const RESPONSE_BUCKETS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.5, 2, 3, 5, 8];

/** Seconds of a stage, some of which take a millisecond and others seconds. */
const STAGE_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.25, 2, 3, 5, 8];

/** Seconds that the server itself adds; the aim is 5 ms at the median and 20 ms at the 99th percentile. */
const ADDED_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.5];

/** Seconds that a frame of 60 ms is late: the device holds at most five of them in advance. */
const LATENESS_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.06, 0.12, 0.18, 0.3, 1];

/** Seconds until an interrupted reply is silent. */
const BARGE_IN_BUCKETS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2];

/** Seconds of a query: SQLite on a disk that flushes takes 0.15 ms, a server over a network some milliseconds. */
const QUERY_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Seconds that the event loop is late; one frame of audio has 0.06. */
const LOOP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1, 2];

/** Actors and parts of the supervision tree; there are about fifteen. */
const MAX_ACTORS = 40;
/** States of an actor, and reasons of a crash: the device's chart has about twenty, errors some sixty codes. */
const MAX_WORDS = 80;
/** Scripts and commands that are sent to Redis, and operations of a database; there are about twenty of each. */
const MAX_COMMANDS = 40;

/** Stages of {@link Instruments.turnStage}. */
const STAGES = [
  "vad_silence",
  "endpoint_wait",
  "asr_final",
  "llm_ttft",
  "first_sentence",
  "tts_ttfb",
  "tts_leading_silence",
  "first_frame",
  "playout",
  "persist",
] as const satisfies readonly TimelineStage[];

/** Who may do a stage; `none` where nobody outside of the conversation does. */
export const PROVIDERS = ["none", "embedded", "http", "openai", "ollama"] as const;

/** Stages that providers do. */
export const PROVIDER_KINDS = ["detect", "recognize", "chat", "synthesize"] as const;

/** How a device that knocked was answered. */
export const CONNECTION_RESULTS = [
  "accepted",
  "not_websocket",
  "bad_identity",
  "draining",
  "token",
  "not_allowed",
  "limited",
  "full",
  "overloaded",
  "malformed",
] as const;

/** How a device that knocked was answered. */
export type ConnectionResult = typeof CONNECTION_RESULTS[number];

/** The result that a request for a device socket is counted as, by the code of its answer. */
export function connectionResult(code: string): ConnectionResult {
  if (code.startsWith("token_")) return "token";
  if (code.startsWith("too_many_")) return RESULT_OF[code] ?? "limited";
  if (code.startsWith("overloaded_")) return "overloaded";
  return RESULT_OF[code] ?? "bad_identity";
}

const RESULT_OF: Readonly<Record<string, ConnectionResult>> = {
  accepted: "accepted",
  upgrade_required: "not_websocket",
  draining: "draining",
  device_not_allowed: "not_allowed",
  origin_not_allowed: "not_allowed",
  ticket_invalid: "token",
  too_many_connections: "full",
  malformed_upgrade: "malformed",
};

/** Why a frame of audio was not used. */
export const DROP_REASONS = ["early", "malformed", "undecodable"] as const;

/** Windows of availability. */
export const AVAILABILITY_WINDOWS = ["1h", "24h", "30d"] as const;

/** All metrics of a process. */
export type Instruments = ReturnType<typeof createInstruments>;

/** Declares all metrics. */
// deno-lint-ignore explicit-module-boundary-types -- the labels of each metric are the type
export function createInstruments(registry: Registry = new Registry()) {
  const kind = oneOf("kind", PROVIDER_KINDS);
  const provider = oneOf("provider", PROVIDERS);
  const window = oneOf("window", AVAILABILITY_WINDOWS);
  return {
    registry,
    devicesConnected: registry.gauge({
      name: "xz_devices_connected",
      help: "Devices that are connected, by the version of the binary protocol",
      labels: [oneOf("protocol", ["1", "2", "3"])],
    }),
    websocketConnections: registry.gauge({
      name: "xz_websocket_connections",
      help: "WebSockets of devices, by where they are in their life; pending_close are closed, and TCP still holds them",
      labels: [oneOf("phase", ["opening", "open", "pending_close"])],
    }),
    deviceConnections: registry.counter({
      name: "xz_device_connections_total",
      help: "Requests for a device socket, by how they were answered",
      labels: [oneOf("result", CONNECTION_RESULTS)],
      fromStart: true,
    }),
    turns: registry.counter({
      name: "xz_turns_total",
      help: "Turns that are over, by how they ended",
      labels: [oneOf("outcome", ["completed", "interrupted", "failed", "refused", "unreachable", "empty", "crashed"])],
      fromStart: true,
    }),
    turnStage: registry.histogram({
      name: "xz_turn_stage_seconds",
      help: "Time of each stage of a turn, by the provider that served the stage last",
      labels: [oneOf("stage", STAGES), provider],
      buckets: STAGE_BUCKETS,
    }),
    turnResponse: registry.histogram({
      name: "xz_turn_response_seconds",
      help: "From the true end of speech to the first frame that was sent",
      buckets: RESPONSE_BUCKETS,
    }),
    serverAdded: registry.histogram({
      name: "xz_server_added_seconds",
      help: "Of the response time, what neither the person, the endpoint nor a provider was waited for",
      buckets: ADDED_BUCKETS,
    }),
    bargeInToSilence: registry.histogram({
      name: "xz_barge_in_to_silence_seconds",
      help: "From the begin of what interrupts a reply until nothing more of the reply is sent",
      buckets: BARGE_IN_BUCKETS,
    }),
    playoutLateness: registry.histogram({
      name: "xz_playout_lateness_seconds",
      help: "How much later than planned each frame of a reply was sent",
      buckets: LATENESS_BUCKETS,
    }),
    playoutUnderruns: registry.counter({
      name: "xz_playout_underruns_total",
      help: "Times that a device ran dry in the middle of a reply because the next frame came too late",
    }),
    audioFrames: registry.counter({
      name: "xz_audio_frames_total",
      help: "Frames of audio that came from devices and went to them",
      labels: [oneOf("direction", ["in", "out"])],
      fromStart: true,
    }),
    audioFramesDropped: registry.counter({
      name: "xz_audio_frames_dropped_total",
      help: "Frames of audio that were not used, by the reason",
      labels: [oneOf("reason", DROP_REASONS)],
      fromStart: true,
    }),
    loadRefused: registry.counter({
      name: "xz_load_refused_total",
      help: "Requests of devices that were refused, at the socket and by OTA, by the code of the answer",
      labels: [firstOf("code", MAX_WORDS)],
    }),
    loadLeftOut: registry.counter({
      name: "xz_load_left_out_total",
      help: "Work that was left out to save power, by what it was",
      labels: [oneOf("what", ["speculation", "filler"])],
      fromStart: true,
    }),
    slowDevices: registry.counter({
      name: "xz_slow_devices_total",
      help: "Devices that took audio too slowly: noticed, and closed",
      labels: [oneOf("result", ["noticed", "closed"])],
      fromStart: true,
    }),
    falseInterruptions: registry.counter({
      name: "xz_false_interruptions_total",
      help: "Replies that waited because of a sound and went on because it was no speech",
    }),
    providerRequests: registry.counter({
      name: "xz_provider_requests_total",
      help: "Requests to providers: served, failed, cut_off after the answer had begun, skipped because of the breaker",
      labels: [kind, provider, oneOf("outcome", ["served", "failed", "cut_off", "skipped"])],
    }),
    providerBreaker: registry.gauge({
      name: "xz_provider_breaker_state",
      help: "Circuit breaker of a provider: 0 closed, 1 half open, 2 open",
      labels: [kind, provider],
    }),
    apiCallSuccess: registry.gauge({
      name: "xz_api_call_success_ratio",
      help: "Share of the requests to providers in the last 5 minutes that were answered; absent where there were none",
    }),
    actorRestarts: registry.counter({
      name: "xz_actor_restarts_total",
      help: "Restarts in the supervision tree, by the part and the code of the error",
      labels: [firstOf("actor", MAX_ACTORS), firstOf("reason", MAX_WORDS)],
    }),
    actors: registry.gauge({
      name: "xz_actors",
      help: "Actors and services of the supervision tree by state; of the devices, the states of their charts",
      labels: [firstOf("actor", MAX_ACTORS), firstOf("state", MAX_WORDS)],
    }),
    outboxDepth: registry.gauge({ name: "xz_outbox_depth", help: "Turns that wait for their delivery to the database" }),
    outboxOldest: registry.gauge({ name: "xz_outbox_oldest_seconds", help: "How long the oldest of them has waited; 0 when none waits" }),
    outboxParked: registry.gauge({ name: "xz_outbox_parked", help: "Turns that the database refused for good, kept and tried again" }),
    historySyncLag: registry.gauge({
      name: "xz_history_sync_lag_seconds",
      help: "How far the slowest source of the history sync is behind; only on the node that leads",
    }),
    cacheEvents: registry.counter({
      name: "xz_cache_events_total",
      help: "What the cache did",
      labels: [oneOf("op", ["hit", "stale", "miss", "bypass", "load", "drop", "error", "invalidate"])],
      fromStart: true,
    }),
    cacheHits: registry.gauge({
      name: "xz_cache_hit_ratio",
      help: "Share of the reads in the last 5 minutes that the cache answered; absent where there were none",
    }),
    leader: registry.gauge({
      name: "xz_leader",
      help: "Whether this node leads a daemon: 1 or 0",
      labels: [oneOf("daemon", ["sync"])],
    }),
    databaseQuery: registry.histogram({
      name: "xz_database_query_seconds",
      help: "Time of queries: statements of a MySQL server, operations of the local history",
      labels: [oneOf("database", ["sqlite", "mysql"]), firstOf("operation", MAX_COMMANDS), oneOf("outcome", ["ok", "failed"])],
      buckets: QUERY_BUCKETS,
    }),
    redisCommand: registry.histogram({
      name: "xz_redis_command_seconds",
      help: "Time of commands and scripts of Redis",
      labels: [firstOf("command", MAX_COMMANDS), oneOf("outcome", ["ok", "failed"])],
      buckets: QUERY_BUCKETS,
    }),
    eventLoopDelay: registry.histogram({
      name: "xz_eventloop_delay_seconds",
      help: "How late a timer of 20 ms fires that is armed again and again",
      buckets: LOOP_BUCKETS,
    }),
    memory: registry.gauge({
      name: "xz_memory_bytes",
      help: "Memory of the process",
      labels: [oneOf("kind", ["rss", "heap_used", "heap_total", "external"])],
    }),
    healthStatus: registry.gauge({
      name: "xz_health_status",
      help: "Health of a component: 1 pass, 0.5 warn, 0 fail",
      labels: [firstOf("component", MAX_ACTORS)],
    }),
    ready: registry.gauge({ name: "xz_ready", help: "Whether devices are taken: 1 or 0" }),
    availability: registry.gauge({
      name: "xz_availability_ratio",
      help: "Share of the time in which devices were taken, times the share of turns that did not fail by the server",
      labels: [window],
    }),
    errorBudget: registry.gauge({
      name: "xz_error_budget_remaining_ratio",
      help: "Of the failures that 99.9 % allow, the share that is left; below 0 when it is overspent",
      labels: [window],
    }),
    uptime: registry.gauge({ name: "xz_uptime_seconds", help: "How long this process has been up" }),
    buildInfo: registry.gauge({
      name: "xz_build_info",
      help: "Always 1; version and commit are in the labels",
      labels: [buildLabel("version"), buildLabel("commit")],
    }),
  };
}

/** Names of all metrics, for checks of dashboards and rules. */
export function metricNames(): readonly string[] {
  return createInstruments().registry.families.map(({ name }) => name);
}

/** A label that has one value in the life of a process. */
function buildLabel(name: string): ReturnType<typeof oneOf<string>> {
  let value = "";
  return {
    name,
    size: 2,
    indexOf: (given) => {
      value ||= given;
      return given === value ? 1 : 0;
    },
    at: (index) => index === 1 ? value : "other",
  };
}
