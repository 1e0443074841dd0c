import assert from "node:assert/strict";
import { encodeMessage, parseDeviceMessage, parseServerMessage, ProtocolError, serverHello } from "../../protocol/mod.ts";

Deno.test("a current device's hello is read whole", () => {
  const text = '{"type":"hello","version":3,"features":{"mcp":true,"aec":true,"glyph_push":false},"transport":"websocket",' +
    '"text_font":{"bundle":"b"},"audio_params":{"format":"opus","sample_rate":16000,"channels":1,"frame_duration":20}}';
  assert.deepEqual(parseDeviceMessage(text), {
    ok: true,
    message: {
      type: "hello",
      version: 3,
      features: { mcp: true, aec: true, glyphPush: false },
      transport: "websocket",
      audioParams: { format: "opus", sampleRate: 16000, channels: 1, frameDuration: 20 },
    },
  });
});

Deno.test("what a client leaves out of its hello is filled in", () => {
  const expected = (mcp: boolean) => ({
    ok: true,
    message: {
      type: "hello",
      version: 1,
      features: { mcp, aec: false, glyphPush: false },
      transport: "websocket",
      audioParams: { format: "opus", sampleRate: 16000, channels: 1, frameDuration: 60 },
    },
  });
  const testPage = { type: "hello", device_id: "AA:BB", device_name: "page", device_mac: "AA:BB", features: { mcp: true, emoji: true } };
  const firmware162 = { type: "hello", version: 1, transport: "websocket", audio_params: { format: "opus", sample_rate: 16000 } };
  assert.deepEqual(parseDeviceMessage(JSON.stringify(testPage)), expected(true));
  assert.deepEqual(parseDeviceMessage(JSON.stringify(firmware162)), expected(false));
  assert.deepEqual(parseDeviceMessage('{"type":"hello","features":null,"audio_params":null,"version":null}'), expected(false));
});

Deno.test("a version that is neither 2 nor 3 means bare packets", () => {
  for (const version of [0, 1, 4, -2, 2.5, 1e9]) {
    const parsed = parseDeviceMessage(JSON.stringify({ type: "hello", version }));
    assert.equal(parsed.ok && parsed.message.type === "hello" && parsed.message.version, 1);
  }
});

Deno.test("the server's hello always names its transport, format and session", () => {
  const hello = serverHello({ sessionId: "s1", sampleRate: 24000, frameDuration: 60 });
  assert.deepEqual(JSON.parse(encodeMessage(hello)), {
    type: "hello",
    transport: "websocket",
    version: 1,
    session_id: "s1",
    audio_params: { format: "opus", sample_rate: 24000, channels: 1, frame_duration: 60 },
  });
  assert.deepEqual(parseServerMessage(encodeMessage(hello)), { ok: true, message: hello });
});

Deno.test("the server's hello accepts exactly the formats that devices play", () => {
  for (const sampleRate of [8000, 12000, 16000, 24000, 48000]) {
    for (const frameDuration of [20, 40, 60]) serverHello({ sessionId: "s", sampleRate, frameDuration });
  }
  for (const sampleRate of [44100, 22050, 0, NaN, -16000, 16000.5]) {
    assert.throws(
      () => serverHello({ sessionId: "s", sampleRate, frameDuration: 60 }),
      (error) => error instanceof ProtocolError && error.code === "unsupported_sample_rate",
    );
  }
  for (const frameDuration of [5, 10, 80, 100, 120, 0, NaN]) {
    assert.throws(
      () => serverHello({ sessionId: "s", sampleRate: 24000, frameDuration }),
      (error) => error instanceof ProtocolError && error.code === "unsupported_frame_duration",
    );
  }
});

Deno.test("a server's hello without audio parameters means what a device assumes", () => {
  const parsed = parseServerMessage('{"type":"hello","transport":"websocket"}');
  assert.ok(parsed.ok && parsed.message.type === "hello");
  assert.deepEqual(parsed.message.audioParams, { format: "opus", sampleRate: 24000, channels: 1, frameDuration: 60 });
});
