import assert from "node:assert/strict";
import fc from "fast-check";
import { localDay } from "../../base/local_day.ts";

const HOUR_MS = 3_600_000;

Deno.test("a day begins at midnight of its zone", () => {
  const at = Date.UTC(2026, 0, 1, 17, 30);
  assert.deepEqual(localDay("UTC", at), { date: "2026-01-01", startsAt: Date.UTC(2026, 0, 1), endsAt: Date.UTC(2026, 0, 2) });
  assert.deepEqual(localDay("Asia/Shanghai", at), {
    date: "2026-01-02",
    startsAt: Date.UTC(2026, 0, 1, 16),
    endsAt: Date.UTC(2026, 0, 2, 16),
  });
});

Deno.test("days on which clocks change have 23 and 25 hours", () => {
  const hours = (zone: string, at: number) => {
    const { startsAt, endsAt } = localDay(zone, at);
    return (endsAt - startsAt) / HOUR_MS;
  };
  assert.equal(hours("Europe/Berlin", Date.UTC(2026, 2, 29, 12)), 23);
  assert.equal(hours("Europe/Berlin", Date.UTC(2026, 9, 25, 12)), 25);
  assert.equal(hours("America/New_York", Date.UTC(2026, 2, 8, 12)), 23);
  // Clocks went from 0:00 to 1:00, and back from 0:00 to 23:00.
  assert.equal(hours("America/Sao_Paulo", Date.UTC(2018, 10, 4, 12)), 23);
  assert.equal(hours("America/Sao_Paulo", Date.UTC(2018, 1, 17, 12)), 25);
});

Deno.test("every instant is within its day, and days join without a gap", () => {
  const zones = fc.constantFrom("UTC", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "Africa/Cairo", "Australia/Lord_Howe", "");
  const instants = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2035, 0, 1) });
  fc.assert(
    fc.property(zones, instants, (zone, at) => {
      const { startsAt, endsAt, date } = localDay(zone, at);
      assert.ok(startsAt <= at && at < endsAt);
      assert.equal(localDay(zone, startsAt).date, date);
      assert.notEqual(localDay(zone, startsAt - 1).date, date);
      assert.equal(localDay(zone, endsAt).startsAt, endsAt);
    }),
    { numRuns: 60 },
  );
});
