import assert from "node:assert/strict";
import { type Bench, bench, GOOD_HELLO, PACKET_20MS, PACKET_60MS, speech } from "./memory_bench.ts";

/** A device that listens and has been told `tts start`, past its decoder reset. */
async function speaking(options: Parameters<typeof bench>[0] = {}): Promise<Bench> {
  const it = bench(options);
  await it.run(it.device.pressToggle());
  it.server.tts("start");
  await it.clock.advance(100);
  return it;
}

/** A frame of version 2 or 3 around `payload` that says it is `size` long. */
function framed(version: 2 | 3, payload: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const header = version === 2 ? 16 : 4;
  const frame = new Uint8Array(header + payload.length);
  const view = new DataView(frame.buffer);
  if (version === 2) view.setUint32(12, size);
  else view.setUint16(2, size);
  frame.set(payload, header);
  return frame;
}

Deno.test("a hello without transport crashes the device until it is switched off and on", async () => {
  using it = bench();
  it.server.hello = [{ type: "hello", session_id: "s1" }];
  await assert.rejects(it.run(it.device.pressToggle()), { code: "device_crashed" });
  assert.equal(it.device.state, "fatal_error");
  assert.deepEqual(it.codes(), ["hello_without_transport"]);
  await assert.rejects(it.device.pressToggle(), { code: "device_crashed" });
  it.device.close();
  it.server.hello = [GOOD_HELLO];
  await it.run(it.device.pressToggle());
  assert.equal(it.device.state, "listening");
});

Deno.test("a hello whose transport is no string crashes the device too", async () => {
  using it = bench();
  it.server.hello = [{ type: "hello", transport: 1 }];
  await assert.rejects(it.run(it.device.pressToggle()), { code: "device_crashed" });
  assert.deepEqual(it.codes(), ["hello_without_transport"]);
});

Deno.test("a hello with another transport is ignored, and the wait goes on to its end", async () => {
  using it = bench();
  it.server.hello = [{ type: "hello", transport: "udp" }];
  await assert.rejects(it.run(it.device.pressToggle(), 10_100), { code: "hello_timeout" });
  assert.deepEqual(it.codes(), ["hello_wrong_transport", "hello_timeout"]);
});

Deno.test("no hello within 10 s is a violation, and a disconnect does not shorten the wait", async () => {
  using it = bench();
  it.server.hello = [];
  const press = it.device.pressToggle();
  press.catch(() => {});
  await it.clock.advance(100);
  it.server.link.close(4001, "no");
  await it.clock.advance(9000);
  assert.equal(it.device.state, "connecting");
  await assert.rejects(it.run(press, 1000), { code: "hello_timeout" });
  assert.equal(it.device.state, "idle");
  assert.deepEqual(it.codes(), ["hello_timeout"]);
});

Deno.test("a hello after 9.9 s is in time", async () => {
  using it = bench();
  it.server.hello = [];
  const press = it.device.pressToggle();
  await it.clock.advance(9_900);
  it.server.send(GOOD_HELLO);
  await it.run(press);
  assert.equal(it.device.state, "listening");
  assert.deepEqual(it.codes(), []);
});

Deno.test("a second hello is a violation and lets the next connection start before its hello", async () => {
  using it = bench();
  it.server.hello = [GOOD_HELLO, GOOD_HELLO];
  await it.run(it.device.pressToggle());
  assert.deepEqual(it.codes(), ["hello_repeated"]);
  await it.run(it.device.pressToggle());
  it.server.hello = [];
  await it.run(it.device.pressToggle());
  assert.equal(it.server.of("listen", "start").length, 2);
});

Deno.test("after one good hello, the next connection needs one of its own", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  await it.run(it.device.pressToggle());
  it.server.hello = [];
  await assert.rejects(it.run(it.device.pressToggle(), 10_100), { code: "hello_timeout" });
  assert.deepEqual(it.codes(), ["hello_timeout"]);
});

Deno.test("a hello with a rate or duration that no decoder has is a violation", async () => {
  for (const audio_params of [{ sample_rate: 44_100 }, { frame_duration: 50 }, { sample_rate: "24000" }]) {
    using it = bench();
    it.server.hello = [{ type: "hello", transport: "websocket", audio_params }];
    await it.run(it.device.pressToggle());
    assert.deepEqual(it.codes(), ["hello_audio_params"], JSON.stringify(audio_params));
  }
});

Deno.test("a tts start while the device connects is lost, and the server should have waited", async () => {
  using it = bench();
  it.server.hello = [{ type: "tts", state: "start" }, GOOD_HELLO];
  await it.run(it.device.pressToggle());
  assert.equal(it.device.state, "listening");
  assert.deepEqual(it.codes(), ["tts_start_refused"]);
});

Deno.test("audio before tts start is dropped and a violation", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  it.server.frames(3);
  await it.clock.advance(100);
  assert.equal(it.device.played.length, 0);
  assert.equal(it.device.drops.notSpeaking, 3);
  assert.deepEqual(it.device.violations.map(({ code, count }) => [code, count]), [["audio_outside_speaking", 3]]);
});

Deno.test("audio after tts stop is dropped and a violation", async () => {
  using it = await speaking();
  it.server.tts("stop");
  it.server.frames(2);
  await it.clock.advance(100);
  assert.equal(it.device.drops.notSpeaking, 2);
  assert.deepEqual(it.codes(), ["audio_outside_speaking"]);
});

Deno.test("audio that crosses the device's own return to listening is dropped without blame", async () => {
  using it = await speaking();
  const wake = it.device.wake("hello");
  it.server.frames(2);
  await it.run(wake);
  assert.equal(it.device.drops.notSpeaking, 2);
  assert.deepEqual(it.codes(), []);
});

Deno.test("audio right behind tts start is lost to the decoder reset", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  it.server.tts("start");
  it.server.frames(2);
  await it.clock.advance(200);
  assert.equal(it.device.played.length, 0);
  assert.equal(it.device.drops.flushed, 2);
  assert.deepEqual(it.codes(), ["audio_too_early"]);
});

Deno.test("the decode queue holds 40 packets besides the one that sounds and drops the rest", async () => {
  using it = await speaking();
  it.server.frames(41);
  await it.clock.advance(0);
  assert.deepEqual(it.codes(), []);
  it.server.frames(3);
  await it.clock.advance(5000);
  assert.equal(it.device.drops.overflow, 3);
  assert.equal(it.device.played.length, 41);
  assert.deepEqual(it.codes(), ["queue_overflow"]);
});

Deno.test("the decode queue drains in real time", async () => {
  using it = await speaking();
  it.server.frames(41);
  await it.clock.advance(180);
  it.server.frames(3);
  await it.clock.advance(0);
  assert.equal(it.device.drops.overflow, 0);
  assert.equal(it.device.played.length, 4);
});

Deno.test("firmware 1.6 queues 5 packets", async () => {
  using it = await speaking({ profile: "1.6" });
  it.server.frames(6);
  await it.clock.advance(0);
  assert.deepEqual(it.codes(), []);
  it.server.frames(1);
  await it.clock.advance(0);
  assert.equal(it.device.drops.overflow, 1);
});

Deno.test("an early tts stop cuts speech on firmware up to 2.1, and plays out on 2.4", async () => {
  for (const profile of ["1.8", "2.1", "2.4"] as const) {
    using it = await speaking({ profile });
    it.server.frames(5);
    it.server.tts("stop");
    await it.clock.advance(1000);
    const old = profile !== "2.4";
    assert.equal(it.device.played.length, old ? 1 : 5, profile);
    assert.equal(it.device.drops.flushed > 0, old, profile);
    assert.deepEqual(it.codes(), old ? ["speech_truncated"] : [], profile);
    assert.equal(it.server.of("listen", "start").length, 2, profile);
  }
});

Deno.test("tts stop after an abort may cut speech", async () => {
  using it = await speaking({ profile: "2.1" });
  it.server.frames(5);
  await it.clock.advance(0);
  await it.run(it.device.pressToggle());
  it.server.tts("stop");
  await it.clock.advance(100);
  assert.equal(it.device.state, "listening");
  assert.deepEqual(it.codes(), []);
});

Deno.test("the next tts start cuts a tail that still plays", async () => {
  using it = await speaking();
  it.server.frames(10);
  it.server.tts("stop");
  await it.clock.advance(50);
  it.server.tts("start");
  await it.clock.advance(100);
  assert.deepEqual(it.codes(), ["speech_truncated"]);
  assert.ok(it.device.drops.flushed > 0);
});

Deno.test("a packet of another duration than announced is not played", async () => {
  using it = await speaking();
  it.server.frames(1, PACKET_20MS);
  await it.clock.advance(100);
  assert.equal(it.device.played.length, 0);
  assert.deepEqual(it.codes(), ["packet_duration"]);
});

Deno.test("packets of 20 ms are right when the hello says so", async () => {
  using it = bench();
  it.server.hello = [{ type: "hello", transport: "websocket", audio_params: { frame_duration: 20 } }];
  await it.run(it.device.pressToggle());
  it.server.tts("start");
  await it.clock.advance(100);
  it.server.frames(2, PACKET_20MS);
  await it.clock.advance(100);
  assert.deepEqual(it.device.played.map(({ durationMs }) => durationMs), [20, 20]);
  assert.deepEqual(it.codes(), []);
});

Deno.test("bytes that are no Opus packet are a violation", async () => {
  using it = await speaking();
  it.server.frames(1, Uint8Array.of(0x5b, 0x00));
  await it.clock.advance(100);
  assert.deepEqual(it.codes(), ["packet_undecodable"]);
});

Deno.test("what the decoder refuses is a violation", async () => {
  using it = await speaking({
    decoder: {
      decode: () => {
        throw new Error("broken");
      },
      [Symbol.dispose]: () => {},
    },
  });
  it.server.frames(1);
  await it.clock.advance(100);
  assert.deepEqual(it.codes(), ["packet_undecodable"]);
});

Deno.test("framed binary messages need the exact payload size and one packet each", async () => {
  for (const version of [2, 3] as const) {
    const server = { url: "ws://127.0.0.1:8000/", version };
    const size = PACKET_60MS.length;
    for (
      const [name, frame, codes] of [
        ["exact", framed(version, PACKET_60MS, size), []],
        ["too long", framed(version, PACKET_60MS, size + 1), ["binary_framing"]],
        ["too short", framed(version, PACKET_60MS, size - 1), ["binary_framing"]],
        ["two packets", framed(version, Uint8Array.of(...PACKET_60MS, ...PACKET_60MS), size), ["binary_framing"]],
        ["empty", framed(version, new Uint8Array(), 0), ["binary_framing"]],
        ["no header", Uint8Array.of(0x58), ["binary_framing"]],
      ] as const
    ) {
      using it = await speaking({ server });
      it.server.frames(1, frame);
      await it.clock.advance(100);
      assert.deepEqual(it.codes(), codes, `version ${version}, ${name}`);
      assert.equal(it.device.played.length, codes.length === 0 ? 1 : 0);
    }
  }
});

Deno.test("an empty binary message is a violation", async () => {
  using it = await speaking();
  it.server.frames(1, new Uint8Array());
  await it.clock.advance(100);
  assert.deepEqual(it.codes(), ["binary_framing"]);
});

Deno.test("an abort that gets no tts stop within 2 s leaves the device stuck, which is a violation", async () => {
  using it = await speaking();
  await it.run(it.device.pressToggle(), 2100);
  assert.equal(it.device.state, "speaking");
  assert.deepEqual(it.codes(), ["abort_unanswered"]);
});

Deno.test("texts that the device cannot read are violations", async () => {
  for (const text of ["no json", "[]", "{}", '{"type":1}', '{"type":"tts"}', '{"type":"tts","state":"sentence_start"}', '{"type":"mcp"}']) {
    using it = bench();
    await it.run(it.device.pressToggle());
    it.server.link.sendText(text);
    await it.clock.advance(10);
    assert.deepEqual(it.codes(), ["bad_text"], text);
  }
});

Deno.test("an alert lacking one of its strings is a violation", async () => {
  using it = bench();
  await it.run(it.device.pressToggle());
  it.server.send({ type: "alert", status: "a", message: "b", emotion: "sad" });
  await it.clock.advance(10);
  assert.deepEqual(it.codes(), []);
  it.server.send({ type: "alert", status: "a", message: "b" });
  await it.clock.advance(10);
  assert.deepEqual(it.codes(), ["bad_text"]);
});

Deno.test("large texts, unknown types and a repeated tts start are warnings only", async () => {
  using it = await speaking();
  it.server.send({ type: "stt", text: "x".repeat(4096) }, { type: "goodbye" }, { type: "weather" });
  it.server.tts("start");
  await it.clock.advance(100);
  assert.deepEqual(it.codes(), []);
  assert.deepEqual(it.device.warnings.map(({ code, count }) => [code, count]), [
    ["text_too_large", 1],
    ["unknown_message", 2],
    ["tts_start_repeated", 1],
  ]);
});

Deno.test("a connection left open beyond 120 s without data is a violation and loses the next press", async () => {
  using it = bench();
  await it.run(it.device.open());
  await it.clock.advance(121_000);
  await it.run(it.device.pressToggle());
  assert.deepEqual(it.codes(), ["stale_socket"]);
  assert.equal(it.server.connections, 2);
  assert.equal(it.device.state, "idle");
  assert.equal(it.server.of("listen").length, 0);
});

Deno.test("any data from the server keeps the connection fresh", async () => {
  using it = bench();
  await it.run(it.device.open());
  await it.clock.advance(119_000);
  it.server.send({ type: "llm", emotion: "neutral" });
  await it.clock.advance(119_000);
  await it.run(it.device.pressToggle());
  assert.equal(it.server.connections, 1);
  assert.equal(it.device.state, "listening");
  assert.deepEqual(it.codes(), []);
});

Deno.test("a tool call blocks the main loop: tts waits, audio piles up and leaves in one burst", async () => {
  const slow = { name: "self.slow", description: "", properties: {}, durationMs: 900, call: () => "done" };
  using it = bench({ tools: [slow] });
  await it.run(it.device.pressToggle(), 400);
  const before = it.server.packets.length;
  it.server.send({ type: "mcp", payload: { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "self.slow" } } });
  await it.clock.advance(500);
  it.server.tts("start");
  await it.clock.advance(300);
  assert.equal(it.server.packets.length, before);
  assert.equal(it.device.state, "listening");
  await it.clock.advance(110);
  const burst = it.server.packets.slice(before);
  assert.equal(burst.length, 15);
  assert.equal(new Set(burst.slice(0, 14).map(({ atMs }) => atMs)).size, 1);
  assert.equal(it.device.state, "speaking");
  assert.deepEqual(it.server.of("mcp").map((text) => text.payload), [
    { jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text: "done" }], isError: false } },
  ]);
  assert.deepEqual(it.codes(), []);
});

Deno.test("a tool call longer than the uplink queue loses the oldest audio on 2.4", async () => {
  const slow = { name: "self.slow", description: "", properties: {}, durationMs: 3000, call: () => true };
  using it = bench({ tools: [slow] });
  await it.run(it.device.pressToggle(), 400);
  it.server.send({ type: "mcp", payload: { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "self.slow" } } });
  await it.clock.advance(0);
  await it.run(it.device.speak(speech(5)), 3100);
  assert.equal(it.device.drops.uplink, 10);
});

Deno.test("MCP to firmware that announced none is a violation", async () => {
  using it = bench({ profile: "1.6" });
  await it.run(it.device.pressToggle());
  it.server.send({ type: "mcp", payload: { jsonrpc: "2.0", id: 1, method: "initialize" } });
  await it.clock.advance(10);
  assert.deepEqual(it.codes(), ["mcp_unsupported"]);
  assert.equal(it.server.of("mcp").length, 0);
});
