/**
 * What a device does in the moments between two turns: while one is committed, before the first, around a goodbye.
 *
 * @module
 */

import assert from "node:assert/strict";
import { delay } from "../../../base/clock.ts";
import { type Conversation, conversation, type ConversationOptions, type ScriptedDevice, STEADY } from "../../support/conversation.ts";
import { packet } from "../../support/fake_audio.ts";

/** A conversation in which each commit takes `ms`. */
function slowCommits(ms: number, options: ConversationOptions = {}): Conversation {
  const talk = conversation({ ...options, settings: { ...STEADY, ...options.settings } });
  talk.history.onCommit = () => delay(talk.clock, ms, new AbortController().signal);
  return talk;
}

/** A device in `mode` in the middle of a long reply. */
async function listening(talk: Conversation, mode: "auto" | "manual" | "realtime"): Promise<ScriptedDevice> {
  const device = talk.connect();
  await device.hello();
  device.listen(mode);
  if (mode === "manual") {
    await device.record("speech", 900);
    device.send({ type: "listen", state: "stop" });
  } else await device.say();
  await talk.clock.advance(1000);
  assert.equal(device.state, "speaking");
  return device;
}

Deno.test("what is said in two goes while a turn is committed is one utterance", async () => {
  await using talk = slowCommits(4000, { script: { speaksForMs: () => 5000 } });
  const device = await listening(talk, "realtime");
  await device.say(600);
  assert.equal(device.state, "persisting");
  await device.say(600);
  await talk.clock.advance(4000);
  const spoken = talk.server.asked.utterances.at(-1)?.speechMs ?? 0;
  assert.ok(Math.abs(spoken - 1200) < 70, `${spoken} ms of speech`);
});

Deno.test("a person who goes on speaking when the commit is over is heard from the beginning", async () => {
  await using talk = slowCommits(1500, { script: { speaksForMs: () => 5000 } });
  const device = await listening(talk, "realtime");
  await device.say(600);
  await device.record("speech", 1800);
  assert.equal(device.state, "vad");
  await device.record("silence", 600);
  await talk.clock.advance(1000);
  assert.equal(talk.server.asked.chats.length, 2);
  const spoken = talk.server.asked.utterances.at(-1)?.speechMs ?? 0;
  assert.ok(Math.abs(spoken - 2400) < 70, `${spoken} ms of speech`);
});

Deno.test("an abort while a turn is committed drops what the person had begun to say", async () => {
  await using talk = slowCommits(2000, { script: { speaksForMs: () => 5000 } });
  const device = await listening(talk, "realtime");
  await device.say(600);
  device.send({ type: "abort" });
  await talk.clock.advance(4000);
  assert.equal(talk.server.asked.chats.length, 1);
  await device.say(600);
  await talk.clock.advance(1000);
  assert.equal(talk.server.asked.chats.length, 2);
});

Deno.test("a button pressed and released while a turn is committed leaves the device idle", async () => {
  await using talk = slowCommits(2000, { script: { speaksForMs: () => 5000 } });
  const device = await listening(talk, "manual");
  device.send({ type: "abort" });
  device.listen("manual");
  device.send({ type: "listen", state: "stop" });
  await talk.clock.advance(3000);
  assert.equal(device.state, "idle");
});

Deno.test("a button pressed and released before the server was ready leaves the device idle", async () => {
  await using talk = conversation();
  const device = talk.connect();
  device.listen("manual");
  device.send({ type: "listen", state: "stop" });
  await device.hello();
  assert.equal(device.state, "idle");
});

Deno.test("a wake word that comes before the server is ready is not answered where wake words are not", async () => {
  await using talk = conversation({ settings: { wake: "listen" } });
  const device = talk.connect();
  const hello = device.hello();
  device.send({ type: "listen", state: "detect", text: "小智" });
  device.listen("auto");
  await hello;
  await talk.clock.advance(1000);
  assert.deepEqual(device.log(), ["hello"]);
  assert.equal(device.state, "listening");
});

Deno.test("push-to-talk right after typed text interrupts the answer", async () => {
  await using talk = conversation({ script: { speaksForMs: () => 5000 } });
  const device = talk.connect();
  await device.hello();
  device.send({ type: "listen", state: "text", text: "What is new?" });
  await talk.clock.advance(500);
  device.send({ type: "abort" });
  device.listen("manual");
  await device.record("speech", 600);
  device.send({ type: "listen", state: "stop" });
  await talk.clock.advance(100);
  assert.equal(talk.server.asked.utterances[0]?.durationMs, 600);
});

Deno.test("listen start in push-to-talk mode is no part of typed text, however soon it comes", async () => {
  await using talk = conversation({ script: { speaksForMs: () => 5000 } });
  const device = talk.connect();
  await device.hello();
  device.send({ type: "listen", state: "text", text: "What is new?" });
  await talk.clock.advance(500);
  device.listen("manual");
  await talk.clock.advance(0);
  assert.equal(device.state, "listening");
  assert.equal(talk.history.turns[0]?.outcome, "interrupted");
});

Deno.test("a person who interrupts the goodbye is there, and goes on", async () => {
  await using talk = conversation({ settings: { silentMicMs: 1_000_000 }, script: { speaksForMs: () => 3000 } });
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  await talk.clock.advance(61_000);
  assert.equal(device.state, "speaking");
  device.send({ type: "abort", reason: "wake_word_detected" });
  await talk.clock.advance(50);
  device.listen("auto");
  await device.say();
  await talk.clock.advance(5000);
  assert.equal(device.closed, undefined);
  assert.deepEqual(talk.history.turns.map(({ userText, outcome }) => [userText, outcome]), [["hello", "completed"]]);
});

Deno.test("a person who speaks again right after the farewell is told first that it is over", async () => {
  await using talk = slowCommits(2000, { script: { hears: ["再见", "hello"] } });
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  await device.say();
  await talk.clock.advance(1500);
  assert.equal(device.state, "persisting");
  assert.match(device.log().at(-1) ?? "", /^frames/);
  device.listen("auto");
  assert.equal(device.log().at(-1), "tts stop");
  await device.say();
  await talk.clock.advance(5000);
  assert.deepEqual(talk.history.turns.map(({ userText }) => userText), ["再见", "hello"]);
});

Deno.test("goodbye from the device closes the connection", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.listen();
  device.send({ type: "goodbye", session_id: "" });
  await talk.clock.advance(0);
  assert.equal(device.state, "gone");
  assert.equal(device.closed?.code, 1000);
});

Deno.test("goodbye from the device in the middle of a reply keeps the turn", async () => {
  await using talk = conversation({ script: { speaksForMs: () => 5000 } });
  const device = await listening(talk, "auto");
  device.send({ type: "goodbye", session_id: "" });
  await talk.clock.advance(0);
  assert.equal(device.closed?.code, 1000);
  assert.deepEqual(talk.history.turns.map(({ outcome }) => outcome), ["interrupted"]);
  assert.deepEqual(talk.history.ended.map(({ reason }) => reason), ["device"]);
});

Deno.test("a room that never falls silent for long is answered all the same", async () => {
  await using talk = conversation({ script: { hearsAfterMs: 1500 } });
  const device = talk.connect();
  await device.hello();
  device.listen("realtime");
  for (let said = 0; said < 120_000 && talk.server.asked.chats.length === 0; said += 2100) {
    await device.record("speech", 1500);
    await device.record("silence", 600);
  }
  assert.equal(talk.server.asked.chats.length, 1);
  assert.ok(talk.server.asked.utterances.every(({ durationMs }) => durationMs <= 60_000));
});

Deno.test("speech that goes on while it is recognised is the same turn, joined without a repeated packet", async () => {
  await using talk = conversation({ script: { hearsAfterMs: 3000 } });
  const device = talk.connect();
  await device.hello();
  device.listen("realtime");
  const sent: Uint8Array[] = [];
  const record = async (kind: "speech" | "silence", frames: number) => {
    for (let i = 0; i < frames; i++) {
      const frame = packet(kind);
      sent.push(frame);
      device.frame(frame);
      await talk.clock.advance(60);
    }
  };
  await record("speech", 15);
  await record("silence", 10);
  assert.equal(device.state, "recognizing");
  await record("speech", 10);
  await record("silence", 10);
  await talk.clock.advance(8000);
  const joined = talk.server.asked.utterances.at(-1)!;
  assert.equal(new Set(joined.packets).size, joined.packets.length);
  assert.equal(joined.durationMs, joined.packets.length * 60);
  assert.equal(joined.pcm().length, joined.packets.length * 960);
  assert.deepEqual(talk.history.turns.map(({ outcome }) => outcome), ["completed"]);
});

Deno.test("an exit word that is typed ends the conversation as one that is spoken does", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.send({ type: "listen", state: "detect", text: "再见！" });
  await talk.clock.advance(5000);
  assert.match(device.log().join(), /stt 再见！,tts start,llm neutral,tts sentence_start 再见。,frames 10$/);
  assert.equal(device.closed?.code, 1000);
  assert.equal(talk.history.turns[0]?.outcome, "completed");
});

Deno.test("an exit word that is spoken is answered with a goodbye, and the connection closes without tts stop", async () => {
  await using talk = conversation({ script: { hears: ["Goodbye."] } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  await talk.clock.advance(5000);
  assert.match(device.log().join(), /tts sentence_start Goodbye\.,frames 10$/);
  assert.deepEqual(talk.history.ended.map(({ reason }) => reason), ["goodbye"]);
});
