import assert from "node:assert/strict";
import fc from "fast-check";
import type { Notice } from "../../../services/alerts/alert.ts";
import { AlertBook, CLEAR_MS, MAX_CLEAR_MS, MAX_RECENT, MAX_SUBJECTS, OTHER, STALE_MS } from "../../../services/alerts/book.ts";
import type { Readings } from "../../../services/alerts/readings.ts";
import { createRules } from "../../../services/alerts/rules/mod.ts";
import { counting, outboxRule, THRESHOLDS, WELL } from "./fixture.ts";

const STEP_MS = 15_000;
const FOR_MS = 30_000;
const EPOCH = Date.UTC(2026, 0, 1);

/** A book over one rule, and the time. */
function bookOf(forMs = FOR_MS) {
  let now = 0;
  const book = new AlertBook({ rules: [outboxRule(forMs)], newId: counting() });
  const told: Notice[] = [];
  return {
    book,
    told,
    /** Takes the same reading for a while; undefined is unknown. */
    keep(value: number | undefined, ms: number) {
      const end = now + ms;
      for (; now < end; now += STEP_MS) {
        told.push(...book.take(value === undefined ? {} : { outboxOldestSeconds: value }, { now, wall: EPOCH + now }));
      }
    },
    types: () => told.map(({ type }) => type),
  };
}

Deno.test("an alert is raised once what is wrong has lasted, with the time when it began", () => {
  const { book, told, keep } = bookOf();
  keep(1, FOR_MS);
  assert.equal(told.length, 0);
  keep(7, 10 * 60_000);
  assert.equal(told.length, 1);
  const { type, alert } = told[0]!;
  assert.deepEqual([type, alert.rule, alert.severity, alert.value], ["raised", "outbox_old", "critical", 7]);
  assert.deepEqual([alert.since, alert.raisedAt], [EPOCH, EPOCH + FOR_MS]);
  assert.deepEqual(book.active().map(({ id }) => id), ["a1"]);
});

Deno.test("what passes before its time raises nothing", () => {
  const { told, keep } = bookOf();
  for (let times = 0; times < 10; times++) {
    keep(1, FOR_MS);
    keep(0, STEP_MS);
  }
  assert.deepEqual(told, []);
});

Deno.test("an alert is over once all was well for a while, and is remembered", () => {
  const { book, types, told, keep } = bookOf();
  keep(1, 60_000);
  keep(0, CLEAR_MS);
  assert.deepEqual(types(), ["raised"]);
  keep(0, STEP_MS);
  assert.deepEqual(types(), ["raised", "resolved"]);
  assert.equal(told[1]?.alert.resolvedAt, EPOCH + 60_000 + CLEAR_MS);
  assert.deepEqual([book.active().length, book.recent().map(({ id }) => id)], [0, ["a1"]]);
});

Deno.test("an alert that comes back again and again stays for longer each time, and at last for good", () => {
  const { types, keep } = bookOf(0);
  for (let round = 0; round < 60; round++) {
    keep(1, 60_000);
    keep(0, 90_000);
  }
  assert.deepEqual(types(), ["raised", "resolved", "raised"]);
  keep(0, MAX_CLEAR_MS);
  assert.deepEqual(types(), ["raised", "resolved", "raised", "resolved"]);
});

Deno.test("what is unknown raises nothing, resolves nothing, and is given up after an hour", () => {
  const { book, types, keep } = bookOf();
  keep(undefined, STALE_MS);
  assert.deepEqual(types(), []);
  keep(1, 60_000);
  keep(undefined, STALE_MS);
  assert.deepEqual(types(), ["raised"]);
  keep(undefined, 2 * STEP_MS);
  assert.deepEqual(types(), ["raised", "resolved"]);
  assert.equal(book.active().length, 0);
});

Deno.test("many subjects at once are told apart up to a bound, and the rest share one alert", () => {
  const rules = createRules(THRESHOLDS);
  const book = new AlertBook({ rules, newId: counting() });
  const components = Array.from({ length: 100 }, (_, index) => ({ component: `part${index}`, status: "fail" as const }));
  for (let now = 0; now < 10 * 60_000; now += STEP_MS) book.take({ ...WELL, components }, { now, wall: now });
  const subjects = book.active().map(({ subject }) => subject);
  assert.equal(subjects.length, MAX_SUBJECTS + 1);
  assert.equal(new Set(subjects).size, subjects.length);
  assert.ok(subjects.includes(OTHER));
});

Deno.test("alerts that are over are bounded", () => {
  const { book, keep } = bookOf(0);
  for (let round = 0; round < MAX_RECENT + 20; round++) {
    keep(1, STEP_MS);
    keep(0, 2 * 60 * 60_000);
  }
  assert.equal(book.recent().length, MAX_RECENT);
  assert.ok(book.recent()[0]!.resolvedAt! > book.recent()[1]!.resolvedAt!);
});

Deno.test("an alert can be acknowledged while it is active and when it is over, and one that is not there cannot", () => {
  const { book, keep } = bookOf();
  keep(1, 60_000);
  assert.deepEqual(book.acknowledge("a1", { at: 5, note: "On it" })?.acknowledged, { at: 5, note: "On it" });
  keep(2, 60_000);
  assert.deepEqual(book.active()[0]?.acknowledged, { at: 5, note: "On it" });
  keep(0, 5 * 60_000);
  assert.equal(book.acknowledge("a1", { at: 6, note: "Done" })?.acknowledged?.note, "Done");
  assert.equal(book.recent()[0]?.acknowledged?.note, "Done");
  assert.equal(book.acknowledge("a9", { at: 6, note: "" }), undefined);
});

const status = fc.constantFrom("pass" as const, "warn" as const, "fail" as const);
const growth = fc.record({ total: fc.nat(60), failed: fc.nat(60) });

/** What is added to the counters, and what is read, in one step; any of it may be missing. */
const step = fc.record({
  ms: fc.constantFrom(1000, 15_000, 60_000, 600_000, 7_200_000),
  components: fc.option(fc.dictionary(fc.constantFrom("mysql", "redis", "memory"), status), { nil: undefined }),
  outbox: fc.option(fc.constantFrom(0, 299, 301, 4000), { nil: undefined }),
  turns: fc.option(growth, { nil: undefined }),
  crashes: fc.option(fc.nat(5), { nil: undefined }),
  stuck: fc.option(fc.nat(200_000), { nil: undefined }),
  /** The process was started again: counters begin at 0, and alerts are what was kept of them. */
  restart: fc.boolean(),
});

Deno.test("whatever is read, every alert is raised once and resolved at most once, and none of a kind overlap", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
    const newId = counting();
    const fresh = (alerts: ReturnType<AlertBook["active"]> = []) => new AlertBook({ rules: createRules(THRESHOLDS), newId, alerts });
    let book = fresh();
    let now = 0;
    let turns = { total: 0, failed: 0 };
    let count = 0;
    const active = new Map<string, string>();
    const seen = new Set<string>();
    for (const each of steps) {
      now += each.ms;
      if (each.restart) {
        book = fresh([...book.active(), ...book.recent()]);
        [turns, count] = [{ total: 0, failed: 0 }, 0];
      }
      turns = {
        total: turns.total + (each.turns?.total ?? 0),
        failed: turns.failed + Math.min(each.turns?.failed ?? 0, each.turns?.total ?? 0),
      };
      count += each.crashes ?? 0;
      const readings: Readings = {
        ...(each.components && { components: Object.entries(each.components).map(([component, status]) => ({ component, status })) }),
        ...(each.outbox !== undefined && { outboxOldestSeconds: each.outbox }),
        ...(each.turns && { turns }),
        ...(each.crashes !== undefined && { crashes: [{ path: "database", count }] }),
        ...(each.stuck !== undefined && { devices: [{ deviceId: "d", state: "vad", inStateMs: each.stuck, watchdogMs: 35_000 }] }),
      };
      for (const { type, alert } of book.take(readings, { now, wall: EPOCH + now })) {
        const key = `${alert.rule} ${alert.subject}`;
        if (type === "raised") {
          assert.ok(!seen.has(alert.id) && !active.has(key), `${key} raised twice`);
          assert.ok(alert.since <= alert.raisedAt && alert.resolvedAt === undefined);
          seen.add(alert.id);
          active.set(key, alert.id);
        } else {
          assert.equal(active.get(key), alert.id, `${key} resolved without being raised, or twice`);
          assert.ok(alert.resolvedAt! >= alert.raisedAt);
          active.delete(key);
        }
      }
      assert.deepEqual(book.active().map(({ id }) => id).sort(), [...active.values()].sort());
    }
  }));
});
