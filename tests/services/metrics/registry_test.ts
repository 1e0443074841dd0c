import assert from "node:assert/strict";
import fc from "fast-check";
import { LoadCounters } from "../../../services/load/counters.ts";
import { connectionResult, createInstruments, metricNames } from "../../../services/metrics/instruments.ts";
import { firstOf, oneOf, OTHER } from "../../../services/metrics/labels.ts";
import { prometheusText } from "../../../services/metrics/prometheus.ts";
import { Registry } from "../../../services/metrics/registry.ts";
import { readMetrics } from "../../../services/metrics/sources.ts";
import { readExposition } from "../../support/exposition.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

/** What a device may be called: the address of its network card, and names that look like others. */
const deviceIds = Array.from(
  { length: 1000 },
  (_, n) => `02:00:00:00:${(n >> 8).toString(16).padStart(2, "0")}:${(n & 255).toString(16).padStart(2, "0")}`,
);

Deno.test("a thousand device ids, put where a label is expected, make one series and no more", async () => {
  const { registry, audioFrames, actorRestarts, databaseQuery, actors, buildInfo } = createInstruments();
  const before = readExposition(await prometheusText(registry));
  for (const id of deviceIds) {
    // What the types forbid may come all the same, from data.
    audioFrames.add(1, id as "in");
    databaseQuery.observe(0.001, "mysql", id, "ok");
    buildInfo.set(1, id, id);
  }
  actorRestarts.read((tell) => deviceIds.forEach((id) => tell(1, id, id)));
  actors.read((tell) => deviceIds.forEach((id) => tell(1, id, "listening")));
  const after = readExposition(await prometheusText(registry));
  const grown = (name: string) =>
    after.get(name)!.samples.filter(({ name: each }) => !each.endsWith("_bucket")).length - before.get(name)!.samples.length;
  assert.equal(grown("xz_audio_frames_total"), 1);
  assert.equal(grown("xz_database_query_seconds"), 2, "sum and count of one series");
  assert.deepEqual(after.get("xz_actor_restarts_total")!.samples.map(({ labels, value }) => [labels, value]), [
    [{ actor: OTHER, reason: OTHER }, 1000],
  ]);
  assert.deepEqual(after.get("xz_actors")!.samples.map(({ labels }) => labels), [{ actor: OTHER, state: "listening" }]);
  assert.ok(after.get("xz_build_info")!.samples.length <= 2);
});

Deno.test("a label that is filled as it is used takes names up to its limit, and nothing that is an id", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.uuid(), fc.ipV4(), fc.constantFrom(...deviceIds))),
      (values) => {
        const label = firstOf("name", 5);
        const places = values.map((value) => label.indexOf(value));
        assert.ok(places.every((place) => place >= 0 && place < label.size));
        assert.ok(new Set(places).size <= 6);
        for (const [index, value] of values.entries()) if (value.includes(":")) assert.equal(places[index], 0);
      },
    ),
  );
  const label = firstOf("name", 2);
  assert.deepEqual(["database", "daemons/sync", "esp32_server", "database"].map((name) => label.at(label.indexOf(name))), [
    "database",
    "daemons/sync",
    OTHER,
    "database",
  ]);
});

Deno.test("a value outside of a closed set counts as other, also under names that objects have", () => {
  const label = oneOf("kind", ["a", "b"]);
  assert.deepEqual(["a", "b", "c", "", "constructor", "__proto__"].map((value) => label.at(label.indexOf(value as "a"))), [
    "a",
    "b",
    OTHER,
    OTHER,
    OTHER,
    OTHER,
  ]);
});

Deno.test("counters, gauges and histograms hold what was put in", async () => {
  const registry = new Registry();
  const kind = oneOf("kind", ["x", "y"]);
  const count = registry.counter({ name: "t_total", help: "Counts", labels: [kind] });
  const level = registry.gauge({ name: "t_level", help: 'Say "hello"\\\nto all' });
  const spread = registry.histogram({ name: "t_seconds", help: "Spreads", labels: [kind], buckets: [1, 2] });
  count.add(2, "x");
  count.add(3, "x");
  count.add(-1, "x");
  count.add(NaN, "x");
  level.set(-1.5);
  for (const value of [1, 1.5, 2, 2.5, NaN, Infinity]) spread.observe(value, "y");
  const families = readExposition(await prometheusText(registry));
  assert.deepEqual(families.get("t_total")?.samples, [{ name: "t_total", labels: { kind: "x" }, value: 5 }]);
  assert.equal(count.get("x"), 5);
  assert.deepEqual(families.get("t_level")?.samples.map(({ value }) => value), [-1.5]);
  assert.equal(families.get("t_level")?.help, 'Say "hello"\\\nto all');
  assert.deepEqual(families.get("t_seconds")?.samples.map(({ name, labels, value }) => [name, labels.le, value]), [
    ["t_seconds_bucket", "1", 1],
    ["t_seconds_bucket", "2", 3],
    ["t_seconds_bucket", "+Inf", 4],
    ["t_seconds_sum", undefined, 7],
    ["t_seconds_count", undefined, 4],
  ]);
});

Deno.test("label values with quotes, backslashes and line breaks come back as they were", async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: "grapheme" }).filter((text) => text !== OTHER), async (value) => {
    const registry = new Registry();
    registry.gauge({ name: "t", help: "T", labels: [oneOf("value", [value])] }).set(1, value);
    assert.deepEqual(readExposition(await prometheusText(registry)).get("t")?.samples.map(({ labels }) => labels.value), [value]);
  }));
});

Deno.test("what is read is read anew each time, is not shown where nothing is told, and never breaks the others", async () => {
  const registry = new Registry();
  let level: number | undefined = 1;
  registry.gauge({ name: "t_a", help: "A" }).read((tell) => tell(level ?? NaN));
  registry.gauge({ name: "t_b", help: "B" }).read(() => {
    throw new Error("gone");
  });
  registry.counter({ name: "t_c_total", help: "C" }).read((tell) => tell(7));
  const read = async () => {
    const families = readExposition(await prometheusText(registry));
    return ["t_a", "t_b", "t_c_total"].map((name) => families.get(name)?.samples.map(({ value }) => value));
  };
  assert.deepEqual(await read(), [[1], [], [7]]);
  level = undefined;
  assert.deepEqual(await read(), [[], [], [7]]);
});

Deno.test("collections at the same time share one, and one that fails keeps the last values", async () => {
  const registry = new Registry();
  let fetches = 0;
  registry.beforeCollecting(() => {
    fetches++;
    return Promise.reject(new Error("away"));
  });
  await Promise.all([registry.collect(), registry.collect()]);
  assert.equal(fetches, 1);
  await registry.collect();
  assert.equal(fetches, 2);
});

Deno.test("while counting is off counters and histograms stand still, and go on from there", () => {
  let isOn = false;
  const { audioFrames, eventLoopDelay } = createInstruments(new Registry(() => isOn));
  const count = () => {
    audioFrames.add(1, "in");
    eventLoopDelay.observe(0.01);
    return [audioFrames.get("in"), eventLoopDelay.samples()[0]?.counts.at(-1)];
  };
  assert.deepEqual(count(), [0, 0]);
  isOn = true;
  assert.deepEqual(count(), [1, 1]);
  isOn = false;
  assert.deepEqual(count(), [1, 1]);
});

Deno.test("a metric cannot be declared twice, nor with labels that make it too large", () => {
  const registry = new Registry();
  registry.gauge({ name: "t", help: "T" });
  assert.throws(() => registry.gauge({ name: "t", help: "T" }), { code: "metric_declared" });
  const wide = firstOf("wide", 1000);
  assert.throws(() => registry.gauge({ name: "u", help: "U", labels: [wide, wide, wide] }), { code: "metric_too_large" });
});

Deno.test("metrics have names as Prometheus wants them, and those that dashboards rely on", () => {
  const names = metricNames();
  for (const name of names) assert.match(name, /^xz_[a-z]+(_[a-z]+)*$/);
  for (const { name, type } of createInstruments().registry.families) assert.equal(name.endsWith("_total"), type === "counter", name);
  const expected = [
    "xz_devices_connected",
    "xz_device_connections_total",
    "xz_turns_total",
    "xz_turn_stage_seconds",
    "xz_turn_response_seconds",
    "xz_server_added_seconds",
    "xz_barge_in_to_silence_seconds",
    "xz_playout_lateness_seconds",
    "xz_playout_underruns_total",
    "xz_audio_frames_total",
    "xz_audio_frames_dropped_total",
    "xz_false_interruptions_total",
    "xz_provider_requests_total",
    "xz_provider_breaker_state",
    "xz_actor_restarts_total",
    "xz_actors",
    "xz_outbox_depth",
    "xz_outbox_oldest_seconds",
    "xz_history_sync_lag_seconds",
    "xz_cache_events_total",
    "xz_leader",
    "xz_eventloop_delay_seconds",
    "xz_build_info",
    "xz_websocket_connections",
    "xz_database_query_seconds",
    "xz_api_call_success_ratio",
    "xz_cache_hit_ratio",
  ];
  assert.deepEqual(expected.filter((name) => !names.includes(name)), []);
});

Deno.test("the answers of the door are counted by what they mean", () => {
  assert.deepEqual(["accepted", "token_expired", "too_many_connections", "device_not_allowed", "no_device_id"].map(connectionResult), [
    "accepted",
    "token",
    "full",
    "not_allowed",
    "bad_identity",
  ]);
});

Deno.test("devices that are refused for the load are told apart from full and from wrong ones", () => {
  const codes = ["too_many_from_address", "too_many_of_device", "too_many_connections", "overloaded_memory", "overloaded_loop_delay"];
  assert.deepEqual(codes.map(connectionResult), ["limited", "limited", "full", "overloaded", "overloaded"]);
});

Deno.test("what the load refuses, leaves out and drops is read from its counters", () => {
  const instruments = createInstruments();
  const counters = new LoadCounters();
  const memory = () => ({ rss: 0, heapUsed: 0, heapTotal: 0, external: 0 });
  readMetrics(instruments, { version: "0", commit: "", memory, load: () => counters.counts() }, new VirtualClock());
  counters.refused("too_many_of_device");
  counters.leftOut("speculation");
  counters.slow("noticed");
  const values = (family: { samples(): readonly { readonly labels: readonly string[]; readonly value: number }[] }) =>
    Object.fromEntries(family.samples().map(({ labels, value }) => [labels[0], value]));
  assert.deepEqual(values(instruments.loadRefused), { too_many_of_device: 1 });
  assert.deepEqual(values(instruments.loadLeftOut), { speculation: 1, filler: 0 });
  assert.deepEqual(values(instruments.slowDevices), { noticed: 1, closed: 0 });
});

Deno.test("the page for people lists every metric with its labels, and no other", async () => {
  const page = await Deno.readTextFile("docs/observability.md");
  const listed = [...page.matchAll(/^\| `(xz_\w+)` \|([^|]*)\|/gm)].map(([, name = "", labels = ""]) =>
    `${name} ${labels.replaceAll("`", "").trim()}`.trim()
  );
  const declared = createInstruments().registry.families.map(({ name, labels }) =>
    `${name} ${labels.map((label) => label.name).join(", ")}`.trim()
  );
  assert.deepEqual(listed.toSorted(), declared.toSorted());
});
