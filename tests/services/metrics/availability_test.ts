import assert from "node:assert/strict";
import fc from "fast-check";
import { AvailabilityMeter, OBJECTIVE } from "../../../services/metrics/availability.ts";
import { UsageRing } from "../../../services/metrics/buckets.ts";
import { AVAILABILITY_FILE, keepAvailability } from "../../../services/metrics/availability_file.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const close = (actual: number, expected: number, message?: string) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${message ?? ""} expected ${expected}, not ${actual}`);

/** Lives through a stretch, looking at the clock once a second as the server does. */
async function live(clock: VirtualClock, meter: AvailabilityMeter, ms: number, ready: boolean): Promise<void> {
  meter.mark(ready);
  for (let left = ms; left > 0; left -= Math.min(left, MINUTE)) {
    await clock.advance(Math.min(left, MINUTE));
    meter.mark(ready);
  }
}

Deno.test("a day with three outages and ten failed turns has the availability that arithmetic says", async () => {
  const clock = new VirtualClock();
  const meter = new AvailabilityMeter(clock);
  // 24 h: outages of 6, 9 and 15 minutes are 30 of 1440.
  await live(clock, meter, 5 * HOUR, true);
  await live(clock, meter, 6 * MINUTE, false);
  await live(clock, meter, 7 * HOUR, true);
  await live(clock, meter, 9 * MINUTE, false);
  for (let turn = 0; turn < 2000; turn++) meter.turn(turn < 10);
  await live(clock, meter, 8 * HOUR, true);
  await live(clock, meter, 15 * MINUTE, false);
  await live(clock, meter, 3 * HOUR + 30 * MINUTE, true);
  const day = meter.over("24h");
  const ratio = (1410 / 1440) * (1990 / 2000);
  close(day.ratio, ratio);
  close(day.budgetLeft, 1 - (1 - ratio) / (1 - OBJECTIVE));
  assert.deepEqual([day.readyMs, day.downMs, day.good, day.bad], [1410 * MINUTE, 30 * MINUTE, 1990, 10]);
  close(meter.over("1h").ratio, 1, "the last hour had no outage");
  close(meter.over("1h").budgetLeft, 1);
  close(meter.over("30d").ratio, ratio, "the month has only that day");
});

Deno.test("43.2 minutes of a month use up the budget of 99.9 %, and the day after 30 days has forgotten them", async () => {
  const clock = new VirtualClock();
  const meter = new AvailabilityMeter(clock);
  await live(clock, meter, 43.2 * MINUTE, true);
  await live(clock, meter, 43.2 * MINUTE, false);
  await live(clock, meter, 30 * 24 * HOUR - 86.4 * MINUTE, true);
  const month = meter.over("30d");
  close(month.ratio, 0.999);
  close(month.budgetLeft, 0);
  await live(clock, meter, 2 * HOUR, true);
  close(meter.over("30d").ratio, 1);
});

Deno.test("time begins to count when the first device could be taken, and turns alone decide where no time is lost", async () => {
  const clock = new VirtualClock();
  const meter = new AvailabilityMeter(clock);
  await live(clock, meter, HOUR, false);
  assert.equal(meter.over("1h").ratio, 1);
  await live(clock, meter, HOUR, true);
  meter.turn(false);
  meter.turn(true);
  assert.equal(meter.over("24h").ratio, 0.5);
  assert.equal(meter.over("24h").downMs, 0);
});

Deno.test("a machine that slept was not available meanwhile", async () => {
  const clock = new VirtualClock();
  const meter = new AvailabilityMeter(clock);
  await live(clock, meter, HOUR, true);
  await clock.advance(HOUR);
  meter.mark(true);
  assert.equal(meter.over("24h").downMs, HOUR);
});

Deno.test("buckets hold what was counted in their time, however it is cut", () => {
  const stretch = fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.boolean());
  fc.assert(fc.property(fc.array(stretch, { maxLength: 40 }), fc.integer({ min: 50, max: 400 }), (stretches, bucketMs) => {
    const ring = new UsageRing(bucketMs, 1_000_000 / bucketMs | 0);
    let at = 1_000_000;
    for (const [ms, ready] of stretches) ring.addTime(at, at += ms, ready ? "readyMs" : "downMs");
    const sum = (wanted: boolean) => stretches.reduce((total, [ms, ready]) => total + (ready === wanted ? ms : 0), 0);
    // Up to the end of the bucket, so that no part of one is left out.
    const end = Math.ceil(at / bucketMs) * bucketMs - 1;
    const { readyMs, downMs } = ring.total(end);
    assert.deepEqual([readyMs, downMs], [sum(true), sum(false)]);
    const again = new UsageRing(bucketMs, 1_000_000 / bucketMs | 0);
    again.restore(ring.stored());
    assert.deepEqual(again.total(at), ring.total(at));
  }));
});

Deno.test("a restart goes on with the month, and counts the time in between as an outage", async () => {
  await using dir = tempDir();
  using log = captureLogger();
  const clock = new VirtualClock();
  const options = { dataDir: dir.path, clock, logger: log.logger, ready: () => true };
  {
    await using kept = await keepAvailability(options);
    await clock.advance(HOUR);
    kept.meter.turn(true);
    kept.meter.turn(false);
  }
  await clock.advance(20 * MINUTE);
  {
    await using kept = await keepAvailability(options);
    await clock.advance(40 * MINUTE);
    const { readyMs, downMs, good, bad } = kept.meter.over("24h");
    assert.deepEqual([good, bad], [1, 1]);
    assert.equal(downMs, 20 * MINUTE);
    assert.equal(readyMs, 100 * MINUTE);
  }
  assert.equal(clock.armed, 0);
  const { size } = await Deno.stat(dir.join(AVAILABILITY_FILE));
  assert.ok(size < 40_000, `${size} bytes`);
});

Deno.test("a count that cannot go on says so to whoever supervises it, and what was counted is kept", async () => {
  await using dir = tempDir();
  using log = captureLogger();
  const clock = new VirtualClock();
  let breaks = false;
  const ready = () => {
    if (breaks) throw new Error("An injected fault");
    return true;
  };
  {
    await using kept = await keepAvailability({ dataDir: dir.path, clock, logger: log.logger, ready });
    await clock.advance(HOUR);
    breaks = true;
    await clock.advance(MINUTE);
    await assert.rejects(kept.finished, { message: "An injected fault" });
    assert.equal(clock.armed, 0);
  }
  breaks = false;
  await using kept = await keepAvailability({ dataDir: dir.path, clock, logger: log.logger, ready });
  assert.ok(kept.meter.over("24h").readyMs >= HOUR);
});

Deno.test("a file that cannot be read, or is from the future, begins anew and says so", async () => {
  await using dir = tempDir();
  const clock = new VirtualClock();
  const empty = { "1h": [], "24h": [], "30d": [] };
  for (const text of ["", "{}", '{"until":1,"rings":{}}', JSON.stringify({ until: clock.wall() + 1, rings: empty })]) {
    using log = captureLogger();
    await Deno.writeTextFile(dir.join(AVAILABILITY_FILE), text);
    await using kept = await keepAvailability({ dataDir: dir.path, clock, logger: log.logger, ready: () => true });
    assert.equal(kept.meter.over("30d").ratio, 1);
    assert.match(log.messages().join(), /begins anew/);
  }
});

Deno.test("a disk that takes no writes is told, and nothing stops", async () => {
  await using dir = tempDir();
  using log = captureLogger();
  const clock = new VirtualClock();
  const kept = await keepAvailability({ dataDir: dir.join("away"), clock, logger: log.logger, ready: () => true });
  await clock.advance(2 * MINUTE);
  assert.equal(kept.meter.over("1h").ratio, 1);
  await kept[Symbol.asyncDispose]();
  assert.match(log.messages().join(), /cannot be kept/);
});
