/**
 * Alerts as the process has them, behind their flag and under a supervisor: what may fail in them, and what becomes of it.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Random } from "../../../base/random.ts";
import { flagged } from "../../../actors/supervision/flagged.ts";
import { RestartLog } from "../../../actors/supervision/restart_log.ts";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import { provide } from "../../../actors/supervision/provide.ts";
import { ALERTS_FILE } from "../../../services/alerts/alert_file.ts";
import { AlertBook } from "../../../services/alerts/book.ts";
import { Alerts } from "../../../services/alerts/mod.ts";
import type { Readings } from "../../../services/alerts/readings.ts";
import { EVERY_MS } from "../../../services/alerts/service.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { testGate } from "../../support/test_gate.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";
import { counting, EVEN, outboxRule, THRESHOLDS } from "./fixture.ts";

/** Long enough for `component_failed` to be raised. */
const RAISED_MS = 45_000;

/** Alerts of a process whose database has failed. */
function process(dataDir: string) {
  const clock = new VirtualClock();
  const faults = { random: false, readings: false };
  const random: Random = {
    ...EVEN,
    next: () => {
      if (faults.random) throw new Error("An injected fault");
      return EVEN.next();
    },
  };
  const log = captureLogger();
  const read = (): Readings => {
    if (faults.readings) throw new Error("An injected fault");
    return { components: [{ component: "mysql", status: "fail" }] };
  };
  const part = provide({ id: "alerts", optional: true }, async ({ resources, fail }) => {
    const options = { read, thresholds: THRESHOLDS, webhooks: [], dataDir, clock, random, logger: log.logger, fetch };
    const alerts = resources.use(await Alerts.open(options));
    alerts.finished.catch(fail);
    return alerts;
  });
  const { gate, turn } = testGate();
  const supervisor = new Supervisor({ clock, log: new RestartLog() });
  // Files take longer than a turn of the event loop.
  const until = async (isSo: () => boolean) => {
    for (let turns = 0; !isSo(); turns++) {
      assert.ok(turns < 100_000, "it never came");
      await settle();
    }
  };
  return {
    faults,
    clock,
    supervisor,
    turn,
    until,
    alerts: (): Alerts | undefined => part.peek(),
    spec: flagged(part, { gate, clock }),
    active: () => part.peek()?.active().map(({ rule, subject }) => `${rule} ${subject}`),
    /** Moves time on, a round at a time; each is over when the next one is armed. */
    async run(ms: number) {
      for (let left = ms; left > 0; left -= EVERY_MS) {
        await clock.advance(EVERY_MS);
        await until(() => clock.armed > 0);
      }
    },
    async end() {
      await supervisor.shutdown();
      assert.equal(clock.armed, 0, "a timer is left");
      log[Symbol.dispose]();
    },
  };
}

Deno.test("a rule that throws is said, knows nothing, and leaves the others to their work", () => {
  const broken: string[] = [];
  let throws = false;
  const trap = outboxRule(0);
  const book = new AlertBook({
    rules: [
      {
        ...outboxRule(0),
        id: "disk_low",
        assess: (readings, now) => {
          if (throws) throw new Error("An injected fault");
          return trap.assess(readings, now);
        },
      },
      outboxRule(0),
    ],
    newId: counting(),
  });
  const take = (value: number, now: number) =>
    book.take({ outboxOldestSeconds: value }, { now, wall: now }, (rule) => void broken.push(rule)).map(({ type, alert }) =>
      `${type} ${alert.rule}`
    );
  assert.deepEqual(take(1, 0), ["raised disk_low", "raised outbox_old"]);
  throws = true;
  assert.deepEqual([...take(0, 1000), ...take(0, 70_000)], ["resolved outbox_old"], "of what throws nothing is known");
  assert.deepEqual(broken, ["disk_low", "disk_low"]);
  throws = false;
  assert.deepEqual([...take(0, 80_000), ...take(0, 150_000)], ["resolved disk_low"]);
});

Deno.test("readings that throw raise nothing, restart nothing, and are read again", async () => {
  await using dir = tempDir();
  const it = process(dir.path);
  it.faults.readings = true;
  await it.supervisor.startAll([it.spec]);
  await it.until(() => it.clock.armed > 0);
  await it.run(RAISED_MS);
  assert.deepEqual([it.active(), it.supervisor.log.totals()], [[], []]);
  it.faults.readings = false;
  await it.run(RAISED_MS);
  assert.deepEqual(it.active(), ["component_failed mysql"]);
  await it.end();
});

Deno.test("rounds that break off are started again by the supervisor, and nothing of them is left or told twice", async () => {
  await using dir = tempDir();
  const it = process(dir.path);
  await it.supervisor.startAll([it.spec]);
  await it.until(() => it.clock.armed > 0);
  it.turn(false);
  await it.until(() => it.alerts() === undefined);
  assert.equal(it.clock.armed, 0, "what is turned off waits for nothing");
  it.turn(true);
  await it.until(() => it.alerts() !== undefined && it.clock.armed > 0);
  const before = it.alerts();
  it.faults.random = true;
  await it.clock.advance(RAISED_MS);
  await it.until(() => it.supervisor.log.totals().length > 0);
  it.faults.random = false;
  await it.clock.advance(1000);
  await it.until(() => it.alerts() !== undefined && it.clock.armed > 0);
  assert.notEqual(it.alerts(), before);
  await it.run(2 * RAISED_MS);
  assert.deepEqual(it.active(), ["component_failed mysql"]);
  const totals = it.supervisor.log.totals();
  assert.equal(totals.length, 1);
  await it.end();
  const kept = JSON.parse(await Deno.readTextFile(dir.join(ALERTS_FILE)));
  assert.equal(kept.alerts.length, 1);
});

Deno.test("alerts that cannot be opened hold up nobody, and are there when they can", async () => {
  await using dir = tempDir();
  await Deno.mkdir(dir.join(ALERTS_FILE));
  const it = process(dir.path);
  await it.supervisor.startAll([it.spec]);
  await it.until(() => it.supervisor.log.totals().length > 0);
  assert.equal(it.alerts(), undefined);
  await Deno.remove(dir.join(ALERTS_FILE));
  // At the pace of the back-off.
  while (it.alerts() === undefined) {
    await it.clock.advance(1000);
    await settle();
  }
  await it.until(() => it.clock.armed > 0);
  await it.run(RAISED_MS);
  assert.deepEqual(it.active(), ["component_failed mysql"]);
  await it.end();
});
