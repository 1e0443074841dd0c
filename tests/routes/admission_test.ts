import assert from "node:assert/strict";
import { createAdmission, networkOf } from "../../routes/admission.ts";
import { watchSlowClients } from "../../routes/slow_clients.ts";
import { configWith } from "../../services/config/mod.ts";
import { LoadCounters } from "../../services/load/counters.ts";
import type { Overload } from "../../services/load/load_monitor.ts";
import { captureLogger } from "../support/capture_logger.ts";
import { VirtualClock } from "../support/virtual_clock.ts";
import { startApp } from "./app_fixture.ts";

const DEVICE = { "device-id": "aa:bb:cc:dd:ee:ff", "client-id": "c" };
const UPGRADE = {
  ...DEVICE,
  upgrade: "websocket",
  connection: "upgrade",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
};

/** Admission whose load and limits a test sets. */
function admission(load: Parameters<typeof configWith>[0] = {}) {
  const clock = new VirtualClock();
  const counters = new LoadCounters();
  const state: { overload: Overload | undefined } = { overload: undefined };
  const limits = configWith(load).load;
  return { clock, counters, state, admission: createAdmission({ clock, limits: () => limits, overload: () => state.overload, counters }) };
}

Deno.test("a device that connects too often is refused before the upgrade, told when to come back, and counted", async () => {
  const { admission: gate, clock, counters } = admission({ load: { devicePerMinute: 2 } });
  await using app = startApp({ devices: { token: "off" }, deps: { admission: gate } });
  const door = async () => await app.app.door(new Request(`${app.base}/xiaozhi/v1/`, { headers: UPGRADE }), "10.0.0.7", () => undefined);
  assert.deepEqual([await door(), await door()], [undefined, undefined]);
  const refused = await door();
  assert.deepEqual([refused?.status, refused?.headers.get("retry-after")], [429, "30"]);
  assert.equal((await refused?.json()).code, "too_many_of_device");
  await clock.advance(30_000);
  assert.equal(await door(), undefined);
  assert.deepEqual(counters.counts().refused, { too_many_of_device: 1 });
});

Deno.test("a server that does not keep up, or is short of memory, refuses new devices with 503", async () => {
  const { admission: gate, state, counters } = admission();
  await using app = startApp({ devices: { token: "off" }, deps: { admission: gate } });
  for (const overload of ["loop_delay", "memory"] as const) {
    state.overload = overload;
    const refused = await app.app.door(new Request(`${app.base}/xiaozhi/v1/`, { headers: UPGRADE }), "10.0.0.7", () => undefined);
    assert.deepEqual([refused?.status, refused?.headers.get("retry-after")], [503, "15"]);
  }
  assert.deepEqual(counters.counts().refused, { overloaded_loop_delay: 1, overloaded_memory: 1 });
});

Deno.test("a flood from one address is refused, whatever ids it claims; other addresses and this machine are not", () => {
  const { admission: gate } = admission({ load: { addressPerMinute: 3 } });
  const from = (address: string) => gate.fromAddress(address)?.status;
  assert.deepEqual([1, 2, 3, 4].map(() => from("10.0.0.1")), [undefined, undefined, undefined, 429]);
  assert.equal(from("10.0.0.2"), undefined);
  assert.deepEqual([1, 2, 3, 4, 5].map(() => from("127.0.0.1")), [1, 2, 3, 4, 5].map(() => undefined));
  assert.deepEqual(["2001:db8::1", "2001:db8::2", "2001:db8:0:0:1::", "2001:db8::ffff"].map(from), [undefined, undefined, undefined, 429]);
});

Deno.test("addresses of IPv6 count as their /64 network, however they are written", () => {
  assert.equal(networkOf("2001:0db8:0000:0001:aaaa::1"), "2001:db8:0:1");
  assert.equal(networkOf("2001:db8:0:1::"), networkOf("2001:DB8:0:1:ffff:1:2:3"));
  assert.equal(networkOf("::ffff:10.0.0.1"), "10.0.0.1");
  assert.notEqual(networkOf("2001:db8:0:2::1"), networkOf("2001:db8:0:1::1"));
});

Deno.test("OTA requests of a device have a limit of their own", async () => {
  const { admission: gate, counters } = admission({ load: { devicePerMinute: 1 } });
  await using app = startApp({ deps: { admission: gate } });
  const ota = () => fetch(`${app.base}/xiaozhi/ota/`, { method: "POST", headers: DEVICE, body: "{}" });
  const [first, second] = [await ota(), await ota()];
  assert.deepEqual([first.status, second.status, second.headers.get("retry-after")], [200, 429, "60"]);
  assert.equal(second.headers.get("access-control-allow-origin"), "*");
  await Promise.all([first.body?.cancel(), second.body?.cancel()]);
  assert.equal(gate.ofDevice(DEVICE["device-id"]), undefined);
  assert.deepEqual(counters.counts().refused, { too_many_of_device: 1 });
});

/** A watched socket of which the test says how much waits. */
function watched() {
  const clock = new VirtualClock();
  const log = captureLogger();
  const counters = new LoadCounters();
  const state = { waiting: 0, sent: [] as string[], closed: undefined as number | undefined };
  const accept = watchSlowClients(() => ({ onText: () => {}, onBinary: () => {}, onClosed: () => {} }), {
    clock,
    limits: () => configWith().load,
    counters,
    logger: log.logger,
  });
  const link = {
    connectionId: "c1",
    sendText: (text: string) => void state.sent.push(text),
    sendBinary: () => {},
    bufferedAmount: () => state.waiting,
    close: (code: number) => {
      state.closed = code;
      handlers.onClosed({ code, reason: "", byUs: true });
    },
  };
  const handlers = accept(link, { deviceId: "d", clientId: "c", protocolVersion: 1, remoteAddress: "10.0.0.1" });
  return { clock, log, counters, state, handlers };
}

Deno.test("a device that takes its audio too slowly is told so once, and disconnected when that goes on", async () => {
  const { clock, log, counters, state } = watched();
  using _ = log;
  state.waiting = 4000;
  await clock.advance(3000);
  assert.equal(state.sent.length, 0);
  await clock.advance(1000);
  assert.deepEqual(state.sent.map((text) => JSON.parse(text).type), ["alert"]);
  await clock.advance(10_000);
  assert.deepEqual([state.sent.length, state.closed], [1, undefined]);
  await clock.advance(10_000);
  assert.equal(state.closed, 1008);
  assert.deepEqual(counters.counts().slow, { noticed: 1, closed: 1 });
  assert.equal(clock.armed, 0, "nobody is watched any more");
});

Deno.test("a device that catches up is left alone, and told again the next time", async () => {
  const { clock, log, counters, state, handlers } = watched();
  using _ = log;
  for (let i = 0; i < 3; i++) {
    state.waiting = 4000;
    await clock.advance(6000);
    state.waiting = 0;
    await clock.advance(1000);
  }
  assert.deepEqual([counters.counts().slow, state.closed], [{ noticed: 3, closed: 0 }, undefined]);
  handlers.onClosed({ code: 1006, reason: "", byUs: false });
  assert.equal(clock.armed, 0);
});
