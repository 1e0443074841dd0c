import assert from "node:assert/strict";
import { MAX_TEXT_BYTES, parseDeviceMessage, parseServerMessage, type ProtocolErrorCode } from "../../protocol/mod.ts";

const devices: readonly (readonly [name: string, text: string, code: ProtocolErrorCode])[] = [
  ["nothing", "", "invalid_json"],
  ["an unescaped wake word", '{"type":"listen","state":"detect","text":"say "hi" now"}', "invalid_json"],
  ["an unescaped MCP error", '{"type":"mcp","payload":{"jsonrpc":"2.0","id":3,"error":{"message":"no "x""}}}', "invalid_json"],
  ["a raw line break in a string", '{"type":"listen","state":"detect","text":"a\nb"}', "invalid_json"],
  ["a cut message", '{"type":"listen","sta', "invalid_json"],
  ["two messages in one", '{"type":"ping"}{"type":"ping"}', "invalid_json"],
  ["NaN", "NaN", "invalid_json"],
  ["an array", '[{"type":"hello"}]', "not_an_object"],
  ["null", "null", "not_an_object"],
  ["a number", "42", "not_an_object"],
  ["a string", '"hello"', "not_an_object"],
  ["a boolean", "true", "not_an_object"],
  ["no type", "{}", "missing_type"],
  ["a numeric type", '{"type":7}', "missing_type"],
  ["a type that is null", '{"type":null}', "missing_type"],
  ["a bomb of arrays", "[".repeat(60_000), "nested_too_deep"],
  ["a bomb within a message", `{"type":"mcp","payload":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}`, "nested_too_deep"],
  ["a text that is too long", `{"type":"ping","pad":"${"x".repeat(MAX_TEXT_BYTES)}"}`, "text_too_large"],
  ["a text that is too long in UTF-8 only", `{"type":"ping","pad":"${"好".repeat(30_000)}"}`, "text_too_large"],
  ["a listen without a state", '{"type":"listen"}', "invalid_message"],
  ["an unknown listen state", '{"type":"listen","state":"pause"}', "invalid_message"],
  ["an unknown mode", '{"type":"listen","state":"start","mode":"always"}', "invalid_message"],
  ["a mode of the wrong type", '{"type":"listen","state":"start","mode":1}', "invalid_message"],
  ["a text of the wrong type", '{"type":"listen","state":"detect","text":{}}', "invalid_message"],
  ["a session id of the wrong type", '{"type":"abort","session_id":5}', "invalid_message"],
  ["an mcp without a payload", '{"type":"mcp"}', "invalid_message"],
  ["an mcp payload that is an array", '{"type":"mcp","payload":[]}', "invalid_message"],
  ["an mcp payload that is null", '{"type":"mcp","payload":null}', "invalid_message"],
  ["a negative sample rate", '{"type":"hello","audio_params":{"sample_rate":-16000}}', "invalid_message"],
  ["a sample rate with a fraction", '{"type":"hello","audio_params":{"sample_rate":16000.5}}', "invalid_message"],
  ["features that are a list", '{"type":"hello","features":["mcp"]}', "invalid_message"],
];

for (const [name, text, code] of devices) {
  Deno.test(`a device message that is ${name} is refused as ${code}`, () => {
    const parsed = parseDeviceMessage(text);
    assert.equal(parsed.ok, false);
    assert.equal(parsed.error.code, code);
    assert.ok(parsed.error.message.length < 300);
  });
}

const servers: readonly (readonly [name: string, text: string])[] = [
  ["hello without transport, which crashes a device", '{"type":"hello","session_id":"s"}'],
  ["hello whose transport is no string", '{"type":"hello","transport":1}'],
  ["sentence_start without text", '{"type":"tts","state":"sentence_start"}'],
  ["tts with an unknown state", '{"type":"tts","state":"pause"}'],
  ["stt without text", '{"type":"stt"}'],
  ["llm without emotion", '{"type":"llm","text":"x"}'],
  ["alert that lacks one of its strings", '{"type":"alert","status":"s","message":"m"}'],
  ["mcp whose payload is a string", '{"type":"mcp","payload":"{}"}'],
];

for (const [name, text] of servers) {
  Deno.test(`a server message that is ${name} is refused`, () => {
    const parsed = parseServerMessage(text);
    assert.equal(parsed.ok ? "ok" : parsed.error.code, "invalid_message");
  });
}

Deno.test("a refusal never quotes what was said", () => {
  for (const text of ['{"type":"listen","text":"secret "words""}', '{"type":"listen","state":"secret words"}', "secret words"]) {
    const parsed = parseDeviceMessage(text);
    assert.equal(parsed.ok, false);
    assert.doesNotMatch(`${parsed.error.message} ${parsed.error.cause}`, /secret/);
  }
});

Deno.test("brackets inside strings do not count as nesting", () => {
  const text = `\\"${"[{".repeat(200)}`;
  const parsed = parseDeviceMessage(JSON.stringify({ type: "listen", state: "text", text }));
  assert.deepEqual(parsed, { ok: true, message: { type: "listen", state: "text", text, sessionId: "" } });
});

Deno.test("the largest size can be chosen", () => {
  for (const parse of [parseDeviceMessage, parseServerMessage]) {
    assert.equal(parse('{"type":"x"}', 12).ok, true);
    assert.equal(parse('{"type":"x"}', 11).ok, false);
    assert.equal(parse(JSON.stringify({ type: "x", pad: "y".repeat(100_000) }), 200_000).ok, true);
  }
});

Deno.test("a message of exactly the largest size is read", () => {
  const frame = '{"type":"ping","pad":""}';
  assert.equal(parseDeviceMessage(frame.replace('""', `"${"x".repeat(MAX_TEXT_BYTES - frame.length)}"`)).ok, true);
});
