/**
 * The corner cases of the protocol that concern turns, by their number in the protocol notes.
 *
 * @module
 */

import assert from "node:assert/strict";
import { loadClips } from "../../../services/clips/clips.ts";
import { type Conversation, conversation } from "../../support/conversation.ts";

Deno.test("case 2: an abort in the middle of a reply is answered with tts stop at once, and nothing of the reply follows", async () => {
  await using talk = conversation({ script: { speaksForMs: () => 5000 } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  await talk.clock.advance(1000);
  assert.equal(device.state, "speaking");
  device.send({ type: "abort", reason: "wake_word_detected" });
  assert.deepEqual(device.log().slice(-1), ["tts stop"]);
  const before = device.arrivals.length;
  await talk.clock.advance(3000);
  assert.equal(device.arrivals.length, before);
  assert.equal(device.state, "listening");
  assert.equal(talk.history.turns[0]?.outcome, "interrupted");
});

Deno.test("case 3: an abort while the answer is awaited ends the turn before anything is heard", async () => {
  await using talk = conversation({ script: { saysAfterMs: 3000 } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  await talk.clock.advance(500);
  assert.equal(device.state, "thinking");
  device.send({ type: "abort" });
  await talk.clock.advance(5000);
  assert.deepEqual(device.log().filter((line) => line.startsWith("frames")), []);
  assert.equal(talk.server.asked.aborted, 1);
  assert.equal(talk.history.turns[0]?.heardText, "");
});

Deno.test("case 3: an abort while the recogniser works cancels it, and no turn is kept", async () => {
  await using talk = conversation({ script: { hearsAfterMs: 3000 } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  assert.equal(device.state, "recognizing");
  device.send({ type: "abort" });
  await talk.clock.advance(5000);
  assert.equal(talk.server.asked.aborted, 1);
  assert.deepEqual(talk.history.turns, []);
  assert.equal(device.state, "listening");
});

Deno.test("case 4: aborts when nothing is said are answered with tts stop, however often", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.send({ type: "abort" });
  device.listen();
  device.send({ type: "abort" });
  device.send({ type: "abort" });
  assert.deepEqual(device.log(1), ["tts stop", "tts stop", "tts stop"]);
  assert.equal(device.state, "listening");
});

Deno.test("case 5: listen start while the server speaks is a barge-in", async () => {
  await using talk = conversation({ script: { speaksForMs: () => 5000 } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  await talk.clock.advance(1000);
  device.listen("manual");
  assert.equal(device.log().at(-1), "tts stop");
  await talk.clock.advance(0);
  assert.equal(device.state, "listening");
  await device.record("speech", 600);
  device.send({ type: "listen", state: "stop" });
  await talk.clock.advance(100);
  assert.equal(talk.server.asked.utterances[1]?.durationMs, 600);
  assert.deepEqual(talk.history.turns.map(({ outcome }) => outcome), ["interrupted"]);
});

Deno.test("case 6: in realtime mode no listen start follows the reply, and the person is heard all the same", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.listen("realtime");
  await device.say();
  await talk.clock.advance(3000);
  await device.say();
  await talk.clock.advance(3000);
  assert.equal(talk.history.turns.length, 2);
});

Deno.test("case 6: in auto mode a listen start that does not come is not needed", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  await device.say();
  await talk.clock.advance(3000);
  await device.say();
  await talk.clock.advance(3000);
  assert.equal(talk.history.turns.length, 2);
});

Deno.test("case 11: frames after listen stop do not begin a turn", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.listen("manual");
  await device.record("speech", 600);
  device.send({ type: "listen", state: "stop" });
  await device.record("speech", 300);
  await talk.clock.advance(5000);
  assert.equal(talk.server.asked.utterances.length, 1);
  assert.equal(talk.history.turns.length, 1);
  assert.equal(device.state, "idle");
});

Deno.test("case 12: frames in flight after the endpoint are ignored in auto mode", async () => {
  await using talk = conversation({ script: { speaksForMs: () => 3000 } });
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  await device.say();
  await device.record("speech", 1200);
  await talk.clock.advance(6000);
  assert.deepEqual(talk.history.turns.map(({ outcome }) => outcome), ["completed"]);
});

Deno.test("case 25: an utterance without words leaves an auto device listening, with nothing sent and no turn kept", async () => {
  await using talk = conversation({ script: { hears: [""] } });
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  const before = device.arrivals.length;
  await device.say();
  await talk.clock.advance(100);
  assert.equal(device.arrivals.length, before);
  assert.equal(device.state, "listening");
  assert.deepEqual(talk.history.turns, []);
});

Deno.test("case 25: an utterance without words leaves a push-to-talk device idle", async () => {
  await using talk = conversation({ script: { hears: [""] } });
  const device = talk.connect();
  await device.hello();
  device.listen("manual");
  await device.record("speech", 600);
  device.send({ type: "listen", state: "stop" });
  await talk.clock.advance(100);
  assert.equal(device.state, "idle");
});

Deno.test("case 26: tts stop follows tts start when the speech cannot be made", async () => {
  await using talk = conversation({ script: { speaksForMs: () => new Error("no voice") } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  await talk.clock.advance(1000);
  const log = device.log();
  assert.ok(log.indexOf("tts start") >= 0 && log.lastIndexOf("tts stop") > log.indexOf("tts start"), log.join(", "));
  assert.match(log.join(), /tts sentence_start Sorry/);
  assert.equal(talk.history.turns[0]?.outcome, "failed");
  assert.equal(device.state, "listening");
});

Deno.test("case 26: an answer without text or sound ends with tts stop and is kept as empty", async () => {
  await using talk = conversation({ script: { says: () => [] } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  await talk.clock.advance(1000);
  assert.deepEqual(device.log(1), ["stt hello", "tts start", "tts stop"]);
  assert.equal(talk.history.turns[0]?.outcome, "empty");
});

Deno.test("case 31: typed text while the server speaks begins a new turn", async () => {
  await using talk = conversation({ script: { speaksForMs: () => 5000 } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  await talk.clock.advance(1000);
  device.send({ type: "listen", state: "detect", text: "What is new?" });
  await talk.clock.advance(10_000);
  assert.deepEqual(talk.history.turns.map(({ userText, outcome }) => [userText, outcome]), [
    ["hello", "interrupted"],
    ["What is new?", "completed"],
  ]);
});

Deno.test("case 31: a wake word in mid-session is greeted, and the listen start that comes with it is no barge-in", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.send({ type: "listen", state: "detect", text: "你好小智" });
  await talk.clock.advance(20);
  device.listen("auto");
  await talk.clock.advance(5000);
  assert.match(device.log().join(), /tts start,llm neutral,tts sentence_start 我在。,frames 10,tts stop$/);
  assert.equal(device.state, "listening");
  await device.say();
  await talk.clock.advance(3000);
  assert.deepEqual(talk.history.turns.map(({ source }) => source), ["wake", "speech"]);
});

Deno.test("case 31: the button of firmware 1.9.4 sends listen start before detect", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  device.send({ type: "listen", state: "detect", text: "小智" });
  await talk.clock.advance(5000);
  assert.match(device.log().join(), /tts sentence_start 我在。/);
  assert.equal(device.state, "listening");
});

Deno.test("case 32: a device that leaves in the middle of a reply ends the turn and its stages", async () => {
  await using talk = conversation({ script: { says: () => ["One. ", "Two. ", "Three."], speaksForMs: () => 3000 } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  await talk.clock.advance(1000);
  device.vanish();
  await talk.clock.advance(100);
  assert.equal(device.state, "gone");
  assert.equal(talk.history.turns[0]?.outcome, "interrupted");
  assert.deepEqual(talk.history.ended, [{ sessionId: "session-1", reason: "device" }]);
});

Deno.test("case 35: nothing is spoken before the device listens or has woken up", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  await talk.clock.advance(5000);
  assert.deepEqual(device.log(), ["hello"]);
});

Deno.test("case 26: where no synthesiser works, the apology is a clip made beforehand", async () => {
  await using talk = conversation({ script: { speaksForMs: () => new Error("no voice") }, deps: { clips: loadClips() } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  await until(talk, () => device.frameTimes().length > 0);
  await talk.clock.advance(10_000);
  assert.match(device.log().join(), /tts start,llm neutral,tts sentence_start Sorry,.*,frames \d+,tts stop$/);
  assert.equal(talk.history.turns[0]?.outcome, "failed");
});

/** Moves time on in small steps, while files are read, until `done`. */
async function until(talk: Conversation, done: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !done(); i++) {
    await talk.clock.advance(10);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
