import assert from "node:assert/strict";
import { readRecording } from "../../services/recorder/read.ts";
import { replay } from "../../tools/replay/run.ts";

Deno.test("the recording of a stuck device tells where it was stuck, for how long, and what freed it", async () => {
  const recording = readRecording(await Deno.readTextFile(new URL("./stuck_in_recognizing.ndjson", import.meta.url)));
  const steps = recording.records.filter(({ kind, actor }) => kind === "step" && actor === "device");
  const longest = steps.slice(1, -1).map((step, index) => ({ in: step.from, ms: (step.t - steps[index]!.t) / 1_000, by: step.type }))
    .filter(({ in: state }) => !state?.includes("waiting")).sort((a, b) => b.ms - a.ms)[0];
  assert.equal(longest?.in, "device.ready.recognizing.working");
  assert.equal(longest.ms, 35_000);
  assert.match(longest.by, /^xstate\.after\.recognizingLimit/);
  const [session] = replay(recording).sessions;
  const freed = session!.now.findIndex(({ event }) => event === longest.by);
  assert.ok(session!.now.slice(freed).some(({ to }) => to.endsWith("waiting.listening")), "the device listens again");
});
