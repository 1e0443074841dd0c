import assert from "node:assert/strict";
import fc from "fast-check";
import { configWith } from "../../../services/config/mod.ts";
import { LoadCounters } from "../../../services/load/counters.ts";
import { LATE_SAMPLES, LATER_SAMPLES, LoadMonitor, MEMORY_SAMPLES, SAMPLE_MS } from "../../../services/load/load_monitor.ts";
import { machineLoad } from "../../../services/load/machine_load.ts";
import { RateLimiter } from "../../../services/load/rate_limiter.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const MIB = 1024 * 1024;

/** A monitor of a machine that does what the test says. */
function monitored(load: Parameters<typeof configWith>[0] = {}) {
  const clock = new VirtualClock();
  const log = captureLogger();
  const counters = new LoadCounters();
  const machine = { delayMs: 0, memory: { rss: 0, heapUsed: 0, heapLimit: 1000 } };
  let out = 0;
  const monitor = new LoadMonitor({
    clock,
    machine: { loopDelayMs: () => machine.delayMs, memory: () => machine.memory },
    limits: () => configWith(load).load,
    counters,
    logger: log.logger,
    onMemoryOut: () => void out++,
  });
  return { clock, log, counters, machine, monitor, out: () => out };
}

Deno.test("a process that stands still refuses new devices first, then leaves extras out, and takes both back", async () => {
  const { clock, log, counters, machine, monitor } = monitored();
  using _log = log;
  using _ = monitor;
  machine.delayMs = 500;
  await clock.advance((LATE_SAMPLES - 1) * SAMPLE_MS);
  assert.equal(monitor.overload, undefined, "a hiccup is none");
  await clock.advance(SAMPLE_MS);
  assert.deepEqual([monitor.overload, monitor.spare("speculation")], ["loop_delay", true]);
  await clock.advance((LATER_SAMPLES - LATE_SAMPLES) * SAMPLE_MS);
  assert.deepEqual([monitor.spare("speculation"), monitor.spare("filler"), monitor.spare("filler")], [false, false, false]);
  assert.deepEqual(counters.counts().leftOut, { speculation: 1, filler: 2 });
  machine.delayMs = 0;
  await clock.advance(4 * SAMPLE_MS);
  assert.equal(monitor.overload, "loop_delay");
  await clock.advance(SAMPLE_MS);
  assert.deepEqual([monitor.overload, monitor.spare("filler")], [undefined, true]);
});

Deno.test("a limit of 0 looks away", async () => {
  const { clock, log, machine, monitor } = monitored({ load: { maxLoopDelayMs: 0 } });
  using _log = log;
  using _ = monitor;
  machine.delayMs = 5000;
  await clock.advance(60_000);
  assert.equal(monitor.overload, undefined);
});

Deno.test("short memory refuses new devices, and memory that is out ends the process once", async () => {
  const { clock, log, machine, monitor, out } = monitored({ load: { softMemoryMiB: 100, hardMemoryMiB: 200 } });
  using _log = log;
  using _ = monitor;
  machine.memory = { ...machine.memory, rss: 150 * MIB };
  await clock.advance(MEMORY_SAMPLES * SAMPLE_MS);
  assert.deepEqual([monitor.overload, out()], ["memory", 0]);
  machine.memory = { ...machine.memory, rss: 50 * MIB };
  await clock.advance(SAMPLE_MS);
  assert.equal(monitor.overload, undefined);
  machine.memory = { ...machine.memory, rss: 250 * MIB };
  await clock.advance(20 * SAMPLE_MS);
  assert.equal(out(), 1);
  assert.match(log.messages("fatal").join(), /250 MiB/);
});

Deno.test("a full JavaScript heap counts also where no limit is set", async () => {
  const { clock, log, machine, monitor, out } = monitored();
  using _log = log;
  using _ = monitor;
  machine.memory = { rss: 0, heapUsed: 900, heapLimit: 1000 };
  await clock.advance(MEMORY_SAMPLES * SAMPLE_MS);
  assert.deepEqual([monitor.overload, out()], ["memory", 0]);
  machine.memory = { rss: 0, heapUsed: 990, heapLimit: 1000 };
  await clock.advance(MEMORY_SAMPLES * SAMPLE_MS);
  assert.equal(out(), 1);
});

Deno.test("a monitor that is disposed of leaves no timer", () => {
  const { clock, log, monitor } = monitored();
  using _log = log;
  monitor[Symbol.dispose]();
  assert.equal(clock.armed, 0);
});

Deno.test("the machine says how it is", () => {
  using machine = machineLoad();
  const { rss, heapUsed, heapLimit } = machine.memory();
  assert.ok(rss > MIB && heapUsed > MIB && heapLimit > heapUsed);
  assert.ok(machine.loopDelayMs() >= 0);
});

Deno.test("a bucket gives a minute's worth at once, and then at an even pace", async () => {
  const clock = new VirtualClock();
  const limiter = new RateLimiter({ clock, perMinute: () => 6 });
  for (let i = 0; i < 6; i++) assert.deepEqual(limiter.take("a"), { ok: true });
  assert.deepEqual(limiter.take("a"), { ok: false, retryAfterS: 10 });
  assert.deepEqual(limiter.take("b"), { ok: true });
  await clock.advance(9_999);
  assert.equal(limiter.take("a").ok, false);
  await clock.advance(2);
  assert.equal(limiter.take("a").ok, true);
});

Deno.test("in any minute nobody gets more than twice the rate, and who keeps to it is never refused", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 200 }), (rate, waits) => {
    let now = 0;
    const limiter = new RateLimiter({ clock: { now: () => now }, perMinute: () => rate });
    const granted: number[] = [];
    for (const wait of waits) {
      now += wait;
      if (limiter.take("a").ok) granted.push(now);
    }
    for (const from of granted) assert.ok(granted.filter((at) => at >= from && at < from + 60_000).length <= 2 * rate);
    for (let i = 0; i < 100; i++) {
      now += 60_000 / rate + 1e-6;
      assert.ok(limiter.take("steady").ok);
    }
  }));
});

Deno.test("any number of names takes bounded room, and the oldest is forgotten first", () => {
  const limiter = new RateLimiter({ clock: { now: () => 0 }, perMinute: () => 1, maxKeys: 100 });
  limiter.take("first");
  for (let i = 0; i < 1000; i++) limiter.take(`name ${i}`);
  assert.deepEqual([limiter.size, limiter.forgotten], [100, 901]);
  assert.equal(limiter.take("name 999").ok, false);
  assert.equal(limiter.take("first").ok, true);
});
