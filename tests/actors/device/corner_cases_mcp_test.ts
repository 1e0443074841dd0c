/**
 * The corner cases of the protocol that concern a device's tools, by their number in the protocol notes.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { ChatEvent } from "../../../services/esp32_server/stages.ts";
import { type Conversation, conversation, type ScriptedDevice } from "../../support/conversation.ts";

const VOLUME = { name: "self.audio_speaker.set_volume", description: "Sets the volume", inputSchema: { type: "object", properties: {} } };

/** Requests of the server that the device has got. */
function requests(device: ScriptedDevice): { id: number; method: string; params?: { name?: string } }[] {
  return device.arrivals.flatMap((arrival) =>
    "message" in arrival && arrival.message.type === "mcp" ? [arrival.message.payload as { id: number; method: string }] : []
  );
}

function answer(device: ScriptedDevice, id: number, result: object): void {
  device.send({ session_id: "", type: "mcp", payload: { jsonrpc: "2.0", id, result } });
}

/** Says hello as a device with one tool. */
async function introduce(talk: Conversation): Promise<ScriptedDevice> {
  const device = talk.connect();
  await device.hello({ mcp: true });
  answer(device, requests(device)[0]!.id, {
    protocolVersion: "2024-11-05",
    capabilities: {},
    serverInfo: { name: "board", version: "2.4.2" },
  });
  await talk.clock.advance(0);
  answer(device, requests(device)[1]!.id, { tools: [VOLUME] });
  await talk.clock.advance(0);
  return device;
}

/** Calls the volume tool in the first round and speaks its answer in the second. */
function callsVolume(request: { messages: readonly { role: string; content: string }[] }): readonly (string | ChatEvent)[] {
  const last = request.messages.at(-1)!;
  if (last.role === "tool") return [`The tool said: ${last.content}`];
  return [{ type: "tool_call", call: { id: "a", name: "self_audio_speaker_set_volume", arguments: { volume: 30 } } }];
}

Deno.test("a device says what board it is and which tools it has", async () => {
  await using talk = conversation();
  await introduce(talk);
  const [status] = talk.supervisor.which();
  assert.deepEqual([status?.board, status?.firmware, status?.tools], ["board", "2.4.2", ["self_audio_speaker_set_volume"]]);
});

Deno.test("the chat stage calls a tool of the device and speaks of its answer", async () => {
  await using talk = conversation({ script: { says: callsVolume } });
  const device = await introduce(talk);
  device.listen();
  await device.say();
  await talk.clock.advance(100);
  const call = requests(device).at(-1)!;
  assert.deepEqual([call.method, call.params?.name], ["tools/call", "self.audio_speaker.set_volume"]);
  answer(device, call.id, { content: [{ type: "text", text: "true" }], isError: false });
  await talk.clock.advance(5000);
  assert.equal(talk.history.turns[0]?.replyText, "The tool said: true");
});

Deno.test("text that comes before the device has told its tools waits for them", async () => {
  await using talk = conversation({ script: { says: (request) => [`There are ${request.tools.length} tools.`] } });
  const device = talk.connect();
  await device.hello({ mcp: true });
  device.send({ type: "listen", state: "detect", text: "How many?" });
  await talk.clock.advance(300);
  answer(device, requests(device)[0]!.id, {
    protocolVersion: "2024-11-05",
    capabilities: {},
    serverInfo: { name: "board", version: "2.4.2" },
  });
  await talk.clock.advance(0);
  answer(device, requests(device)[1]!.id, { tools: [VOLUME] });
  await talk.clock.advance(3000);
  assert.equal(talk.history.turns[0]?.replyText, "There are 1 tools.");
});

Deno.test("a device that does not tell its tools is answered without them after a second", async () => {
  await using talk = conversation({ script: { says: (request) => [`There are ${request.tools.length} tools.`] } });
  const device = talk.connect();
  await device.hello({ mcp: true });
  device.send({ type: "listen", state: "detect", text: "How many?" });
  await talk.clock.advance(3000);
  assert.equal(talk.history.turns[0]?.replyText, "There are 0 tools.");
});

Deno.test("case 22: late, unknown and repeated answers are ignored, and every request has an id of its own", async () => {
  await using talk = conversation({ script: { says: callsVolume } });
  const device = await introduce(talk);
  answer(device, 1, { late: true });
  answer(device, 777, { unknown: true });
  device.listen();
  await device.say();
  await talk.clock.advance(100);
  const ids = requests(device).map(({ id }) => id);
  assert.deepEqual(ids, [...new Set(ids)]);
  const call = ids.at(-1)!;
  answer(device, call, { content: [{ type: "text", text: "first" }] });
  answer(device, call, { content: [{ type: "text", text: "second" }] });
  await talk.clock.advance(5000);
  assert.equal(talk.history.turns[0]?.replyText, "The tool said: first");
});

Deno.test("case 23: a tool that never answers fails after its limit, and the turn goes on", async () => {
  await using talk = conversation({ script: { says: callsVolume } });
  const device = await introduce(talk);
  device.listen();
  await device.say();
  await talk.clock.advance(29_000);
  assert.equal(device.state, "thinking");
  await talk.clock.advance(10_000);
  assert.match(talk.history.turns[0]?.replyText ?? "", /The tool said: .*30/);
  assert.equal(device.state, "listening");
});

Deno.test("case 24: audio keeps its pace while a tool answer arrives during a reply", async () => {
  await using talk = conversation({ script: { speaksForMs: () => 3000 } });
  const device = await introduce(talk);
  device.listen();
  await device.say();
  await talk.clock.advance(1000);
  answer(device, 999, {});
  await talk.clock.advance(4000);
  const times = device.frameTimes();
  assert.equal(times.length, 50);
  const gaps = times.slice(3).map((at, i) => at - times[i + 2]!);
  assert.ok(gaps.every((gap) => Math.abs(gap - 60) < 1e-6), `${gaps}`);
});
