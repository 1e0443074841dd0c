import assert from "node:assert/strict";
import { deviceMachine } from "../../../actors/device/machine.ts";
import { readRecording } from "../../../services/recorder/read.ts";
import { toStately } from "../../../services/recorder/stately.ts";
import { statelyMachine } from "../../../services/recorder/stately_machine.ts";

const RECORDING = new URL("../../recordings/stuck_in_recognizing.ndjson", import.meta.url);

async function messages() {
  const recording = readRecording(await Deno.readTextFile(RECORDING));
  return [...toStately(recording, [statelyMachine(deviceMachine)])];
}

Deno.test("a recording becomes actors, events and snapshots that Stately's inspector takes", async () => {
  const all = await messages();
  const [root] = all;
  assert.ok(root?.type === "@xstate.actor");
  assert.equal(JSON.parse(root.definition ?? "{}").id, "device");
  assert.deepEqual([...new Set(all.map(({ type }) => type))].sort(), ["@xstate.actor", "@xstate.event", "@xstate.snapshot"]);
  const known = new Set<string>();
  for (const message of all) {
    if (message.type === "@xstate.actor") {
      assert.ok(!known.has(message.sessionId), "two actors have one session");
      known.add(message.sessionId);
      assert.ok(message.parentId === undefined || known.has(message.parentId));
    }
    assert.ok(known.has(message.sessionId) && message.rootId === root.sessionId);
    assert.match(message.createdAt, /^\d+$/);
    assert.ok(message.type !== "@xstate.event" || message.sourceId === undefined || known.has(message.sourceId));
    assert.equal(typeof message._version, "string");
  }
});

Deno.test("the values of its snapshots are states of the machine", async () => {
  const values = (await messages()).flatMap((message) =>
    message.type === "@xstate.snapshot" && message.name === "device" && message.snapshot.value !== undefined ? [message.snapshot.value] : []
  );
  for (const value of values) assert.doesNotThrow(() => deviceMachine.resolveState({ value, context: {} as never }));
  assert.ok(values.some((value) => JSON.stringify(value) === '{"ready":{"recognizing":"working"}}'), JSON.stringify(values));
});
