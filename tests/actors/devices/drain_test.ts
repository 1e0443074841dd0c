/**
 * The gentle end of the process: what is being said is said to the end of its sentence, and what is not over in time is cut and kept.
 *
 * @module
 */

import assert from "node:assert/strict";
import { conversation, type ConversationOptions, type ScriptedDevice } from "../../support/conversation.ts";

const FINISH_MS = 2200;
const CUT_MS = 800;

/** Three sentences of a second each. */
const STORY: ConversationOptions = {
  script: { says: () => ["One is here. ", "Two is here. ", "Three is here."], speaksForMs: () => 1020, saysAfterMs: 1, speaksAfterMs: 1 },
};

async function asked(device: ScriptedDevice): Promise<void> {
  await device.hello();
  device.listen();
  await device.say();
}

/** Drains and says how, and when the device was disconnected. */
async function drained(
  options: ConversationOptions,
  way: (device: ScriptedDevice, advance: (ms: number) => Promise<void>) => Promise<void>,
) {
  const talk = conversation(options);
  const device = talk.connect();
  await way(device, (ms) => talk.clock.advance(ms));
  const from = device.arrivals.length;
  const startedAt = talk.clock.now();
  const draining = talk.supervisor.drain(FINISH_MS, CUT_MS);
  let closedAfter = device.closed === undefined ? -1 : 0;
  for (let ms = 0; ms < FINISH_MS + CUT_MS; ms += 10) {
    await talk.clock.advance(10);
    if (closedAfter < 0 && device.closed !== undefined) closedAfter = talk.clock.now() - startedAt;
  }
  const report = await draining;
  await talk[Symbol.asyncDispose]();
  return { report, closedAfter, log: device.log(from), closed: device.closed, turns: talk.history.turns, ended: talk.history.ended };
}

for (const state of ["connecting", "preparing", "idle", "listening"] as const) {
  Deno.test(`a device that is ${state} is disconnected at once, with a code that it understands`, async () => {
    const hang = state === "preparing" ? { deps: { loadDecoders: () => new Promise<never>(() => {}) } } : {};
    const { report, closedAfter, closed } = await drained(hang, async (device) => {
      if (state !== "connecting") await device.hello();
      if (state === "listening") device.listen();
      assert.equal(device.state, state);
    });
    assert.deepEqual(report, { devices: 1, cut: 0, lost: 0 });
    assert.equal(closedAfter, 0);
    assert.deepEqual(closed, { code: 1001, reason: "Server stops" });
  });
}

Deno.test("the sentence that is heard is heard to its end, nothing of the next one is sent, and history has what was heard", async () => {
  const { report, closedAfter, log, turns, ended } = await drained(STORY, async (device, advance) => {
    await asked(device);
    await advance(700);
    assert.equal(device.state, "speaking");
  });
  assert.deepEqual(report, { devices: 1, cut: 0, lost: 0 });
  assert.ok(closedAfter > 300 && closedAfter < 1500, String(closedAfter));
  assert.deepEqual(log.filter((line) => !line.startsWith("frames")), ["tts stop"]);
  const [turn] = turns;
  assert.deepEqual([turn?.outcome, turn?.heardText, turn?.heardMs], ["interrupted", "One is here.", 1020]);
  assert.deepEqual(ended.map(({ reason }) => reason), ["shutdown"]);
});

Deno.test("a reply that is in its last sentence ends completed", async () => {
  const { turns } = await drained(STORY, async (device, advance) => {
    await asked(device);
    await advance(2800);
  });
  assert.deepEqual(turns.map(({ outcome, heardText }) => [outcome, heardText]), [[
    "completed",
    "One is here. Two is here. Three is here.",
  ]]);
});

Deno.test("an answer that is still being thought of is begun, and ends with its first sentence", async () => {
  const slow = { script: { ...STORY.script, saysAfterMs: 300 } };
  const { report, turns, log } = await drained(slow, async (device, advance) => {
    await asked(device);
    await advance(100);
    assert.equal(device.state, "thinking");
  });
  assert.deepEqual(report, { devices: 1, cut: 0, lost: 0 });
  assert.deepEqual(turns.map(({ outcome, heardText }) => [outcome, heardText]), [["interrupted", "One is here."]]);
  assert.equal(log.filter((line) => line.startsWith("tts sentence_start")).length, 1);
});

Deno.test("a sentence that is longer than there is time is cut, and what was heard of it is kept", async () => {
  const long = { script: { speaksForMs: () => 20_000 } };
  const { report, closedAfter, closed, turns } = await drained(long, async (device, advance) => {
    await asked(device);
    await advance(700);
  });
  assert.deepEqual(report, { devices: 1, cut: 1, lost: 0 });
  assert.ok(closedAfter >= FINISH_MS && closedAfter < FINISH_MS + CUT_MS, String(closedAfter));
  assert.equal(closed?.code, 1001);
  assert.equal(turns[0]?.outcome, "interrupted");
  assert.ok(turns[0].heardMs > 2000 && turns[0].heardMs < 4000);
});

Deno.test("a turn whose commit hangs is given up at the deadline and reported, and its device disconnected", async () => {
  const talk = conversation(STORY);
  talk.history.onCommit = () => new Promise(() => {});
  const device = talk.connect();
  await asked(device);
  await talk.clock.advance(700);
  const draining = talk.supervisor.drain(FINISH_MS, CUT_MS);
  await talk.clock.advance(FINISH_MS + CUT_MS);
  assert.deepEqual(await draining, { devices: 1, cut: 1, lost: 1 });
  assert.equal(talk.supervisor.size, 0);
  assert.deepEqual(device.closed, { code: 1001, reason: "Server stops" });
  await talk[Symbol.asyncDispose]();
});

Deno.test("who speaks when the drain begins is heard to the end, and answered with a sentence where there is time", async () => {
  const talk = conversation(STORY);
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.record("speech", 600);
  assert.equal(device.state, "vad");
  const draining = talk.supervisor.drain(4000, CUT_MS);
  await device.record("speech", 300);
  await device.record("silence", 600);
  await talk.clock.advance(4000 + CUT_MS);
  assert.deepEqual(await draining, { devices: 1, cut: 0, lost: 0 });
  assert.deepEqual(talk.history.turns.map(({ userText, heardText }) => [userText, heardText]), [["hello", "One is here."]]);
  await talk[Symbol.asyncDispose]();
});

Deno.test("whatever the person does while the server drains, nothing new begins", async () => {
  for (
    const message of [{ type: "abort" }, { type: "listen", state: "start", mode: "auto" }, { type: "listen", state: "detect", text: "x" }]
  ) {
    const talk = conversation(STORY);
    const device = talk.connect();
    await asked(device);
    await talk.clock.advance(700);
    const draining = talk.supervisor.drain(FINISH_MS, CUT_MS);
    device.send(message);
    await talk.clock.advance(100);
    assert.deepEqual(device.closed, { code: 1001, reason: "Server stops" }, JSON.stringify(message));
    await talk.clock.advance(FINISH_MS + CUT_MS);
    assert.equal((await draining).lost, 0);
    assert.equal(talk.history.turns.filter(({ outcome }) => outcome === "interrupted").length, 1);
    await talk[Symbol.asyncDispose]();
  }
});

for (const state of ["vad", "recognizing"] as const) {
  Deno.test(`who types or says the wake word in ${state} while the server drains gives up what was being said, and nothing new begins`, async () => {
    for (const message of [{ type: "listen", state: "text", text: "What is new?" }, { type: "listen", state: "detect" }]) {
      const talk = conversation({ script: { ...STORY.script, hearsAfterMs: 1000 } });
      const device = talk.connect();
      await device.hello();
      device.listen();
      await device.record("speech", 600);
      if (state === "recognizing") await device.record("silence", 600);
      assert.equal(device.state, state);
      const draining = talk.supervisor.drain(FINISH_MS, CUT_MS);
      device.send(message);
      assert.deepEqual(device.closed, { code: 1001, reason: "Server stops" }, JSON.stringify(message));
      await talk.clock.advance(FINISH_MS + CUT_MS);
      assert.deepEqual(await draining, { devices: 1, cut: 0, lost: 0 });
      assert.deepEqual(talk.history.turns, []);
      assert.equal(talk.server.asked.chats.length, 0);
      await talk[Symbol.asyncDispose]();
    }
  });
}

Deno.test("a hundred devices in the middle of their replies all have their turns kept", async () => {
  const talk = conversation(STORY);
  const devices = Array.from({ length: 100 }, (_, index) => talk.connect(`device-${index}`));
  for (const device of devices) {
    await device.hello();
    device.send({ type: "listen", state: "text", text: "Tell me a story" });
  }
  await talk.clock.advance(1500);
  const draining = talk.supervisor.drain(FINISH_MS, CUT_MS);
  await talk.clock.advance(FINISH_MS + CUT_MS);
  assert.deepEqual(await draining, { devices: 100, cut: 0, lost: 0 });
  assert.equal(talk.history.turns.length, 100);
  assert.equal(new Set(talk.history.turns.map(({ deviceId }) => deviceId)).size, 100);
  await talk[Symbol.asyncDispose]();
});
