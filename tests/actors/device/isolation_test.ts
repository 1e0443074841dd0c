/**
 * What the crash of one device's actor does: to the device, to what it had running, and to everybody else.
 *
 * @module
 */

import assert from "node:assert/strict";
import { deviceSettings } from "../../../actors/device/settings.ts";
import { delay } from "../../../base/clock.ts";
import { configWith } from "../../../services/config/mod.ts";
import { type Conversation, conversation, type ScriptedDevice } from "../../support/conversation.ts";
import { fakeDecoder } from "../../support/fake_audio.ts";

const VICTIM = "00:00:00:00:00:01";
/** Devices that speak meanwhile. */
const OTHERS = 5;
/** When the first of them begins, and how much later each further one, milliseconds: no whole number of frames, so that each has a time of its own. */
const STAGGER_MS = 137;
/** When every run is looked at, milliseconds: in the middle of the other devices' replies, after all that happens to the victim. */
const LOOK_AT_MS = 17_000;
/** Length of a frame, milliseconds. */
const FRAME_MS = 60;

/** A wake word makes the chart ask a setting, which throws once this is set. */
const WAKE = { type: "listen", state: "detect" };

interface Run {
  readonly talk: Conversation;
  readonly others: readonly ScriptedDevice[];
  /** From now on the victim's settings throw. */
  arm(): void;
  /** From now on preparing takes long. */
  slow(): void;
}

/** Devices in the middle of long replies. */
async function busy(): Promise<Run> {
  let armed = false;
  let slow = false;
  const settings = deviceSettings(configWith({}), VICTIM);
  const trap = {
    get wake(): "greet" {
      if (armed) throw new Error("The port is broken");
      return "greet";
    },
    get helloTimeoutMs(): number {
      if (armed) throw new Error("The port is broken");
      return settings.helloTimeoutMs;
    },
  };
  const talk: Conversation = conversation({
    script: { speaksForMs: () => 20_000 },
    deps: {
      settingsFor: (deviceId) =>
        deviceId === VICTIM ? Object.defineProperties({ ...settings }, Object.getOwnPropertyDescriptors(trap)) : settings,
      loadDecoders: async () => {
        if (slow) await delay(talk.clock, 5000, new AbortController().signal);
        return fakeDecoder;
      },
    },
  });
  const others: ScriptedDevice[] = [];
  for (let n = 0; n < OTHERS; n++) {
    const other = talk.connect(`00:00:00:00:01:0${n}`);
    others.push(other);
    await other.hello();
    other.send({ type: "listen", state: "text", text: "Tell me a story" });
    await talk.clock.advance(STAGGER_MS);
  }
  await talk.clock.advance(1000);
  assert.deepEqual([...new Set(others.map(({ state }) => state))], ["speaking"]);
  return { talk, others, arm: () => armed = true, slow: () => slow = true };
}

async function result({ talk, others }: Run): Promise<{ armed: number; frames: readonly (readonly number[])[] }> {
  await talk.clock.advance(LOOK_AT_MS - talk.clock.now());
  const frames = others.map((other) => other.frameTimes());
  for (const times of frames) assertOnTime(times);
  return { armed: talk.clock.armed, frames };
}

/** After the frames that leave ahead of time at the begin, each leaves one frame's length after the one before: no gap, and no burst. */
function assertOnTime(times: readonly number[]): void {
  const steps = times.slice(1).map((at, n) => at - times[n]!);
  const ahead = steps.findLastIndex((ms) => ms === 0) + 1;
  assert.ok(steps.length - ahead > 200, `${steps.length} frames`);
  assert.deepEqual([...new Set(steps.slice(ahead))], [FRAME_MS]);
}

/** How the victim gets into a state. */
const WAYS: Readonly<Record<string, (run: Run, victim: ScriptedDevice) => Promise<void>>> = {
  preparing: async (run, victim) => {
    run.slow();
    await victim.hello();
  },
  idle: (_, victim) => victim.hello(),
  listening: async (_, victim) => {
    await victim.hello({ mcp: true });
    victim.listen();
  },
  vad: async (_, victim) => {
    await victim.hello();
    victim.listen();
    await victim.record("speech", 600);
  },
  recognizing: async ({ talk }, victim) => {
    talk.server.script.hearsAfterMs = 3000;
    await victim.hello();
    victim.listen();
    await victim.say();
  },
  settling: async ({ talk }, victim) => {
    Object.assign(talk.server.script, { hears: ["tell me about the"] });
    await victim.hello();
    victim.listen();
    await victim.say();
    await talk.clock.advance(50);
    assert.equal(talk.server.asked.utterances.length, 1, "the text is there, and waited with");
  },
  thinking: async ({ talk }, victim) => {
    talk.server.script.saysAfterMs = 3000;
    await victim.hello();
    victim.listen();
    await victim.say();
    await talk.clock.advance(500);
  },
  speaking: async ({ talk }, victim) => {
    Object.assign(talk.server.script, { says: () => ["One is here. ", "Two is here. "], saysAfterMs: 1000 });
    await victim.hello();
    victim.listen("realtime");
    await victim.say();
    await talk.clock.advance(2500);
  },
  hearing: async (it, victim) => {
    await WAYS.speaking!(it, victim);
    await victim.record("speech", 300);
    const frames = victim.frameTimes().length;
    await victim.record("speech", 120);
    assert.equal(victim.frameTimes().length, frames, "the reply waits");
  },
  weighing: async (it, victim) => {
    await WAYS.hearing!(it, victim);
    it.talk.server.script.hearsAfterMs = 3000;
    await victim.record("silence", 600);
    assert.equal(it.talk.server.asked.utterances.length, 2);
  },
  persisting: async ({ talk }, victim) => {
    talk.history.onCommit = () => new Promise(() => {});
    await victim.hello();
    victim.listen("realtime");
    await victim.say();
    await talk.clock.advance(500);
    victim.send({ type: "abort" });
  },
};

/** What the device's status calls a state within another. */
const SHOWN: Readonly<Record<string, string>> = { settling: "recognizing", hearing: "speaking", weighing: "speaking" };

for (const [state, way] of Object.entries(WAYS)) {
  Deno.test(`a crash in ${state} closes that device's connection, leaves nothing of it, and nobody else notices`, async () => {
    const control = await busy();
    await using _ = control.talk;
    const run = await busy();
    await using talk = run.talk;
    const victim = talk.connect(VICTIM);
    await way(run, victim);
    assert.equal(victim.state, SHOWN[state] ?? state);
    run.arm();
    victim.send(WAKE);
    assert.deepEqual(victim.closed, { code: 1011, reason: "Internal error" });
    assert.ok(talk.supervisor.which().every(({ deviceId }) => deviceId !== VICTIM));
    assert.equal(talk.supervisor.size, OTHERS);
    assert.equal(talk.log.messages("error").filter((line) => line.includes("crashed")).length, 1);
    const arrived = victim.arrivals.length;
    assert.deepEqual(await result(run), await result(control));
    assert.equal(victim.arrivals.length, arrived);
    if (["recognizing", "thinking"].includes(state)) assert.equal(talk.server.asked.aborted, 1);
    talk.history.onCommit = () => Promise.resolve();
  });
}

Deno.test("a crash before anything is said closes the connection", async () => {
  const control = await busy();
  await using _ = control.talk;
  const run = await busy();
  await using talk = run.talk;
  run.arm();
  const victim = talk.connect(VICTIM);
  assert.equal(victim.closed?.code, 1011);
  assert.equal(talk.supervisor.size, OTHERS);
  assert.deepEqual(await result(run), await result(control));
});

Deno.test("a stage that works for a reply is aborted when the device's actor crashes", async () => {
  const run = await busy();
  await using talk = run.talk;
  const says = () => ["One is here. ", "Two is here. ", "Three is here. ", "Four is here."];
  Object.assign(talk.server.script, { says, saysAfterMs: 1000, speaksForMs: () => 900 });
  const victim = talk.connect(VICTIM);
  await victim.hello();
  victim.listen();
  await victim.say();
  while (victim.state !== "speaking") await talk.clock.advance(100);
  assert.equal(talk.server.asked.aborted, 0);
  run.arm();
  victim.send(WAKE);
  await talk.clock.advance(0);
  assert.equal(talk.server.asked.aborted, 1);
});

Deno.test("a device whose actor crashed can connect again", async () => {
  const run = await busy();
  await using talk = run.talk;
  talk.server.script.speaksForMs = () => 900;
  const crashed = talk.connect("00:00:00:00:00:03");
  await crashed.hello();
  const victim = talk.connect(VICTIM);
  await victim.hello();
  run.arm();
  victim.send(WAKE);
  assert.equal(victim.closed?.code, 1011);
  crashed.listen();
  await crashed.say();
  await talk.clock.advance(3000);
  assert.deepEqual(talk.history.turns.map(({ deviceId, outcome }) => [deviceId, outcome]), [["00:00:00:00:00:03", "completed"]]);
});
