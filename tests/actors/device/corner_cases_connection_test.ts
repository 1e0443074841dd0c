/**
 * The corner cases of the protocol that concern connections and what arrives on them, by their number in the protocol notes.
 *
 * @module
 */

import assert from "node:assert/strict";
import { conversation } from "../../support/conversation.ts";
import { packet } from "../../support/fake_audio.ts";

Deno.test("case 1: the newest connection of a device wins, and the old one's end does not touch it", async () => {
  await using talk = conversation({ script: { speaksForMs: () => 5000 } });
  const old = talk.connect();
  await old.hello();
  old.listen();
  await old.say();
  await talk.clock.advance(1000);
  const young = talk.connect();
  await young.hello();
  await talk.clock.advance(100);
  assert.deepEqual(old.closed, { code: 4409, reason: "Replaced by a newer connection" });
  assert.equal(talk.history.turns[0]?.outcome, "interrupted");
  assert.deepEqual(talk.history.ended.map(({ reason }) => reason), ["replaced"]);
  young.listen();
  await young.say();
  await talk.clock.advance(8000);
  assert.equal(talk.history.turns[1]?.outcome, "completed");
  assert.equal(talk.supervisor.which().length, 1);
});

Deno.test("case 1: a device that reconnects a hundred times leaves one session", async () => {
  await using talk = conversation();
  for (let i = 0; i < 100; i++) await talk.connect().hello();
  await talk.clock.advance(100);
  assert.equal(talk.supervisor.size, 1);
});

Deno.test("case 7: listen start before the hello is taken up after it", async () => {
  await using talk = conversation();
  const device = talk.connect();
  device.listen("auto");
  await device.hello();
  assert.equal(device.state, "listening");
  await device.say();
  await talk.clock.advance(3000);
  assert.equal(talk.history.turns.length, 1);
});

Deno.test("case 8: audio before the hello is dropped", async () => {
  await using talk = conversation();
  const device = talk.connect();
  for (let i = 0; i < 20; i++) device.frame(packet("speech"));
  await device.hello();
  device.listen();
  await talk.clock.advance(2000);
  assert.equal(device.state, "listening");
  assert.deepEqual(talk.server.asked.utterances, []);
});

Deno.test("case 9: a client that does not say hello is disconnected after 10 s", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await talk.clock.advance(9999);
  assert.equal(device.closed, undefined);
  await talk.clock.advance(1);
  assert.deepEqual(device.closed, { code: 1008, reason: "No hello" });
  assert.deepEqual(device.log(), []);
});

Deno.test("case 10: a second hello on a connection is not answered", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  await device.hello();
  assert.deepEqual(device.log(), ["hello"]);
  assert.equal(device.closed, undefined);
});

Deno.test("case 13: the burst of wake-word audio before detect is not recognised", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  for (let i = 0; i < 33; i++) device.frame(packet("speech"));
  device.send({ type: "listen", state: "detect", text: "小智" });
  device.listen("auto");
  await talk.clock.advance(5000);
  assert.deepEqual(talk.server.asked.utterances, []);
});

Deno.test("case 14: a backlog that arrives in one burst is the utterance that was spoken", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  for (let i = 0; i < 20; i++) device.frame(packet("speech"));
  for (let i = 0; i < 12; i++) device.frame(packet("silence"));
  await talk.clock.advance(3000);
  const [utterance] = talk.server.asked.utterances;
  assert.ok(utterance !== undefined && Math.abs(utterance.speechMs - 1200) <= 64, `${utterance?.speechMs} ms of speech`);
});

Deno.test("case 15: an empty binary message is ignored", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.listen();
  device.frame(new Uint8Array());
  await talk.clock.advance(100);
  assert.equal(device.state, "listening");
});

Deno.test("case 16: DTX packets count as silence and end an utterance", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.record("speech", 900);
  for (let i = 0; i < 10; i++) device.frame(Uint8Array.of(0x58));
  await talk.clock.advance(3000);
  assert.equal(talk.history.turns.length, 1);
});

Deno.test("case 17: audio that is no Opus is dropped, and a run of it is reported once", async () => {
  const failing = {
    decode: () => {
      throw new Error("not Opus");
    },
    [Symbol.dispose]: () => {},
  };
  await using talk = conversation({ deps: { loadDecoders: () => Promise.resolve(() => failing) } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.record("speech", 3000);
  assert.equal(device.state, "listening");
  assert.equal(talk.log.messages("error").length, 1);
});

Deno.test("case 18: version 2 and 3 are framed both ways, and a frame that lies about its size is dropped", async () => {
  for (const version of [2, 3] as const) {
    await using talk = conversation();
    const device = talk.connect();
    await device.hello({}, version);
    device.listen();
    device.frame(Uint8Array.of(0, 0, 0xff, 0xff, 1, 2, 3));
    device.frame(packet("speech"));
    device.send({ type: "listen", state: "detect", text: "Hi there" });
    await talk.clock.advance(3000);
    assert.equal(device.frameTimes().length, 10);
  }
});

Deno.test("case 21: invalid JSON is logged, not echoed, and ends nothing", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.send('{"type":"listen","state":"detect","text":"say "hi""}');
  await talk.clock.advance(100);
  assert.deepEqual(device.log(), ["hello"]);
  assert.equal(talk.log.messages("warning").length, 1);
  assert.equal(device.closed, undefined);
});

Deno.test("case 27: a network that takes nothing ends the turn after some seconds", async () => {
  await using talk = conversation({ script: { speaksForMs: () => 8000 } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  await talk.clock.advance(1000);
  device.buffered = 100_000;
  await talk.clock.advance(8000);
  assert.equal(talk.history.turns[0]?.error?.code, "network_stalled");
  assert.equal(talk.history.turns[0]?.outcome, "failed");
});

Deno.test("case 28: a listening device that sends nothing at all is disconnected", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.record("silence", 6000);
  await talk.clock.advance(19_000);
  assert.deepEqual(device.closed, { code: 1001, reason: "No audio" });
});

Deno.test("case 28: speech that stops arriving is answered", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.record("speech", 900);
  await talk.clock.advance(9000);
  assert.equal(talk.history.turns.length, 1);
});

Deno.test("case 28: speech that stops arriving is over 3 s after its last packet, however long the device has listened", async () => {
  for (const listenedMs of [0, 600, 1200, 1800, 2400, 3000]) {
    await using talk = conversation({ script: { hearsAfterMs: 0 } });
    const device = talk.connect();
    await device.hello();
    device.listen();
    await device.record("silence", listenedMs);
    await device.record("speech", 900);
    await talk.clock.advance(2900);
    assert.equal(device.state, "vad", `after ${listenedMs} ms`);
    await talk.clock.advance(100);
    assert.equal(talk.server.asked.utterances.length, 1, `after ${listenedMs} ms`);
  }
});

Deno.test("case 30: an idle device is told goodbye and disconnected before its 120 s", async () => {
  await using talk = conversation({ settings: { silentMicMs: 1_000_000 } });
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  await talk.clock.advance(70_000);
  assert.match(device.log().join(), /tts start,llm neutral,tts sentence_start Goodbye\.,frames 10$/);
  assert.equal(device.closed?.code, 1000);
  assert.deepEqual(talk.history.turns, []);
  assert.deepEqual(talk.history.ended.map(({ reason }) => reason), ["goodbye"]);
});

Deno.test("case 30: a push-to-talk device is disconnected without a word", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  await talk.clock.advance(60_000);
  assert.deepEqual(device.closed, { code: 1000, reason: "Idle" });
  assert.deepEqual(device.log(), ["hello"]);
});

Deno.test("case 30: presses that put the idle time off do not put it off beyond the device's patience", async () => {
  await using talk = conversation();
  const device = talk.connect();
  await device.hello();
  for (let i = 0; i < 5 && device.closed === undefined; i++) {
    await talk.clock.advance(50_000);
    device.listen("manual");
    device.send({ type: "listen", state: "stop" });
  }
  assert.deepEqual(device.closed, { code: 1000, reason: "Idle" });
  assert.ok(talk.clock.now() <= 150_000);
});
