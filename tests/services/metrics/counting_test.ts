import assert from "node:assert/strict";
import { StageError } from "../../../services/esp32_server/errors.ts";
import type { TurnRecord } from "../../../services/history/store.ts";
import { DeviceMetrics } from "../../../services/metrics/device_metrics.ts";
import { createInstruments } from "../../../services/metrics/instruments.ts";
import { prometheusText } from "../../../services/metrics/prometheus.ts";
import { ProviderMetrics } from "../../../services/metrics/providers.ts";
import { RecentRatio } from "../../../services/metrics/ratio.ts";
import { type MetricSources, readMetrics } from "../../../services/metrics/sources.ts";
import { databaseMetrics, redisMetrics, timedStore } from "../../../services/metrics/timed_store.ts";
import { readExposition } from "../../support/exposition.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

function rig(sources: Partial<MetricSources> = {}) {
  const clock = new VirtualClock();
  const instruments = createInstruments();
  const providers = new ProviderMetrics(instruments, clock);
  const turns: boolean[] = [];
  const devices = new DeviceMetrics(instruments, providers, { turn: (failedByUs) => turns.push(failedByUs) });
  const memory = () => ({ rss: 4, heapUsed: 3, heapTotal: 2, external: 1 });
  readMetrics(instruments, { version: "1.2.3", commit: "abc", memory, ...sources }, clock);
  const read = async (name: string) => {
    const text = prometheusText(instruments.registry);
    await clock.advance(0);
    const { samples } = readExposition(await text).get(name)!;
    return Object.fromEntries(samples.map(({ name: each, labels, value }) => [
      each.replace(name, "") + Object.values(labels).join(" "),
      value,
    ]));
  };
  return { clock, instruments, providers, devices, turns, read };
}

const spoken: Pick<TurnRecord, "source" | "outcome" | "timings"> = {
  source: "speech",
  outcome: "completed",
  timings: {
    speechEndMs: 1000,
    vadEndMs: 1500,
    endpointMs: 1500,
    recognizedMs: 1700,
    settledMs: 1700,
    firstTokenMs: 2000,
    firstSentenceMs: 2050,
    firstAudioMs: 2150,
    firstFrameMs: 2160,
    playoutEndMs: 4000,
    commitMs: 4000,
    persistedMs: 4004,
  },
};

Deno.test("a turn is counted by outcome, stages, response and what the server added", async () => {
  const { devices, providers, turns, read } = rig();
  providers.note({ type: "served", stage: "chat", provider: "openai", choice: 0 });
  devices.turn(spoken);
  assert.deepEqual(turns, [false]);
  assert.equal((await read("xz_turns_total")).completed, 1);
  const response = await read("xz_turn_response_seconds");
  assert.equal(response._sum, 1.16);
  assert.deepEqual([response["_bucket1"], response["_bucket1.25"]], [0, 1]);
  const added = await read("xz_server_added_seconds");
  assert.ok(Math.abs(added._sum! - 0.01) < 1e-9, `${added._sum}`);
  const stages = await read("xz_turn_stage_seconds");
  assert.equal(stages["_sumvad_silence none"], 0.5);
  assert.equal(stages["_sumllm_ttft openai"], 0.3);
  assert.equal(stages["_sumpersist none"], 0.004);
});

Deno.test("turns that failed by the server count against it; a used-up allowance and a device that went away do not", async () => {
  const { devices, turns, read } = rig();
  const failed = (code: string) => devices.turn({ ...spoken, outcome: "failed", error: { code, message: "" } });
  failed("chat_timeout");
  failed("daily_limit");
  failed("network_stalled");
  devices.turn({ ...spoken, outcome: "interrupted" });
  devices.turn({ ...spoken, outcome: "empty", timings: {} });
  devices.crashed();
  assert.deepEqual(turns, [true, false, false, false, true], "an empty turn is none");
  const counted = { completed: 0, interrupted: 1, failed: 1, refused: 1, unreachable: 1, empty: 1, crashed: 1 };
  assert.deepEqual(await read("xz_turns_total"), counted, "and Prometheus sees the same");
});

Deno.test("frames, drops, lateness, underruns and interruptions are counted", async () => {
  const { devices, read } = rig();
  devices.frameIn();
  devices.frameOut();
  devices.frameOut();
  devices.frameDropped("malformed");
  devices.frameLate(4);
  devices.underruns(2);
  devices.bargedIn(250);
  devices.falseInterruption();
  assert.deepEqual(await read("xz_audio_frames_total"), { in: 1, out: 2 });
  assert.equal((await read("xz_audio_frames_dropped_total")).malformed, 1);
  assert.equal((await read("xz_playout_lateness_seconds"))["_bucket0.005"], 1);
  assert.deepEqual(await read("xz_playout_underruns_total"), { "": 2 });
  assert.equal((await read("xz_barge_in_to_silence_seconds"))._sum, 0.25);
  assert.deepEqual(await read("xz_false_interruptions_total"), { "": 1 });
});

Deno.test("requests to providers are counted, and the share that was answered is that of the last five minutes", async () => {
  const { clock, providers, read } = rig();
  const error = new StageError("chat", "timeout", "Too late");
  assert.deepEqual(await read("xz_api_call_success_ratio"), {});
  for (let n = 0; n < 3; n++) providers.note({ type: "served", stage: "chat", provider: "http", choice: 0 });
  providers.note({ type: "failed", stage: "chat", provider: "http", error, delivered: false });
  assert.deepEqual(await read("xz_api_call_success_ratio"), { "": 0.75 });
  providers.note({ type: "failed", stage: "chat", provider: "http", error, delivered: true });
  providers.note({ type: "skipped", stage: "chat", provider: "http", remainingMs: 5 });
  assert.deepEqual(await read("xz_api_call_success_ratio"), { "": 0.5 });
  const counts = { "chat http served": 3, "chat http failed": 1, "chat http cut_off": 1, "chat http skipped": 1 };
  assert.deepEqual(await read("xz_provider_requests_total"), counts);
  providers.note({ type: "breaker", stage: "chat", provider: "http", from: "closed", to: "open", cooldownMs: 1 });
  assert.deepEqual(await read("xz_provider_breaker_state"), { "chat http": 2 });
  await clock.advance(5 * 60_000);
  assert.deepEqual(await read("xz_api_call_success_ratio"), {});
  assert.deepEqual(await read("xz_provider_requests_total"), counts);
});

Deno.test("a recent share forgets minute by minute", async () => {
  const clock = new VirtualClock();
  const ratio = new RecentRatio(clock, 2);
  ratio.add(0, 1);
  await clock.advance(60_000);
  ratio.add(3, 3);
  assert.equal(ratio.value, 0.75);
  await clock.advance(60_000);
  assert.equal(ratio.value, 1);
  await clock.advance(600_000);
  assert.equal(ratio.value, undefined);
});

Deno.test("everything else is read where it is kept", async () => {
  let cache = { hits: 3, stale: 1, misses: 1, bypassed: 0, loads: 1, dropped: 0, errors: 0, invalidations: 2 };
  const { clock, read } = rig({
    devices: () => ({ protocols: { 1: 2, 3: 1 }, states: { listening: 2, speaking: 1 } }),
    sockets: () => ({ opening: 1, open: 3, pendingClose: 2 }),
    tree: () => ({ children: [{ id: "daemons", state: "up", tree: { children: [{ id: "sync", state: "waiting" }] } }] }),
    failures: () => [{ path: "platform/daemons/sync", reason: "sync_failed", restarts: 4 }],
    outbox: () => Promise.resolve({ turns: 7, parked: 1, oldestAt: Date.UTC(2026, 0, 1) - 5000 }),
    sync: () => ({ leads: true, lagMs: 1500 }),
    cache: () => cache,
    health: () => [{ component: "redis", status: "fail" }, { component: "disk", status: "warn" }],
    ready: () => true,
  });
  assert.deepEqual(await read("xz_devices_connected"), { 1: 2, 2: 0, 3: 1 });
  assert.deepEqual(await read("xz_websocket_connections"), { opening: 1, open: 3, pending_close: 2 });
  assert.deepEqual(await read("xz_actors"), { "daemons up": 1, "daemons/sync waiting": 1, "device listening": 2, "device speaking": 1 });
  assert.deepEqual(await read("xz_actor_restarts_total"), { "platform/daemons/sync sync_failed": 4 });
  assert.deepEqual(await read("xz_outbox_depth"), { "": 7 });
  assert.deepEqual(await read("xz_outbox_oldest_seconds"), { "": 5 });
  assert.deepEqual(await read("xz_history_sync_lag_seconds"), { "": 1.5 });
  assert.deepEqual(await read("xz_leader"), { sync: 1 });
  assert.deepEqual(await read("xz_health_status"), { redis: 0, disk: 0.5 });
  assert.deepEqual(await read("xz_ready"), { "": 1 });
  assert.deepEqual(await read("xz_build_info"), { "1.2.3 abc": 1 });
  assert.deepEqual(await read("xz_memory_bytes"), { rss: 4, heap_used: 3, heap_total: 2, external: 1 });
  assert.deepEqual(await read("xz_cache_hit_ratio"), { "": 0.75 });
  assert.equal((await read("xz_cache_events_total")).invalidate, 2);
  cache = { ...cache, hits: 0, misses: 0 };
  await clock.advance(5 * 60_000);
  assert.deepEqual(await read("xz_cache_hit_ratio"), {});
  cache = { ...cache, hits: 1, misses: 1 };
  assert.deepEqual(await read("xz_cache_hit_ratio"), { "": 0.5 });
});

Deno.test("an outbox that does not answer leaves the last figures and delays a scrape by a second at most", async () => {
  let answer: Promise<{ turns: number; parked: number }> = Promise.resolve({ turns: 7, parked: 0 });
  const { clock, instruments } = rig({ outbox: () => answer });
  await prometheusText(instruments.registry);
  answer = new Promise(() => {});
  const text = prometheusText(instruments.registry);
  await clock.advance(1000);
  assert.equal(readExposition(await text).get("xz_outbox_depth")?.samples[0]?.value, 7);
});

Deno.test("stores, servers and Redis are timed by operation and outcome", async () => {
  const { clock, instruments, read } = rig();
  const store = {
    quick: (value: number) => Promise.resolve(value),
    failing: () => Promise.reject(new Error("no")),
    plain: () => 5,
    size: 3,
  };
  const timed = timedStore(store, instruments, clock);
  assert.equal(await timed.quick(4), 4);
  await assert.rejects(timed.failing());
  assert.deepEqual([timed.plain(), timed.size], [5, 3]);
  await settle();
  databaseMetrics(instruments)({ operation: "select", ms: 2 });
  databaseMetrics(instruments)({ operation: "insert", ms: 2, error: "history_unreachable" });
  redisMetrics(instruments)({ name: "read from the cache", ms: 1, ok: true });
  const counts = await read("xz_database_query_seconds");
  const of = (series: string) => counts[`_count${series}`];
  const series = ["sqlite quick ok", "sqlite failing failed", "mysql select ok", "mysql insert failed", "sqlite plain ok"];
  assert.deepEqual(series.map(of), [1, 1, 1, 1, undefined]);
  assert.equal((await read("xz_redis_command_seconds"))["_countread_from_the_cache ok"], 1);
});
