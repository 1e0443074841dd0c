import assert from "node:assert/strict";
import { LocalTime } from "../../../../services/sync/stock/local_time.ts";

Deno.test("times of the table are those of the stock server's zone", () => {
  assert.equal(new LocalTime("Asia/Shanghai").unix("2026-03-01 08:00:00.123000"), Date.UTC(2026, 2, 1, 0, 0, 0, 123));
  assert.equal(new LocalTime("UTC").unix("2026-03-01 08:00:00.000"), Date.UTC(2026, 2, 1, 8));
  assert.equal(new LocalTime("America/New_York").unix("2026-01-01 00:00:00.000"), Date.UTC(2026, 0, 1, 5));
});

Deno.test("both sides of a change of clocks are right", () => {
  const berlin = new LocalTime("Europe/Berlin");
  assert.equal(berlin.unix("2026-03-29 01:59:59.000"), Date.UTC(2026, 2, 29, 0, 59, 59));
  assert.equal(berlin.unix("2026-03-29 03:00:00.000"), Date.UTC(2026, 2, 29, 1));
  assert.equal(berlin.unix("2026-10-25 03:00:00.000"), Date.UTC(2026, 9, 25, 2));
});

Deno.test("seconds that were taken for milliseconds are put right", () => {
  const seconds = 1_767_225_600;
  const stored = new Date(seconds).toISOString().replace("T", " ").slice(0, 23);
  assert.equal(new LocalTime("UTC").unix(stored), seconds * 1000);
});

Deno.test("what is no time is none", () => {
  assert.ok(Number.isNaN(new LocalTime("UTC").unix("null")));
});
