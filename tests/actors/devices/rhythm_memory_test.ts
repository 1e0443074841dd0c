import assert from "node:assert/strict";
import { RhythmMemory } from "../../../actors/devices/rhythm_memory.ts";

const TUNING = { silenceMs: 500, minSilenceMs: 300, maxSilenceMs: 1200, adaptive: true };

Deno.test("each device has a rhythm of its own, which its next connection goes on with", () => {
  const memory = new RhythmMemory();
  memory.for("a", TUNING).wentOn(700);
  assert.ok(memory.for("a", TUNING).silenceMs > 500);
  assert.equal(memory.for("b", TUNING).silenceMs, 500);
});

Deno.test("the device that connected longest ago is forgotten first", () => {
  const memory = new RhythmMemory(2);
  for (const device of ["a", "b", "a", "c"]) memory.for(device, TUNING).wentOn(700);
  const grown = 500 + 0.2 * (700 * 1.5 - 500);
  assert.ok(memory.for("a", TUNING).silenceMs > grown);
  assert.equal(memory.for("b", TUNING).silenceMs, 500);
});
