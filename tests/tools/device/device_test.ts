import assert from "node:assert/strict";
import { bench, speech } from "./memory_bench.ts";

Deno.test("a well-behaved server's turn in auto mode breaks no rule and is heard whole", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  assert.equal(it.device.state, "listening");
  await it.run(it.device.speak(speech(20)), 3000);
  it.server.send({ type: "stt", text: "hi" });
  await it.run(it.server.speak(25), 6000);
  assert.equal(it.device.state, "listening");
  assert.equal(it.device.played.length, 25);
  assert.equal(it.device.underruns, 0);
  assert.deepEqual(it.device.violations, []);
  assert.deepEqual(it.device.warnings, []);
  assert.deepEqual(it.device.drops, { notSpeaking: 0, overflow: 0, flushed: 0, uplink: 0, unheard: 0 });
  assert.deepEqual(it.server.of("listen").map((text) => [text.state, text.mode, text.session_id]), [
    ["start", "auto", "s1"],
    ["start", "auto", "s1"],
  ]);
  const [turn] = it.device.turns;
  assert.equal(turn?.sttText, "hi");
  assert.deepEqual(turn?.sentences, ["Hello."]);
  assert.ok(turn!.firstFrameAt! - turn!.ttsStartAt! >= 100);
});

Deno.test("the microphone sends 60 ms frames in real time, and short DTX packets while nobody speaks", async () => {
  using it = bench();
  await it.run(it.device.pressToggle(), 400);
  it.server.packets.length = 0;
  await it.clock.advance(600);
  assert.equal(it.server.packets.length, 10);
  assert.ok(it.server.packets.every(({ data }) => data.length >= 1 && data.length <= 3));
  const speaking = it.device.speak(speech(5));
  await it.run(speaking, 400);
  assert.equal(it.server.packets.filter(({ data }) => data.length > 3).length, 5);
});

Deno.test("speech said while the microphone is off goes unheard", async () => {
  using it = bench();
  await it.run(it.device.speak(speech(4)), 300);
  assert.equal(it.device.drops.unheard, 4);
  assert.equal(it.device.turns.length, 0);
});

Deno.test("push-to-talk sends start and stop, goes idle, keeps the connection and says no second hello", async () => {
  using it = bench();
  await it.run(it.device.pressTalk());
  await it.run(it.device.speak(speech(5)), 500);
  await it.run(it.device.releaseTalk());
  assert.equal(it.device.state, "idle");
  await it.run(it.server.speak(4), 2000);
  assert.equal(it.device.state, "idle");
  await it.run(it.device.pressTalk());
  assert.deepEqual(it.server.of("listen").map((text) => `${text.state} ${text.mode ?? ""}`.trim()), [
    "start manual",
    "stop",
    "start manual",
  ]);
  assert.equal(it.server.of("hello").length, 1);
  assert.equal(it.device.played.length, 4);
  assert.deepEqual(it.codes(), []);
});

Deno.test("in realtime mode the microphone stays on while speaking and no listen start follows tts stop", async () => {
  using it = bench({ mode: "realtime" });
  await it.run(it.device.pressToggle(), 400);
  const speaking = it.server.speak(10);
  await it.clock.advance(300);
  assert.equal(it.device.state, "speaking");
  const before = it.server.packets.length;
  await it.clock.advance(300);
  assert.equal(it.server.packets.length - before, 5);
  await it.run(speaking, 3000);
  assert.equal(it.device.state, "listening");
  assert.equal(it.server.of("listen", "start").length, 1);
  assert.deepEqual(it.codes(), []);
});

Deno.test("in auto mode the microphone is off while speaking", async () => {
  using it = bench();
  await it.run(it.device.pressToggle(), 400);
  const speaking = it.server.speak(10);
  await it.clock.advance(200);
  const before = it.server.packets.length;
  await it.clock.advance(400);
  assert.equal(it.server.packets.length, before);
  await it.run(speaking, 3000);
});

Deno.test("the toggle button while speaking sends abort and stays speaking until tts stop", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  it.server.tts("start");
  await it.clock.advance(100);
  await it.run(it.device.pressToggle(), 500);
  assert.equal(it.device.state, "speaking");
  assert.deepEqual(it.server.of("abort"), [{ session_id: "s1", type: "abort" }]);
  it.server.tts("stop");
  await it.clock.advance(50);
  assert.equal(it.device.state, "listening");
  assert.deepEqual(it.codes(), []);
});

Deno.test("the toggle button while listening drops the connection without a Close frame", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  await it.run(it.device.pressToggle());
  assert.equal(it.device.state, "idle");
  assert.deepEqual(it.server.closed, [{ code: 1006, byUs: false }]);
  assert.equal(it.device.microphoneOn, false);
});

Deno.test("a wake word sends at most 33 frames, then detect, then listen start", async () => {
  using it = bench({ wakePackets: speech(50) });
  await it.run(it.device.wake("hello"));
  assert.equal(it.server.packets.length, 33);
  assert.deepEqual(it.server.of("listen").map((text) => [text.state, text.text ?? text.mode]), [["detect", "hello"], ["start", "auto"]]);
});

Deno.test("a wake word is pasted into the message unescaped, as the firmware does", async () => {
  using it = bench();
  await it.run(it.device.wake('say "hi"'));
  assert.ok(it.server.rawTexts.some((text) => text.endsWith('"text":"say "hi""}')));
});

Deno.test("a board without room for the recording announces no wake word", async () => {
  using it = bench({ uploadsWakeWord: false });
  await it.run(it.device.wake("hello"));
  assert.deepEqual(it.server.of("listen").map((text) => text.state), ["start"]);
  assert.equal(it.server.packets.length, 0);
});

Deno.test("a wake word while speaking listens again at once since 2.2.3, after the queue has played", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  it.server.tts("start");
  await it.clock.advance(100);
  it.server.frames(5);
  await it.clock.advance(10);
  await it.run(it.device.wake("hello"), 100);
  assert.equal(it.device.state, "listening");
  assert.deepEqual(it.server.of("abort"), [{ session_id: "s1", type: "abort", reason: "wake_word_detected" }]);
  assert.equal(it.server.of("listen", "start").length, 1);
  it.server.tts("stop");
  await it.clock.advance(400);
  assert.equal(it.server.of("listen", "start").length, 2);
  assert.equal(it.device.played.length, 5);
  assert.deepEqual(it.codes(), []);
});

Deno.test("a wake word while speaking only aborts before 2.2.3", async () => {
  using it = bench({ profile: "2.1" });
  await it.run(it.device.pressToggle());
  it.server.tts("start");
  await it.clock.advance(100);
  await it.run(it.device.wake("hello"), 100);
  assert.equal(it.device.state, "speaking");
  it.server.tts("stop");
  await it.clock.advance(50);
  assert.equal(it.device.state, "listening");
});

Deno.test("a wake word while listening aborts and starts listening anew, where the board allows it", async () => {
  using it = bench({ wakeWordInListening: true });
  await it.run(it.device.pressToggle());
  await it.run(it.device.wake("hello"));
  assert.equal(it.device.state, "listening");
  assert.equal(it.server.of("abort").length, 1);
  assert.equal(it.server.of("listen", "start").length, 2);
});

Deno.test("push-to-talk while speaking aborts and listens at once", async () => {
  using it = bench();
  await it.run(it.device.pressTalk());
  await it.run(it.device.releaseTalk());
  it.server.tts("start");
  await it.clock.advance(100);
  it.server.frames(3);
  await it.run(it.device.pressTalk());
  assert.equal(it.device.state, "listening");
  assert.deepEqual(it.server.texts.slice(-2).map((text) => text.state ?? text.type), ["abort", "start"]);
  it.server.tts("stop");
  await it.clock.advance(50);
  assert.equal(it.device.state, "listening");
  assert.deepEqual(it.codes(), []);
});

Deno.test("typed text is sent as detect from idle, and the answer is spoken from there", async () => {
  using it = bench();
  await it.run(it.device.typeText('say "hi"'));
  assert.equal(it.device.state, "idle");
  assert.deepEqual(it.server.of("listen").map((text) => text.text), ['say "hi"']);
  await it.run(it.server.speak(3), 2000);
  assert.equal(it.device.played.length, 3);
  assert.equal(it.device.state, "listening");
  assert.deepEqual(it.codes(), []);
});

Deno.test("tts start and tts stop back to back coalesce: no new listen start", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  it.server.tts("start");
  it.server.tts("stop");
  await it.clock.advance(100);
  assert.equal(it.device.state, "listening");
  assert.equal(it.server.of("listen", "start").length, 1);
});

Deno.test("firmware 1.6 says no features, echoes no session id and plays audio in any state", async () => {
  using it = bench({ profile: "1.6" });
  await it.run(it.device.pressToggle());
  assert.equal("features" in it.server.of("hello")[0]!, false);
  assert.equal(it.server.of("listen")[0]?.session_id, "");
  assert.equal(it.server.of("iot").length, 1);
  it.server.frames(1);
  await it.clock.advance(100);
  assert.equal(it.device.played.length, 1);
});

Deno.test("version 3 framing is used when the OTA answer asked for it, with an exact header", async () => {
  using it = bench({ server: { url: "ws://127.0.0.1:8000/", version: 3 } });
  it.server.hello = [{ type: "hello", transport: "websocket", version: 3 }];
  await it.run(it.device.pressToggle(), 300);
  const { data } = it.server.packets[0]!;
  assert.deepEqual([data[0], data[1], data[2], data[3]], [0, 0, 0, data.length - 4]);
});

Deno.test("version 2 frames carry the timestamp of what was playing when the device leaves echo to the server", async () => {
  using it = bench({ mode: "realtime", aec: true, server: { url: "ws://127.0.0.1:8000/", version: 2 } });
  await it.run(it.device.pressToggle(), 400);
  it.server.tts("start");
  await it.clock.advance(100);
  const frame = new Uint8Array(18);
  const view = new DataView(frame.buffer);
  view.setUint16(0, 2);
  view.setUint32(8, 777);
  view.setUint32(12, 2);
  frame.set([0x58, 1], 16);
  it.server.frames(1, frame);
  await it.clock.advance(300);
  const timestamps = it.server.packets.map(({ data }) => new DataView(data.buffer).getUint32(8));
  assert.equal(timestamps.filter((timestamp) => timestamp === 777).length, 1);
  assert.deepEqual(it.codes(), []);
});

Deno.test("a server that closes sends the device to idle, and the device answers nothing", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  const before = it.server.texts.length;
  it.server.link.close(1000, "bye");
  await it.clock.advance(300);
  assert.equal(it.device.state, "idle");
  assert.equal(it.server.texts.length, before);
  assert.deepEqual(it.server.closed, [{ code: 1000, byUs: true }]);
});

Deno.test("audio that is queued when the server closes plays out", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  it.server.tts("start");
  await it.clock.advance(100);
  it.server.frames(5);
  it.server.link.close(1000, "bye");
  await it.clock.advance(1000);
  assert.equal(it.device.played.length, 5);
  assert.deepEqual(it.codes(), []);
});

Deno.test("an empty queue within a reply is counted as an underrun with its length", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  it.server.tts("start");
  await it.clock.advance(100);
  it.server.frames(1);
  await it.clock.advance(160);
  it.server.frames(1);
  await it.clock.advance(100);
  assert.equal(it.device.underruns, 1);
  assert.equal(it.device.played[1]?.gapMs, 100);
});

Deno.test("a hung device reads nothing, so that the server's data piles up", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  it.device.hang();
  it.server.frames(10);
  await it.clock.advance(100);
  assert.equal(it.server.link.bufferedAmount(), 60);
});

Deno.test("waitFor ends with a clear error when the server does nothing", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  await assert.rejects(
    it.run(it.device.waitFor("speaking", { timeoutMs: 500 }), 600),
    /still waits for state speaking, in state listening, after 500 ms/,
  );
});

Deno.test("system reboot drops the connection and leaves the device idle", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  it.server.send({ type: "system", command: "reboot" });
  await it.clock.advance(50);
  assert.equal(it.device.state, "idle");
  assert.equal(it.server.closed.length, 1);
});

Deno.test("close leaves no timer armed, whatever was going on", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  it.server.tts("start");
  await it.clock.advance(100);
  it.server.frames(5);
  it.server.send({ type: "mcp", payload: { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "self.get_device_status" } } });
  await it.clock.advance(0);
  const press = assert.rejects(it.device.pressToggle(), { code: "device_off" });
  it.device.close();
  await press;
  await it.clock.advance(5);
  assert.equal(it.clock.armed, 0);
});
