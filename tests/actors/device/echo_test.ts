/**
 * What a device in auto mode sends that nobody said to it: its own voice, the wake word. And what somebody said that is easily lost.
 *
 * @module
 */

import assert from "node:assert/strict";
import { conversation, type ScriptedDevice } from "../../support/conversation.ts";
import { packet } from "../../support/fake_audio.ts";
import { Scenario } from "../../support/scenario.ts";

/** Two sentences of speech that were in flight. */
function late(device: ScriptedDevice, ms: number): void {
  for (let at = 0; at < ms; at += 60) device.frame(packet("speech"));
}

async function untilStop(device: ScriptedDevice, advance: (ms: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < 1000 && device.log().at(-1) !== "tts stop"; i++) await advance(10);
  assert.equal(device.log().at(-1), "tts stop");
}

Deno.test("a device that sends its own voice back all along never answers itself", async () => {
  await using talk = conversation({ script: { says: () => ["One is here. ", "Two is here."], speaksForMs: () => 1500 } });
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  await device.say();
  // Every frame comes back 120 ms after it was played.
  for (let now = 0; now < 8000; now += 60) {
    const echoes = device.frameTimes().some((at) => at <= talk.clock.now() - 120 && at > talk.clock.now() - 180 - 120);
    device.frame(packet(echoes ? "speech" : "silence"));
    await talk.clock.advance(60);
  }
  assert.deepEqual(talk.history.turns.map(({ outcome }) => outcome), ["completed"]);
  assert.equal(talk.server.asked.utterances.length, 1);
});

Deno.test("audio that is still in flight at tts stop is ignored for the echo tail, and begins no turn", async () => {
  for (const [echoTailMs, begins] of [[200, false], [0, true]] as const) {
    await using talk = conversation({ settings: { echoTailMs } });
    const device = talk.connect();
    await device.hello();
    device.listen("auto");
    await device.say();
    await untilStop(device, (ms) => talk.clock.advance(ms));
    late(device, 180);
    await talk.clock.advance(10);
    assert.equal(device.state, begins ? "vad" : "listening");
  }
});

Deno.test("who listens anew is heard from the first packet on, echo tail or not", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  await device.say();
  await untilStop(device, (ms) => talk.clock.advance(ms));
  device.listen("auto");
  await device.say(600);
  await talk.clock.advance(3000);
  assert.equal(talk.history.turns.length, 2);
  assert.equal(Math.round(talk.server.asked.utterances[1]!.speechMs / 100), 6);
});

Deno.test("a device that does not say that it listens is heard after the echo tail", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  await device.say();
  await untilStop(device, (ms) => talk.clock.advance(ms));
  await device.record("silence", 240);
  await device.say(600);
  await talk.clock.advance(3000);
  assert.equal(talk.history.turns.length, 2);
  assert.equal(Math.round(talk.server.asked.utterances[1]!.speechMs / 100), 6);
});

Deno.test("in realtime mode, where the device cancels its echo, nothing is ignored after a reply", async () => {
  await using played = await new Scenario().ttsTakes(10, 600).userSpeaks(0, 900).userSpeaks(2400, 900).play(6000);
  assert.equal(played.turns.length, 2);
  assert.equal(Math.round(played.talk.server.asked.utterances.at(-1)!.speechMs / 100), 9);
});

const WAKE = { type: "listen", state: "detect", text: "小智" };

/** The wake word: its sound in a burst, its text, and a device that listens. */
async function wake(device: ScriptedDevice, mode: "auto" | "realtime"): Promise<void> {
  await device.hello();
  late(device, 1980);
  device.send(WAKE);
  device.listen(mode);
}

for (const mode of ["auto", "realtime"] as const) {
  Deno.test(`${mode}: who speaks right after a wake word that is not answered is heard whole, without the wake word`, async () => {
    await using talk = conversation({ settings: { wake: "listen" } });
    const device = talk.connect();
    await wake(device, mode);
    await device.say(900);
    await talk.clock.advance(3000);
    const [utterance] = talk.server.asked.utterances;
    assert.equal(Math.round(utterance!.speechMs / 100), 9);
    assert.ok(utterance!.durationMs < 900 + 660, "no burst in it");
    assert.deepEqual(talk.history.turns.map(({ source, outcome }) => `${source} ${outcome}`), ["speech completed"]);
  });

  Deno.test(`${mode}: who speaks before the greeting has begun is heard whole, and answered instead of greeted`, async () => {
    for (const pauseMs of [0, 120, 300]) {
      await using talk = conversation({ script: { speaksAfterMs: 500 } });
      const device = talk.connect();
      await wake(device, mode);
      await device.record("silence", pauseMs);
      await device.say(900);
      await talk.clock.advance(3000);
      const [utterance] = talk.server.asked.utterances;
      assert.equal(Math.round(utterance!.speechMs / 100), 9, `after ${pauseMs} ms`);
      assert.ok(utterance!.durationMs < pauseMs + 900 + 660, "no burst in it");
      assert.deepEqual(talk.history.turns.map(({ source, outcome, heardMs }) => `${source} ${outcome} ${heardMs}`), [
        "wake interrupted 0",
        "speech completed 600",
      ]);
      assert.deepEqual(device.log(1), ["stt hello", "tts start", "llm neutral", "tts sentence_start Fine.", "frames 10", "tts stop"]);
    }
  });

  Deno.test(`${mode}: a noise after the wake word only delays the greeting`, async () => {
    await using talk = conversation({ script: { speaksAfterMs: 500, hears: [""] } });
    const device = talk.connect();
    await wake(device, mode);
    await device.say(600);
    await talk.clock.advance(3000);
    assert.deepEqual(talk.history.turns.map(({ source, outcome, heardMs }) => `${source} ${outcome} ${heardMs}`), ["wake completed 600"]);
    assert.deepEqual(device.log(1), ["tts start", "llm neutral", "tts sentence_start 我在。", "frames 10", "tts stop"]);
    await device.say(600);
    talk.server.script.hears = ["hello"];
    await talk.clock.advance(3000);
    assert.equal(device.state, "listening");
  });
}

Deno.test("auto: once the greeting has begun the microphone is deaf until it is over", async () => {
  await using talk = conversation({ script: { speaksForMs: () => 3000 } });
  const device = talk.connect();
  await wake(device, "auto");
  await talk.clock.advance(100);
  assert.ok(device.log().includes("tts start"));
  await device.record("speech", 1200);
  await talk.clock.advance(5000);
  assert.deepEqual(talk.history.turns.map(({ source, outcome }) => `${source} ${outcome}`), ["wake completed"]);
  assert.equal(talk.server.asked.utterances.length, 0);
});

Deno.test("auto: a listen start that comes after the greeting has begun does not open the microphone to it", async () => {
  await using talk = conversation({ script: { speaksForMs: () => 3000 } });
  const device = talk.connect();
  await device.hello();
  device.send(WAKE);
  await talk.clock.advance(200);
  device.listen("auto");
  await device.record("speech", 900);
  await talk.clock.advance(5000);
  assert.deepEqual(talk.history.turns.map(({ source, outcome }) => `${source} ${outcome}`), ["wake completed"]);
});

Deno.test("who pressed the button of firmware 1.9.4, which says listen start before detect, is heard as well", async () => {
  await using talk = conversation({ script: { speaksAfterMs: 500 } });
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  device.send(WAKE);
  await device.say(900);
  await talk.clock.advance(3000);
  assert.deepEqual(talk.history.turns.map(({ source, outcome }) => `${source} ${outcome}`), ["wake interrupted", "speech completed"]);
});
