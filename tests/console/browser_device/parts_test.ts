import assert from "node:assert/strict";
import { systemRandom } from "../../../base/random.ts";
import { parseDeviceMessage } from "../../../protocol/mod.ts";
import { createBoard } from "../../../console/browser_device/board.ts";
import { CALM, shown } from "../../../console/browser_device/display.ts";
import { identityOf } from "../../../console/browser_device/identity.ts";
import { MAX_LINES, MessageLog } from "../../../console/browser_device/log.ts";
import { answerMcp } from "../../../console/browser_device/mcp.ts";
import { abort, detect, helloText, listenStart, listenStop, mcp } from "../../../console/browser_device/messages.ts";
import { readServerMessage } from "../../../console/browser_device/server_message.ts";

Deno.test("a browser is the same device each time, with an address that no manufacturer has", () => {
  const kept = new Map<string, string>();
  const store = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
  const first = identityOf(store, systemRandom());
  assert.match(first.deviceId, /^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/);
  assert.match(first.clientId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual(identityOf(store, systemRandom()), first);
  for (const bad of ["", "{", "null", '{"deviceId":"<b>","clientId":"x"}', '{"deviceId":7}']) {
    kept.set([...kept.keys()][0]!, bad);
    assert.match(identityOf(store, systemRandom()).deviceId, /^[0-9a-f:]{17}$/, bad);
  }
  const closed = { getItem: () => null, setItem: () => assert.fail("closed") };
  assert.match(identityOf(closed, systemRandom()).deviceId, /^[0-9a-f:]{17}$/);
});

Deno.test("what the device says is what the server reads", () => {
  const read = (text: string) => {
    const parsed = parseDeviceMessage(text);
    return parsed.ok ? parsed.message : assert.fail(parsed.error.message);
  };
  const hello = read(helloText());
  assert.ok(
    hello.type === "hello" && hello.features.mcp && hello.audioParams.sampleRate === 16_000 && hello.audioParams.frameDuration === 60,
  );
  assert.deepEqual(read(listenStart("s", "realtime")), { type: "listen", state: "start", mode: "realtime", sessionId: "s" });
  assert.deepEqual(read(listenStop("s")), { type: "listen", state: "stop", sessionId: "s" });
  assert.deepEqual(read(detect("s", 'say "hi"')), { type: "listen", state: "detect", text: 'say "hi"', sessionId: "s" });
  assert.deepEqual(read(abort("s")), { type: "abort", sessionId: "s" });
  assert.equal(read(abort("s", "wake_word_detected")).type, "abort");
  assert.deepEqual(read(mcp("s", { id: 1 })), { type: "mcp", payload: { id: 1 }, sessionId: "s" });
});

Deno.test("what the server says is read, and whatever else comes is ignored", () => {
  assert.deepEqual(
    readServerMessage('{"type":"hello","transport":"websocket","session_id":"s","audio_params":{"sample_rate":24000,"frame_duration":60}}'),
    { type: "hello", transport: "websocket", sessionId: "s", sampleRate: 24_000, frameMs: 60 },
  );
  assert.deepEqual(readServerMessage('{"type":"tts","state":"sentence_start","text":"<b>"}'), {
    type: "tts",
    state: "sentence_start",
    text: "<b>",
  });
  assert.deepEqual(readServerMessage('{"type":"llm","emotion":"happy","text":"x"}'), { type: "llm", emotion: "happy" });
  const ignored = [
    "",
    "{",
    "null",
    "[]",
    '"tts"',
    "{}",
    '{"type":"tts"}',
    '{"type":"tts","state":"sentence_start"}',
    '{"type":"stt","text":7}',
  ];
  ignored.push(
    '{"type":"hello"}',
    '{"type":"alert","status":"x"}',
    '{"type":"mcp","payload":[]}',
    '{"type":"pong"}',
    " ".repeat(70_000) + "{}",
  );
  for (const text of ignored) assert.equal(readServerMessage(text), undefined, text.slice(0, 40));
});

Deno.test("the display shows a turn at a time, and the latest alert until then", () => {
  const heard = shown({ ...CALM, emotion: "sad", said: ["Old."] }, { type: "stt", text: "hello" });
  assert.deepEqual(heard, { heard: "hello", said: [], emotion: "neutral" });
  const speaking = shown(shown(heard, { type: "tts", state: "start" }), { type: "llm", emotion: "happy" });
  const said = ["One.", "Two."].reduce((display, text) => shown(display, { type: "tts", state: "sentence_start", text }), speaking);
  assert.deepEqual(shown(said, { type: "tts", state: "stop" }), { heard: "hello", said: ["One.", "Two."], emotion: "happy" });
  assert.deepEqual(shown(said, { type: "tts", state: "start" }), CALM);
  const alert = shown(CALM, { type: "alert", status: "Low", message: "battery", emotion: "sad" });
  assert.deepEqual([alert.alert, alert.emotion], [{ status: "Low", message: "battery" }, "sad"]);
});

Deno.test("tools change the board, and refuse what a firmware would refuse", () => {
  const board = createBoard();
  const ask = (method: string, params?: object, id: unknown = 1) =>
    answerMcp({ jsonrpc: "2.0", id, method, ...(params === undefined ? {} : { params }) }, { board, version: "1.2.3" });
  const call = (name: string, args?: object) => JSON.stringify(ask("tools/call", { name, arguments: args }));
  assert.match(JSON.stringify(ask("initialize")), /"serverInfo":\{"name":"browser","version":"1.2.3"\}/);
  const { result } = ask("tools/list", { cursor: "" }) as { result: { tools: { name: string; inputSchema: { required?: string[] } }[] } };
  assert.deepEqual(result.tools.map(({ name }) => name), [
    "self.get_device_status",
    "self.audio_speaker.set_volume",
    "self.light.turn_on",
    "self.light.turn_off",
    "self.light.set_rgb",
  ]);
  assert.deepEqual(result.tools[1]?.inputSchema.required, ["volume"]);
  assert.match(call("self.audio_speaker.set_volume", { volume: 12 }), /"text":"true"/);
  assert.match(call("self.get_device_status"), /\\"volume\\":12/);
  call("self.light.set_rgb", { r: 1, g: 2, b: 3 });
  assert.deepEqual(board.light.value, { on: true, rgb: [1, 2, 3] });
  call("self.light.turn_off");
  assert.equal(board.light.value.on, false);
  call("self.light.turn_on");
  assert.deepEqual(board.light.value, { on: true, rgb: [1, 2, 3] });
  for (const volume of [-1, 101, 1.5, "12", undefined]) {
    assert.match(call("self.audio_speaker.set_volume", { volume }), /"error":\{"message":"(Value|Missing)/);
  }
  assert.match(call("__proto__"), /Unknown tool: __proto__/);
  assert.equal(board.volume.value, 12);
  assert.match(JSON.stringify(ask("resources/list")), /Method not implemented/);
  assert.equal(ask("tools/list", undefined, "1"), undefined);
  assert.equal(answerMcp({ jsonrpc: "2.0", id: 1, method: "tools/list", params: [] }, { board, version: "" }), undefined);
});

Deno.test("packets that follow each other are one line of the log, and old lines go", () => {
  const log = new MessageLog({ wall: () => 7 });
  log.add("device", "hello");
  for (let packet = 0; packet < 3; packet++) log.audio("server");
  log.audio("device");
  assert.deepEqual(log.lines.value.map(({ from, text, packets }) => [from, text, packets]), [
    ["device", "hello", 0],
    ["server", "", 3],
    ["device", "", 1],
  ]);
  for (let line = 0; line < MAX_LINES + 5; line++) log.add("server", String(line));
  assert.equal(log.lines.value.length, MAX_LINES);
  assert.equal(log.lines.value.at(-1)?.text, String(MAX_LINES + 4));
});
