import assert from "node:assert/strict";
import { createActor, fromPromise, setup } from "xstate";
import { DeviceRecorder } from "../../../services/recorder/recorder.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

const machine = setup({ actors: { work: fromPromise(() => Promise.resolve(1)) } }).createMachine({
  id: "device",
  initial: "idle",
  states: { idle: { on: { go: "busy" } }, busy: { invoke: { src: "work", onDone: "idle", onError: "idle" } } },
});

async function recordedBy(watch: (recorder: DeviceRecorder, actor: ReturnType<typeof createActor<typeof machine>>) => void) {
  const recorder = new DeviceRecorder({ deviceId: "d", clock: new VirtualClock(), appVersion: "0" });
  const actor = createActor(machine);
  watch(recorder, actor);
  actor.start();
  actor.send({ type: "go" });
  await settle();
  return [...recorder.lines()].slice(1).map((line) => JSON.parse(line));
}

Deno.test("XState has the place before its inspectors where a recorder costs least", () => {
  const system = createActor(machine).system as unknown as Record<string, unknown>;
  assert.equal(typeof system._sendInspectionEvent, "function");
});

Deno.test("a connection is recorded alike where XState has no such place, and its records carry its number", async () => {
  const quick = await recordedBy((recorder, actor) => recorder.connection().watch(actor));
  const slow = await recordedBy((recorder, actor) => {
    const system = actor.system as unknown as { _sendInspectionEvent: unknown };
    const own = system._sendInspectionEvent;
    system._sendInspectionEvent = undefined;
    recorder.connection().watch(actor);
    system._sendInspectionEvent = own;
  });
  assert.deepEqual(quick, slow);
  assert.ok(quick.length >= 8 && quick.every(({ conn }) => conn === 1), JSON.stringify(quick));
});

Deno.test("other inspectors of the same actor see what they did", () => {
  const seen: string[] = [];
  const recorder = new DeviceRecorder({ deviceId: "d", clock: new VirtualClock(), appVersion: "0" });
  const actor = createActor(machine, { inspect: ({ type }) => void seen.push(type) });
  recorder.connection().watch(actor);
  actor.start().send({ type: "go" });
  assert.ok(seen.includes("@xstate.microstep") && seen.includes("@xstate.event"));
  actor.stop();
});

Deno.test("connections of one device that overlap are told apart", () => {
  const recorder = new DeviceRecorder({ deviceId: "d", clock: new VirtualClock(), appVersion: "0" });
  const [first, second] = [recorder.connection(), recorder.connection()];
  const actors = [first, second].map((connection) => {
    const actor = createActor(machine);
    connection.watch(actor);
    return actor.start();
  });
  actors[1]!.send({ type: "go" });
  first.note("said");
  const lines = [...recorder.lines()].slice(1).map((line) => JSON.parse(line));
  const of = (conn: number) => lines.filter((line) => line.conn === conn).map(({ kind, type }) => `${kind} ${type}`);
  assert.deepEqual(of(1), ["actor start", "step xstate.init", "note said"]);
  assert.deepEqual(of(2).slice(0, 3), ["actor start", "step xstate.init", "event go"]);
  for (const actor of actors) actor.stop();
});
