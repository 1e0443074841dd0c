import assert from "node:assert/strict";
import { offsetMinutes } from "../../routes/timezone.ts";

Deno.test("offsets are minutes ahead of UTC, whole hours or not, with daylight saving at the moment in question", () => {
  const january = Date.UTC(2026, 0, 15);
  const july = Date.UTC(2026, 6, 15);
  assert.equal(offsetMinutes("Asia/Shanghai", january), 480);
  assert.equal(offsetMinutes("UTC", january), 0);
  assert.equal(offsetMinutes("Asia/Kolkata", january), 330);
  assert.equal(offsetMinutes("America/St_Johns", january), -210);
  assert.deepEqual([offsetMinutes("Europe/Berlin", january), offsetMinutes("Europe/Berlin", july)], [60, 120]);
  assert.deepEqual([offsetMinutes("America/New_York", january), offsetMinutes("America/New_York", july)], [-300, -240]);
});

Deno.test("an empty zone is the machine's", () => {
  const at = Date.UTC(2026, 0, 15);
  // The alternative turns the -0 of a machine in UTC into 0.
  assert.equal(offsetMinutes("", at), -new Date(at).getTimezoneOffset() || 0);
});

Deno.test("an unknown zone is an error", () => {
  assert.throws(() => offsetMinutes("Mars/Olympus", 0), RangeError);
});
