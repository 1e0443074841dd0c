import assert from "node:assert/strict";
import fc from "fast-check";
import { type CheckStatus, type Reading, SEVERITY } from "../../../services/health/check.ts";
import { overall } from "../../../services/health/report.ts";
import { type Outcome, settled, type SettledCheck } from "../../../services/health/settled.ts";

const CHECK = { id: "redis", service: "redis", required: false };
const PATIENCE = { failAfter: 3, passAfter: 2 };

const reading = (status: CheckStatus, component = "redis"): Reading => ({
  component,
  measurement: "responseTime",
  type: "datastore",
  status,
  ...(status === "pass" ? {} : { output: `${component} is ${status}` }),
});

/** What counts after each of some readings. */
function walk(statuses: readonly CheckStatus[], patience = PATIENCE): CheckStatus[] {
  let known: SettledCheck | undefined;
  return statuses.map((status, index) => {
    known = settled(CHECK, known, { at: index, tookMs: 1, readings: [reading(status)] }, patience);
    return known.status;
  });
}

Deno.test("it takes some failures in a row to count as failed, and some successes to count as recovered", () => {
  const p = "pass", f = "fail", w = "warn";
  assert.deepEqual(walk([p, f, f, f, f]), [p, p, p, f, f]);
  assert.deepEqual(walk([p, f, f, p, f, f, p]), [p, p, p, p, p, p, p]);
  assert.deepEqual(walk([f, p, f, p, p]), [f, f, f, f, p]);
  assert.deepEqual(walk([p, w, f, f]), [p, p, p, f]);
  assert.deepEqual(walk([f]), [f], "the first counts at once");
});

Deno.test("it says since when it counts as it does, which a single failure does not move", () => {
  const since = (statuses: readonly CheckStatus[]) => {
    let known: SettledCheck | undefined;
    statuses.forEach((status, at) => known = settled(CHECK, known, { at, tookMs: 1, readings: [reading(status)] }, PATIENCE));
    return known?.since;
  };
  assert.equal(since(["pass", "pass", "fail", "pass"]), 0);
  assert.equal(since(["pass", "fail", "fail", "fail", "fail"]), 3);
});

Deno.test("a thing that flaps faster than the patience never changes what counts", () => {
  const flapping = fc.array(fc.constantFrom<CheckStatus>("pass", "fail"), { minLength: 1, maxLength: 100 });
  fc.assert(fc.property(flapping, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (statuses, failAfter, passAfter) => {
    const counted = walk(statuses, { failAfter, passAfter });
    for (let at = 1; at < counted.length; at++) {
      if (counted[at] === counted[at - 1]) continue;
      const needed = SEVERITY[counted[at]!] > SEVERITY[counted[at - 1]!] ? failAfter : passAfter;
      const run = statuses.slice(at - needed + 1, at + 1);
      assert.equal(run.length, needed);
      assert.ok(run.every((status) => status === counted[at]), "changed without so many in a row");
    }
    assert.equal(counted[0], statuses[0]);
  }));
});

Deno.test("a check that throws fails all that it looked at before, and says why once it counts", () => {
  const ok: Outcome = { at: 0, tookMs: 1, readings: [reading("pass", "a"), reading("pass", "b")] };
  let known = settled(CHECK, undefined, ok, { failAfter: 2, passAfter: 1 });
  known = settled(CHECK, known, { at: 1, tookMs: 1, error: new Error("Gone") }, { failAfter: 2, passAfter: 1 });
  assert.deepEqual(known.readings.map(({ status, output }) => [status, output]), [["pass", undefined], ["pass", undefined]]);
  known = settled(CHECK, known, { at: 2, tookMs: 1, error: new Error("Gone") }, { failAfter: 2, passAfter: 1 });
  assert.deepEqual(known.readings.map(({ status, output }) => [status, output]), [["fail", "Gone"], ["fail", "Gone"]]);
  assert.equal(known.status, "fail");
  known = settled(CHECK, known, ok, { failAfter: 2, passAfter: 1 });
  assert.deepEqual([known.status, known.readings[0]?.output], ["pass", undefined]);
});

Deno.test("a check that throws before it has answered is one reading under its own name", () => {
  const known = settled(CHECK, undefined, { at: 0, tookMs: 1, error: "odd" }, PATIENCE);
  assert.deepEqual(known.readings.map(({ reading: { component }, output }) => [component, output]), [["redis", "odd"]]);
});

Deno.test("what is optional degrades and never fails; what is required fails", () => {
  const check = (required: boolean, status: CheckStatus) => ({ required, status });
  const status = fc.constantFrom<CheckStatus>("pass", "warn", "fail");
  fc.assert(fc.property(fc.array(fc.record({ required: fc.boolean(), status })), fc.boolean(), (checks, complete) => {
    const found = overall(checks, complete);
    assert.equal(found === "unhealthy", checks.some(({ required, status }) => required && status === "fail"));
    assert.equal(found === "healthy", complete && checks.every(({ status }) => status === "pass"));
  }));
  assert.equal(overall([check(false, "fail")]), "degraded");
  assert.equal(overall([check(true, "warn")]), "degraded");
  assert.equal(overall([check(true, "fail"), check(false, "pass")]), "unhealthy");
});
