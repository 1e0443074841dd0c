/**
 * Roles that devices play, and the tools of the server in conversations.
 *
 * @module
 */

import assert from "node:assert/strict";
import { z } from "zod";
import { ToolBelt } from "../../../actors/device/reply/tool_belt.ts";
import { deviceSettings } from "../../../actors/device/settings.ts";
import { configWith } from "../../../services/config/mod.ts";
import type { ChatEvent, ChatRequest } from "../../../services/esp32_server/stages.ts";
import { createServerTools, defineTool, type ServerTool, type ToolContext } from "../../../services/tools/mod.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { type Conversation, conversation, type ConversationOptions, type ScriptedDevice } from "../../support/conversation.ts";
import { fakeDeviceStore } from "../../support/fake_device_store.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const CONFIG = configWith({
  conversation: {
    persona: "Be yourself.",
    roles: {
      pirate: { persona: "You are a pirate.", voice: "rough", greeting: "Ahoy." },
      "老师": { persona: "你是老师。", language: "zh" },
    },
  },
  devices: { overrides: { "aa:bb:cc:dd:ee:02": { role: "老师", voice: "soft" } } },
});

type Round = readonly (string | ChatEvent)[];

/** What a model says by rounds: the n-th for a request with n answers of tools. */
function rounds(...all: readonly Round[]): (request: ChatRequest) => Round {
  return ({ messages }) => {
    const asked = messages.findLastIndex(({ role }) => role === "user");
    return all[messages.slice(asked).filter(({ role }) => role === "assistant").length] ?? [];
  };
}

const call = (name: string, args: Record<string, unknown> = {}, id = "a"): ChatEvent => ({
  type: "tool_call",
  call: { id, name, arguments: args },
});

function withTools(options: ConversationOptions & { readonly more?: readonly ServerTool[] } = {}) {
  const clock = new VirtualClock();
  const log = captureLogger();
  const store = fakeDeviceStore();
  const tools = createServerTools({
    clock,
    logger: log.logger,
    timezone: "UTC",
    roles: Object.keys(CONFIG.conversation.roles),
    weather: CONFIG.tools.weather,
    more: options.more ?? [],
  });
  const talk = conversation({
    clock,
    ...options,
    deps: { tools, deviceStore: store, settingsFor: (deviceId) => deviceSettings(CONFIG, deviceId), ...options.deps },
  });
  return { talk, store, [Symbol.asyncDispose]: async () => (await talk[Symbol.asyncDispose](), log[Symbol.dispose]()) };
}

async function ask(talk: Conversation, device: ScriptedDevice, text: string): Promise<void> {
  device.send({ type: "listen", state: "text", text });
  await talk.clock.advance(3000);
}

async function connected(talk: Conversation, deviceId?: string): Promise<ScriptedDevice> {
  const device = talk.connect(deviceId);
  await device.hello();
  return device;
}

const toldAnswers = (talk: Conversation) => talk.server.asked.chats.at(-1)!.messages.filter(({ role }) => role === "tool");

Deno.test("a device plays the role that the configuration gives it, with its own voice where the role has none", async () => {
  await using it = withTools();
  const device = await connected(it.talk, "aa:bb:cc:dd:ee:02");
  await ask(it.talk, device, "What is new?");
  const { chats: [chat], spoken: [spoken] } = it.talk.server.asked;
  assert.deepEqual([chat?.messages[0]?.content, chat?.language], ["你是老师。", "zh"]);
  assert.deepEqual([spoken?.voice, spoken?.language], ["soft", "zh"]);
  it.store.roles.set("aa:bb:cc:dd:ee:02", "pirate");
  device.vanish();
  await ask(it.talk, await connected(it.talk, "aa:bb:cc:dd:ee:02"), "What is new?");
  assert.equal(it.talk.server.asked.spoken.at(-1)?.voice, "rough");
});

Deno.test("the role changes when the person asks for it, from the next reply on, and is kept for the next connection", async () => {
  await using it = withTools({ script: { says: rounds([call("change_role", { role: "pirate" })], ["Aye."]) } });
  const device = await connected(it.talk);
  await ask(it.talk, device, "Be a pirate");
  assert.equal(it.talk.server.asked.chats[0]?.messages[0]?.content, "Be yourself.");
  assert.equal(it.store.roles.get("aa:bb:cc:dd:ee:ff"), "pirate");
  it.talk.server.script.says = () => ["Arr."];
  await ask(it.talk, device, "Who are you?");
  assert.equal(it.talk.server.asked.chats.at(-1)?.messages[0]?.content, "You are a pirate.");
  assert.equal(it.talk.server.asked.spoken.at(-1)?.voice, "rough");
  device.vanish();
  const again = await connected(it.talk);
  again.send({ type: "listen", state: "detect", text: "小智" });
  await it.talk.clock.advance(3000);
  assert.equal(it.talk.history.turns.at(-1)?.heardText, "Ahoy.");
});

Deno.test("default takes the choice back, and a kept role that is not configured any more is none", async () => {
  await using it = withTools({ script: { says: rounds([call("change_role", { role: "default" })], ["Fine."]) } });
  it.store.roles.set("aa:bb:cc:dd:ee:ff", "king");
  const device = await connected(it.talk);
  await ask(it.talk, device, "Be yourself");
  assert.equal(it.talk.server.asked.chats[0]?.messages[0]?.content, "Be yourself.");
  assert.equal(it.store.roles.size, 0);
});

Deno.test("a role that cannot be kept is played all the same", async () => {
  const failing = { roleOf: () => Promise.reject(new Error("locked")), saveRole: () => Promise.reject(new Error("locked")) };
  await using it = withTools({
    deps: { deviceStore: failing },
    script: { says: rounds([call("change_role", { role: "pirate" })], ["Aye."]) },
  });
  const device = await connected(it.talk);
  await ask(it.talk, device, "Be a pirate");
  await ask(it.talk, device, "And now?");
  assert.equal(it.talk.server.asked.chats.at(-1)?.messages[0]?.content, "You are a pirate.");
  assert.equal(it.talk.log.messages("error").filter((line) => line.includes("role: locked")).length, 3);
});

Deno.test("the model ends the conversation, and its goodbye is heard before the connection closes", async () => {
  await using it = withTools({ script: { says: rounds([call("exit_conversation")], ["See you soon."]) } });
  const device = await connected(it.talk);
  device.listen("auto");
  await device.say();
  await it.talk.clock.advance(5000);
  assert.match(device.log().join(), /tts sentence_start See you soon\.,frames 10$/);
  assert.deepEqual(it.talk.history.ended.map(({ reason }) => reason), ["goodbye"]);
  assert.equal(it.talk.history.turns[0]?.outcome, "completed");
});

Deno.test("a model that ends the conversation without a word has the runtime say goodbye", async () => {
  await using it = withTools({ script: { says: rounds([call("exit_conversation")], []) } });
  const device = await connected(it.talk);
  device.listen("auto");
  await device.say();
  await it.talk.clock.advance(5000);
  assert.match(device.log().join(), /tts sentence_start Goodbye\.,frames 10$/);
  assert.equal(device.closed?.code, 1000);
});

Deno.test("a person who cuts into the goodbye of the model goes on", async () => {
  await using it = withTools({
    script: { says: rounds([call("exit_conversation")], ["A very long goodbye."]), speaksForMs: () => 5000 },
  });
  const device = await connected(it.talk);
  device.listen("auto");
  await device.say();
  await it.talk.clock.advance(1000);
  device.send({ type: "abort" });
  device.listen("auto");
  await it.talk.clock.advance(8000);
  assert.equal(device.closed, undefined);
  assert.equal(device.state, "listening");
});

Deno.test("calls of one round run side by side, and wrong ones are told to the model", async () => {
  const slow = defineTool({
    name: "slow",
    description: "",
    schema: z.object({ n: z.number() }),
    run: async ({ n }, _context, { signal }) => {
      await new Promise<void>((resolve, reject) => {
        const timer = it.talk.clock.setTimeout(resolve, 1000);
        signal.addEventListener("abort", () => (it.talk.clock.clearTimeout(timer), reject(signal.reason)));
      });
      return `slow ${n}`;
    },
  });
  await using it = withTools({
    more: [slow],
    script: {
      says: rounds([call("slow", { n: 1 }, "a"), call("slow", { n: 2 }, "b"), call("slow", {}, "c"), call("none", {}, "d")], ["Done."]),
    },
  });
  const device = await connected(it.talk);
  device.send({ type: "listen", state: "text", text: "go" });
  await it.talk.clock.advance(1200);
  const answers = toldAnswers(it.talk);
  assert.deepEqual(answers.map(({ content }) => content.split("\n")[0]), [
    "slow 1",
    "slow 2",
    "Wrong arguments for slow, call it again with right ones:",
    "There is no tool none",
  ]);
  await it.talk.clock.advance(2000);
});

Deno.test("a tool that is called for ever ends the turn, not the conversation", async () => {
  await using it = withTools({ script: { says: () => [call("get_time")] } });
  const device = await connected(it.talk);
  device.listen("auto");
  await device.say();
  await it.talk.clock.advance(5000);
  assert.equal(it.talk.server.asked.chats.length, 6);
  assert.equal(it.talk.history.turns[0]?.error?.code, "too_many_tool_rounds");
  assert.equal(device.state, "listening");
});

Deno.test("the emotion is the model's first, else that of the first sentence, and shown once", async () => {
  await using it = withTools({
    script: {
      says: () => [{ type: "emotion", emotion: "cool" }, { type: "emotion", emotion: "sad" }, "I am so sorry. Really."],
    },
  });
  const device = await connected(it.talk);
  const shown = () => device.log().filter((line) => line.startsWith("llm"));
  await ask(it.talk, device, "one");
  assert.deepEqual(shown(), ["llm cool"]);
  it.talk.server.script.says = () => ["I am so sorry. ", "That is great!"];
  await ask(it.talk, device, "two");
  assert.deepEqual(shown(), ["llm cool", "llm sad"]);
  const log = device.log();
  assert.ok(log.lastIndexOf("llm sad") < log.lastIndexOf("tts sentence_start I am so sorry."));
});

/** A belt over device tools of these names. */
function belt(names: readonly string[], more: readonly ServerTool[] = []) {
  const log = captureLogger();
  const called: string[] = [];
  const server = createServerTools({
    clock: new VirtualClock(),
    logger: log.logger,
    timezone: "UTC",
    roles: [],
    weather: CONFIG.tools.weather,
    more,
  });
  const conversation = { end: () => {}, roles: [], changeRole: () => Promise.resolve() };
  const context = { deviceId: "d", sessionId: "s", language: "en", conversation };
  const device = {
    tools: () => names.map((name) => ({ name, description: "", parameters: {} })),
    call: (name: string) => Promise.resolve({ text: `device ${called.push(name)}`, isError: false }),
  };
  return { belt: new ToolBelt({ device, server, context }), called, [Symbol.dispose]: () => log[Symbol.dispose]() };
}

const signal = new AbortController().signal;

Deno.test("where names clash the device keeps its own, and the server's gets another", async () => {
  using it = belt(["get_time", "server_get_time", "light"]);
  assert.deepEqual(it.belt.specs.map(({ name }) => name), [
    "get_time",
    "server_get_time",
    "light",
    "server_get_time_2",
    "exit_conversation",
  ]);
  await it.belt.call("get_time", {}, { signal });
  assert.deepEqual(it.called, ["get_time"]);
  assert.match((await it.belt.call("server_get_time_2", {}, { signal })).text, /UTC/);
});

Deno.test("a device with more tools than a request may have leaves room for the server's", () => {
  using it = belt(Array.from({ length: 128 }, (_, n) => `tool_${n}`));
  assert.equal(it.belt.specs.length, 128);
  assert.ok(it.belt.specs.some(({ name }) => name === "exit_conversation"));
});

Deno.test("tools call tools, of the server and of the device, but not for ever", async () => {
  const macro = defineTool({
    name: "good_night",
    description: "",
    schema: z.object({}),
    run: async (_args, context: ToolContext) =>
      (await Promise.all([context.call("light", {}), context.call("get_time", {})])).map((answer) => answer.text).join(),
  });
  const circle = defineTool({
    name: "circle",
    description: "",
    schema: z.object({}),
    run: async (_args, context: ToolContext) => `in ${(await context.call("circle", {})).text}`,
  });
  using it = belt(["light"], [macro, circle]);
  assert.match((await it.belt.call("good_night", {}, { signal })).text, /^device 1,Thursday, 2026-01-01 00:00:00/);
  assert.equal((await it.belt.call("circle", {}, { signal })).text, "in in in Tool circle was not called: tools call tools at most 3 deep");
});
