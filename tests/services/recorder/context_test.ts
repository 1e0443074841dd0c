import assert from "node:assert/strict";
import { assign, createActor, setup } from "xstate";
import type { RecordLine } from "../../../services/recorder/record.ts";
import { DeviceRecorder } from "../../../services/recorder/recorder.ts";
import { assertSame, recordingOf, wholeRecorders } from "../../support/recorded.ts";
import { Scenario } from "../../support/scenario.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { replay } from "../../../tools/replay/run.ts";

const SAID = "my mother's birthday is in May";

async function talkedAbout(transcripts: boolean) {
  const clock = new VirtualClock();
  const recorders = wholeRecorders(clock, transcripts);
  const played = await new Scenario({ clock, deps: { recorders }, mode: "auto" })
    .userSpeaks(0, 900).recogniserHears(200, SAID).modelSays(50, "In May.").ttsTakes(20, 600)
    .at(300, (device) => device.send({ type: "listen", state: "text", text: `${SAID}!` }))
    .play(6_000);
  await played[Symbol.asyncDispose]();
  return recordingOf(recorders);
}

const contextsOf = (records: readonly RecordLine[]) => records.flatMap(({ context }) => context === undefined ? [] : [context]);

Deno.test("a recording tells how the memory of a device changes with its steps: mode, turn, utterance, what waits, how it ends", async () => {
  const contexts = contextsOf((await talkedAbout(false)).records);
  assert.deepEqual(contexts[0], { job: "chat" });
  assert.ok(contexts.some(({ mode }) => mode === "auto"));
  const turns = new Set(contexts.map(({ turnId }) => turnId).filter((id) => id !== undefined));
  assert.ok(turns.size >= 1 && [...turns].every((id) => /^[0-9A-Z]{26}$/.test(String(id))), [...turns].join());
  assert.ok(contexts.every(({ utteranceMs = 0 }) => typeof utteranceMs === "number"));
  assert.equal(JSON.stringify(contexts).includes("ports"), false);
});

Deno.test("in the memory, too, what people say is a length unless asked for", async () => {
  const without = JSON.stringify((await talkedAbout(false)).records);
  assert.equal(without.includes("birthday"), false);
  assert.ok(without.includes('"heard":{"chars":'));
  const contexts = contextsOf((await talkedAbout(true)).records);
  assert.ok(contexts.some(({ heard }) => String(heard).startsWith(SAID)), JSON.stringify(contexts));
});

Deno.test("a replay passes the memory over, and takes the same path", async () => {
  assertSame(replay(await talkedAbout(false)));
});

const counter = setup({ types: {} as { context: { count: number; note: string }; events: { type: "count" | "look" } } }).createMachine({
  id: "device",
  context: { count: 0, note: "" },
  on: { count: { actions: assign(({ context }) => ({ count: context.count + 1 })) }, look: { actions: () => {} } },
});

function counted(values: (context: { count: number; note: string }) => unknown[]) {
  const recorder = new DeviceRecorder({ deviceId: "d", clock: new VirtualClock(), appVersion: "0" });
  const actor = createActor(counter);
  recorder.connection().watch(actor, { keys: ["count", "note"], values });
  actor.start();
  for (const type of ["count", "look", "count"] as const) actor.send({ type });
  actor.stop();
  return { header: recorder.header(), lines: [...recorder.lines()].slice(1).map((line): RecordLine => JSON.parse(line)) };
}

Deno.test("the memory is recorded with the steps that change it, and with no other", () => {
  const { lines } = counted(({ count, note }) => [count, note]);
  const steps = lines.filter(({ kind }) => kind === "step").map(({ type, context }) => [type, context?.count]);
  assert.deepEqual(steps, [["xstate.init", 0], ["count", 1], ["look", undefined], ["count", 2]]);
});

Deno.test("a memory that cannot be looked at is counted as a fault and costs no step", () => {
  const { header, lines } = counted(() => {
    throw new Error("no");
  });
  assert.equal(header.faults?.count, 3);
  assert.equal(lines.filter(({ kind }) => kind === "step").length, 4);
  assert.ok(lines.every(({ context }) => context === undefined));
});
