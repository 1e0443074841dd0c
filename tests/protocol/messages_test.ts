import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeMessage, parseDeviceMessage, parseMcpPayload, parseServerMessage, ProtocolError } from "../../protocol/mod.ts";
import { deviceMessage, serverMessage } from "./arbitraries.ts";

const parsers = [parseDeviceMessage, parseServerMessage] as const;

Deno.test("every device message survives encoding and parsing", () => {
  fc.assert(fc.property(deviceMessage, (message) => {
    assert.deepEqual(parseDeviceMessage(encodeMessage(message)), { ok: true, message });
  }));
});

Deno.test("every server message survives encoding and parsing", () => {
  fc.assert(fc.property(serverMessage, (message) => {
    assert.deepEqual(parseServerMessage(encodeMessage(message)), { ok: true, message });
  }));
});

Deno.test("no text makes a parser throw", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify({ type: "listen", state: value, mode: value })),
    fc.tuple(
      fc.constantFrom("hello", "listen", "abort", "mcp", "iot", "tts", "alert", "constructor", "__proto__"),
      fc.dictionary(fc.string(), fc.anything()),
    )
      .map(([type, rest]) => {
        try {
          return JSON.stringify({ ...rest, type });
        } catch {
          return type;
        }
      }),
  );
  fc.assert(fc.property(anything, (text) => {
    for (const parse of parsers) {
      const parsed = parse(text);
      if (!parsed.ok) assert.ok(parsed.error instanceof ProtocolError);
    }
  }));
});

Deno.test("no value makes the MCP parser throw", () => {
  fc.assert(fc.property(fc.anything(), (value) => {
    parseMcpPayload(value);
  }));
});

Deno.test("a device's listen start is read, with or without a session id", () => {
  const wire = { type: "listen", state: "start", mode: "auto", later: { unknown: true } };
  const message = { type: "listen", state: "start", mode: "auto", sessionId: "" };
  assert.deepEqual(parseDeviceMessage(JSON.stringify(wire)), { ok: true, message });
  assert.deepEqual(parseDeviceMessage(JSON.stringify({ session_id: "", ...wire })), { ok: true, message });
  assert.deepEqual(parseDeviceMessage(JSON.stringify({ session_id: "s1", ...wire })), {
    ok: true,
    message: { ...message, sessionId: "s1" },
  });
});

Deno.test("messages are written with the names of the wire", () => {
  assert.deepEqual(JSON.parse(encodeMessage({ type: "tts", state: "sentence_start", text: "Hi", sessionId: "s" })), {
    session_id: "s",
    type: "tts",
    state: "sentence_start",
    text: "Hi",
  });
  assert.deepEqual(JSON.parse(encodeMessage({ type: "listen", state: "stop", sessionId: "" })), {
    session_id: "",
    type: "listen",
    state: "stop",
  });
});

Deno.test("an unknown type is reported by name, not refused", () => {
  for (const parse of parsers) {
    assert.deepEqual(parse('{"type":"vision"}'), { ok: true, message: { type: "unknown", name: "vision" } });
    assert.deepEqual(parse('{"type":"constructor"}'), { ok: true, message: { type: "unknown", name: "constructor" } });
    assert.deepEqual(parse(JSON.stringify({ type: "x".repeat(1000) })), { ok: true, message: { type: "unknown", name: "x".repeat(64) } });
  }
});

Deno.test("a lone surrogate becomes U+FFFD in both directions, and a pair stays", () => {
  const parsed = parseDeviceMessage('{"type":"listen","state":"detect","text":"a\\ud83dz \\ud83d\\ude00 \\\\ud83d"}');
  assert.deepEqual(parsed, { ok: true, message: { type: "listen", state: "detect", text: "a\ufffdz 😀 \\ud83d", sessionId: "" } });
  assert.equal(encodeMessage({ type: "stt", text: "a\ud83dz 😀 \\ud83d" }), '{"type":"stt","text":"a\\ufffdz 😀 \\\\ud83d"}');
});

Deno.test("any string survives or loses only lone surrogates", () => {
  fc.assert(fc.property(fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }), (text) => {
    const parsed = parseServerMessage(encodeMessage({ type: "stt", text }));
    assert.deepEqual(parsed, { ok: true, message: { type: "stt", text: text.toWellFormed() } });
  }));
});
