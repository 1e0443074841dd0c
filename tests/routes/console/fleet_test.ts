import assert from "node:assert/strict";
import { Fleet, REGISTRY_MS, ROUND_MS, SWEEP_MS } from "../../../routes/console/fleet.ts";
import { PING_MS, STALLED_MS } from "../../../routes/console/event_stream.ts";
import { feedStream } from "../../../routes/console/feed.ts";
import { Tally } from "../../../routes/console/tally.ts";
import type { Alert } from "../../../services/alerts/alert.ts";
import { alertOf } from "../../console/sample_server.ts";
import type { FeedMessage } from "../../../routes/console/types.ts";
import type { DeviceStatus } from "../../../actors/device/status.ts";
import type { DeviceRecord } from "../../../services/devices/registry.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { deviceStatus, storedTurn } from "../app_fixture.ts";

function fixture() {
  const clock = new VirtualClock();
  const log = captureLogger();
  const devices = new Map<string, DeviceStatus>();
  const records = new Map<string, DeviceRecord>();
  const tally = new Tally({ clock, timezone: "UTC" });
  const active: Alert[] = [];
  let asked = 0;
  const fleet = new Fleet({
    clock,
    logger: log.logger,
    devices: () => [...devices.values()],
    device: (id) => {
      asked++;
      return devices.get(id);
    },
    crashes: () => 0,
    rssi: () => undefined,
    tally,
    loadTally: () => Promise.resolve(),
    alerts: () => active,
    registry: { list: () => Promise.resolve({ items: [...records.values()] }), get: (id) => Promise.resolve(records.get(id)) },
  });
  const connect = (id: string, state = "listening") => {
    devices.set(id, deviceStatus({ deviceId: id, state }));
    records.set(id, { deviceId: id, clientId: "", firstSeenAt: 0, lastSeenAt: 0, flags: {} });
    fleet.touch(id);
  };
  const feed = (allowed = () => true) => {
    const seen = { ended: 0 };
    const reader = feedStream({ clock, fleet, allowed, ended: () => seen.ended++ }).getReader();
    const next = async (): Promise<FeedMessage | "ping" | "end"> => {
      const { done, value } = await reader.read();
      const text = new TextDecoder().decode(value);
      return done ? "end" : text.startsWith("data: ") ? JSON.parse(text.slice(6)) : "ping";
    };
    return { next, reader, seen };
  };
  return {
    ...{ active, clock, devices, records, tally, fleet, connect, feed, log },
    asked: () => asked,
    [Symbol.dispose]() {
      fleet[Symbol.dispose]();
      log[Symbol.dispose]();
    },
  };
}

const settle = async () => {
  for (let n = 0; n < 20; n++) await Promise.resolve();
};

Deno.test("a viewer gets the fleet, then only what changed, gathered for a quarter of a second", async () => {
  using fx = fixture();
  fx.connect("a");
  fx.connect("b");
  const { next } = fx.feed();
  const first = await next();
  assert.ok(typeof first === "object" && first.type === "snapshot");
  assert.deepEqual(first.devices.map(({ id, online }) => [id, online]), [["a", true], ["b", true]]);
  const second = next();
  fx.connect("a", "thinking");
  await fx.clock.advance(ROUND_MS - 1);
  fx.connect("a", "speaking");
  await fx.clock.advance(1);
  const change = await second;
  assert.ok(typeof change === "object" && change.type === "change");
  assert.deepEqual(change.devices, [{ id: "a", state: "speaking" }]);
  assert.equal(change.skipped, 0);
});

Deno.test("a viewer that does not read costs one row a device: it gets the latest of each, and is told what it missed", async () => {
  using fx = fixture();
  fx.connect("a");
  const { next } = fx.feed();
  await next();
  await settle();
  for (const state of ["vad", "recognizing", "thinking", "speaking"]) {
    fx.connect("a", state);
    await fx.clock.advance(ROUND_MS);
  }
  const behind = await next();
  assert.ok(typeof behind === "object" && behind.type === "change");
  const latest = await next();
  assert.ok(typeof latest === "object" && latest.type === "change");
  assert.deepEqual([behind.devices[0]?.state, latest.devices[0]?.state, latest.skipped], ["vad", "speaking", 2]);
});

Deno.test("a device that leaves is offline, one that is deleted is gone", async () => {
  using fx = fixture();
  fx.connect("a");
  const { next } = fx.feed();
  await next();
  const left = next();
  fx.devices.delete("a");
  fx.fleet.touch("a");
  await fx.clock.advance(ROUND_MS);
  const offline = await left;
  assert.ok(typeof offline === "object" && offline.type === "change");
  assert.deepEqual([offline.devices[0]?.online, offline.devices[0]?.state], [false, null]);
  const deleted = next();
  fx.records.delete("a");
  await fx.fleet.edited("a");
  await fx.clock.advance(ROUND_MS);
  const gone = await deleted;
  assert.deepEqual(typeof gone === "object" && gone.type === "change" && gone.gone, ["a"]);
});

Deno.test("nothing is gathered while nobody looks, and nothing is left when the last viewer goes", async () => {
  using fx = fixture();
  for (let n = 0; n < 100; n++) fx.connect(`d${n}`);
  await fx.clock.advance(SWEEP_MS);
  assert.equal(fx.asked(), 0);
  const { next, reader, seen } = fx.feed();
  await next();
  await reader.cancel();
  await settle();
  assert.deepEqual([fx.fleet.watchers, seen.ended], [0, 1]);
  fx.connect("d1", "thinking");
  await fx.clock.advance(REGISTRY_MS);
  assert.equal(fx.asked(), 0);
});

Deno.test("everything is looked at again within five seconds, a part at a time, and alerts about a device come and go", async () => {
  using fx = fixture();
  for (let n = 0; n < 100; n++) fx.connect(`d${n}`, "thinking");
  const { next } = fx.feed();
  await next();
  const before = fx.asked();
  await fx.clock.advance(SWEEP_MS / 10);
  const some = fx.asked() - before;
  assert.ok(some > 0 && some < 20, String(some));
  fx.active.push(alertOf({ rule: "device_stuck", subject: "thinking", limit: 0.5 }));
  const told = async (alerts: readonly string[] | null) => {
    for (let message = await next();; message = await next()) {
      if (typeof message !== "object" || message.type !== "change") continue;
      if (message.devices.some((device) => String(device.alerts) === String(alerts))) return;
    }
  };
  const raised = told(["device_stuck"]);
  await fx.clock.advance(2 * SWEEP_MS);
  assert.ok(fx.asked() - before >= 100, String(fx.asked()));
  await raised;
  fx.active.pop();
  const resolved = told(null);
  await fx.clock.advance(2 * SWEEP_MS);
  await resolved;
});

Deno.test("a feed ends when its viewer may not look any more, stalls, or the server stops", async () => {
  using fx = fixture();
  fx.connect("a");
  let may = true;
  const expelled = fx.feed(() => may);
  await expelled.next();
  const ping = expelled.next();
  await fx.clock.advance(PING_MS);
  assert.equal(await ping, "ping");
  may = false;
  const end = expelled.next();
  await fx.clock.advance(PING_MS);
  assert.equal(await end, "end");

  const stalled = fx.feed();
  await settle();
  await fx.clock.advance(STALLED_MS + PING_MS);
  assert.equal(stalled.seen.ended, 1);

  const last = fx.feed();
  await last.next();
  const stopped = last.next();
  fx.fleet[Symbol.dispose]();
  assert.equal(await stopped, "end");
});

Deno.test("the tally counts each turn of today once, whenever it is read, and begins anew at midnight", async () => {
  const clock = new VirtualClock();
  const tally = new Tally({ clock, timezone: "UTC" });
  const at = clock.wall();
  const turn = (turnId: string, firstFrameMs: number) =>
    storedTurn({ turnId, deviceId: "a", startedAt: at, timings: { speechEndMs: 100, firstFrameMs } });
  tally.add(turn("t3", 1000));
  tally.addEarlier([
    turn("t3", 1000),
    turn("t2", 800),
    turn("t1", 600),
    storedTurn({ turnId: "t0", deviceId: "a", startedAt: at - 86_400_000 }),
  ]);
  tally.add(storedTurn({ turnId: "t4", deviceId: "a", startedAt: at, source: "say" }));
  assert.deepEqual(tally.of("a"), { turns: 3, latencies: [500, 700, 900] });
  tally.add(storedTurn({ turnId: "t5", deviceId: "b", startedAt: at, outcome: "failed" }));
  assert.deepEqual(tally.total, { turns: 4, failed: 1 });
  await clock.advance(86_400_000);
  assert.deepEqual(tally.of("a"), { turns: 0, latencies: [] });
  assert.deepEqual(tally.total, { turns: 0, failed: 0 });
});
