import assert from "node:assert/strict";
import type { ChatEvent, ChatRequest, ToolSpec } from "../../../../services/esp32_server/stages.ts";
import { captureLogger } from "../../../support/capture_logger.ts";
import {
  broken,
  bytesOf,
  calls,
  chunk,
  endless,
  ends,
  openAiServer,
  refuses,
  says,
  stream,
  stuck,
} from "../../../support/openai_server.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";
import { asking, textOf } from "../contract.ts";
import { CALLS, client, failure, never } from "./support.ts";

const TOOL: ToolSpec = { name: "set_volume", description: "Sets the volume", parameters: { type: "object" } };
const withTool: ChatRequest = { ...asking("louder"), tools: [TOOL] };
const SSE = "text/event-stream";
const event = (one: unknown) => bytesOf([`data: ${JSON.stringify(one)}\n\n`]);

async function answer(response: () => Response, request = asking("hi")): Promise<ChatEvent[]> {
  await using running = openAiServer({ chat: response });
  return await Array.fromAsync((await client(running.baseUrl)).chat(request, { signal: never }));
}

const WELL: readonly (readonly [string, () => Response, string])[] = [
  ["streamed words", () => stream([says("Hel"), says("lo."), ends("stop")]), "Hello."],
  ["a delta with the role only", () => stream([chunk({ role: "assistant", content: "" }), says("Hello."), ends("stop")]), "Hello."],
  ["a delta without content", () => stream([chunk({ role: "assistant", content: null }), says("Hello."), ends("stop")]), "Hello."],
  ["usage in a chunk without choices", () => stream([says("Hello."), ends("stop"), { choices: [], usage: { total_tokens: 3 } }]), "Hello."],
  ["thoughts in reasoning", () => stream([chunk({ reasoning: "Hm" }), says("Hello."), ends("stop")]), "Hello."],
  [
    "thoughts in reasoning_content",
    () => stream([chunk({ reasoning_content: "Hm", content: "" }), says("Hello."), ends("stop")]),
    "Hello.",
  ],
  ["thoughts in the words", () => stream([says("<thi"), says("nk>Hm</th"), says("ink>\n\nHello."), ends("stop")]), "Hello."],
  ["a stream without [DONE]", () => stream([says("Hello."), ends("stop")], false), "Hello."],
  ["a stream without a reason for its end", () => stream([says("Hello.")]), "Hello."],
  ["an end mark without an empty line", () => stream([says("Hello."), ends("stop"), "data: [DONE]"], false), "Hello."],
  ["comments and pings", () => stream([": ping\n\n", says("Hello."), { type: "ping" }, ends("stop")]), "Hello."],
  ["a cut by the limit of tokens", () => stream([says("Hello."), ends("length")]), "Hello."],
  ["content in parts", () => stream([chunk({ content: [{ type: "text", text: "Hello." }] }), ends("stop")]), "Hello."],
  ["a refusal of the model", () => stream([chunk({ refusal: "I must not." }), ends("stop")]), "I must not."],
  ["words that end like the beginning of a tag", () => stream([says("2 is "), says("<")]), "2 is <"],
  ["one word that could be the beginning of a tag", () => stream([says("[")]), "["],
  ["no words at all", () => stream([ends("stop")]), ""],
  ["events labelled as JSON", () =>
    new Response("data: " + JSON.stringify(says("Hello.")) + "\n\ndata: [DONE]\n\n", {
      headers: { "content-type": "application/json" },
    }), "Hello."],
  ["JSON from a server that ignores stream", () =>
    Response.json({
      choices: [{ message: { role: "assistant", content: "<think>Hm</think> Hello.", reasoning_content: "Hm" }, finish_reason: "stop" }],
      usage: {},
      error: null,
    }), "Hello."],
];

for (const [what, response, text] of WELL) {
  Deno.test(`OpenAI chat takes ${what}`, async () => assert.equal(textOf(await answer(response)), text));
}

const BADLY: readonly (readonly [string, () => Response, string, RegExp, string])[] = [
  [
    "an error within the stream",
    () => stream([says("Hel"), { error: { message: "Out of memory" } }]),
    "chat_unavailable",
    /Out of memory/,
    "Hel",
  ],
  ["an error event", () => stream(['event: error\ndata: {"message": "Lost"}\n\n']), "chat_unavailable", /Lost/, ""],
  ["an event that is no JSON", () => stream([says("Hel"), "data: {secret words\n\n"]), "chat_bad_answer", /no JSON/, "Hel"],
  ["a stream that ends mid-sentence", () => stream([says("Hel")], false), "chat_cut_off", /after 3 characters/, "Hel"],
  ["a stream that ends within an event", () => stream([says("Hel"), 'data: {"cho'], false), "chat_cut_off", /broke off/, "Hel"],
  ["a connection that breaks", () => broken(event(says("Hel")), SSE), "chat_unavailable", /failed/, "Hel"],
  ["an empty answer", () => new Response(""), "chat_cut_off", /broke off/, ""],
  ["JSON without choices", () => Response.json({ choices: [] }), "chat_bad_answer", /no choices/, ""],
  ["an answer that is only thought", () => stream([says("<think>Hm"), ends("length")]), "chat_bad_answer", /max_tokens/, ""],
  ["an answer that is filtered", () => stream([ends("content_filter")]), "chat_rejected", /filter/, ""],
  ["words without end", () => endless(event(says("la ".repeat(3000)))[0]!, SSE), "chat_too_large", /65536/, "la "],
  ["an event without end", () => endless(new Uint8Array(1 << 20).fill(0x61), SSE), "chat_too_large", /Event/, ""],
];

for (const [what, response, code, message, before] of BADLY) {
  Deno.test(`OpenAI chat gives what came before ${what}, then says so`, async () => {
    await using running = openAiServer({ chat: response });
    const server = await client(running.baseUrl);
    let text = "";
    const error = await failure((async () => {
      for await (const one of server.chat(asking("hi"), { signal: never })) if (one.type === "text") text += one.text;
    })());
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.ok(!error.message.includes("secret words"));
    assert.ok(text.startsWith(before) && (before !== "" || text === ""), text.slice(0, 20));
  });
}

Deno.test("OpenAI chat shows the emotion that an answer begins with, and does not say it", async () => {
  assert.deepEqual(await answer(() => stream([says("<think>x</think>\n"), says("😊"), says(" Hel"), says("lo."), ends("stop")])), [
    { type: "emotion", emotion: "happy" },
    { type: "text", text: "Hel" },
    { type: "text", text: "lo." },
  ]);
});

Deno.test("OpenAI chat puts tool calls together from their fragments", async () => {
  const response = () =>
    stream([
      says("One moment."),
      calls({ index: 0, id: "a", type: "function", function: { name: "set_volume", arguments: "" } }),
      calls({ index: 0, function: { arguments: '{"vol' } }),
      calls({ index: 1, id: "b", type: "function", function: { name: "set_volume", arguments: { volume: 2 } } }),
      calls({ index: 0, function: { arguments: 'ume": 7}' } }),
      ends("tool_calls"),
    ]);
  assert.deepEqual(await answer(response, withTool), [
    { type: "text", text: "One moment." },
    { type: "tool_call", call: { id: "a", name: "set_volume", arguments: { volume: 7 } } },
    { type: "tool_call", call: { id: "b", name: "set_volume", arguments: { volume: 2 } } },
  ]);
});

Deno.test("OpenAI chat sends system prompt, calls, their answers, tools and the user's fields", async () => {
  await using running = openAiServer();
  const messages: ChatRequest["messages"] = [
    { role: "system", content: "Be kind." },
    { role: "user", content: "louder" },
    { role: "assistant", content: "", toolCalls: [{ id: "a", name: "set_volume", arguments: { volume: 7 } }] },
    { role: "tool", toolCallId: "a", content: "true" },
    { role: "assistant", content: "" },
    { role: "tool", toolCallId: "b", content: "Device is gone", isError: true },
  ];
  const server = await client(running.baseUrl, { chat: { extraBody: { temperature: 0.2, stream: false, model: "other" } } });
  await Array.fromAsync(server.chat({ ...withTool, messages }, { signal: never }));
  assert.deepEqual(running.seen[0]?.body, {
    temperature: 0.2,
    model: "m",
    stream: true,
    messages: [
      { role: "system", content: "Be kind." },
      { role: "user", content: "louder" },
      {
        role: "assistant",
        content: "",
        tool_calls: [{ id: "a", type: "function", function: { name: "set_volume", arguments: '{"volume":7}' } }],
      },
      { role: "tool", tool_call_id: "a", content: "true" },
      { role: "tool", tool_call_id: "b", content: "Error: Device is gone" },
    ],
    tools: [{ type: "function", function: TOOL }],
  });
});

Deno.test("OpenAI chat tells a model that its arguments are no JSON, and runs nothing of it", async () => {
  const bad = stream.bind(null, [
    says("Sure."),
    calls({ index: 0, id: "a", function: { name: "set_volume", arguments: '{"volume": loud' } }),
    calls({ index: 1, id: "b", function: { name: "set_volume", arguments: "{}" } }),
    ends("tool_calls"),
  ]);
  const good = stream.bind(null, [
    calls({ index: 0, id: "a", function: { name: "set_volume", arguments: '{"volume":7}' } }),
    ends("tool_calls"),
  ]);
  const answers = [bad, good];
  await using running = openAiServer({ chat: () => answers.shift()!() });
  const events = await Array.fromAsync((await client(running.baseUrl)).chat(withTool, { signal: never }));
  assert.deepEqual(events, [
    { type: "text", text: "Sure." },
    { type: "tool_call", call: { id: "a_2", name: "set_volume", arguments: { volume: 7 } } },
  ]);
  const told = running.seen[1]?.body["messages"] as { role: string; content: string }[];
  assert.deepEqual(told.map(({ role }) => role), ["user", "assistant", "tool", "tool"]);
  assert.match(told[2]!.content, /no JSON object: \{"volume": loud/);
});

Deno.test("OpenAI chat gives up on a model that goes on writing bad arguments", async () => {
  const bad = [calls({ index: 0, id: "a", function: { name: "set_volume", arguments: "{" } })];
  for (const [reason, requests] of [["tool_calls", 2], ["length", 1]] as const) {
    await using running = openAiServer({ chat: () => stream([...bad, ends(reason)]) });
    const work = async () => await Array.fromAsync((await client(running.baseUrl)).chat(withTool, { signal: never }));
    assert.equal((await failure(work())).code, "chat_bad_answer");
    assert.equal(running.seen.length, requests);
  }
});

Deno.test("OpenAI chat goes on without tools where the model takes none, and says so once", async () => {
  for (
    const words of ["registry.ollama.ai/library/gemma does not support tools", '"auto" tool choice requires --enable-auto-tool-choice']
  ) {
    await using running = openAiServer({
      chat: ({ body }) => body["tools"] === undefined ? stream([says("Hi."), ends("stop")]) : refuses(400, words),
    });
    using log = captureLogger();
    const server = await client(running.baseUrl, { logger: log.logger });
    for (let turn = 0; turn < 2; turn++) assert.equal(textOf(await Array.fromAsync(server.chat(withTool, { signal: never }))), "Hi.");
    assert.equal(running.seen.length, 3);
    assert.equal(log.messages("warning").length, 1);
  }
});

Deno.test("OpenAI chat gives up on a stream that stands still, not on a slow listener", async () => {
  const left = Promise.withResolvers<void>();
  await using running = openAiServer({ chat: () => stuck(event(says("One.")), SSE, left.resolve) });
  const clock = new VirtualClock();
  const iterator = (await client(running.baseUrl, { clock })).chat(asking("count"), { signal: never })[Symbol.asyncIterator]();
  assert.deepEqual((await iterator.next()).value, { type: "text", text: "One." });
  await clock.advance(60_000);
  const work = failure(iterator.next());
  await clock.advance(10_000);
  const error = await work;
  assert.deepEqual([error.code, error.message], ["chat_timeout", "Answer of model m stood still for 10000 ms"]);
  await left.promise;
  assert.equal(clock.armed, 0);
});

Deno.test("OpenAI chat does not take thoughts and pings for the beginning of an answer", async () => {
  const asked = Promise.withResolvers<void>();
  const pieces = [...bytesOf([": ping\n\n"]), ...event(chunk({ reasoning: "Hm" }))];
  await using running = openAiServer({
    chat: () => {
      asked.resolve();
      return stuck(pieces, SSE);
    },
  });
  const clock = new VirtualClock();
  const work = failure(CALLS.chat(await client(running.baseUrl, { clock }), never));
  await asked.promise;
  // The pieces come over a real socket, which virtual time does not wait for.
  await new Promise((resolve) => setTimeout(resolve, 100));
  await clock.advance(14_999);
  await clock.advance(1);
  const error = await work;
  assert.equal(error.code, "chat_timeout");
  assert.match(error.message, /only thought.*chatFirstToken.*openai\.chat\.extraBody/);
});

Deno.test("OpenAI chat closes the connection when its answer is aborted or left", async () => {
  for (const how of ["aborted", "left"] as const) {
    const left = Promise.withResolvers<void>();
    await using running = openAiServer({ chat: () => stuck(event(says("One.")), SSE, left.resolve) });
    const controller = new AbortController();
    const reason = new Error("Enough");
    const iterator = (await client(running.baseUrl)).chat(asking("count"), { signal: controller.signal })[Symbol.asyncIterator]();
    await iterator.next();
    const next = how === "aborted" ? assert.rejects(iterator.next(), (error) => error === reason) : iterator.return?.();
    controller.abort(reason);
    await next;
    await left.promise;
  }
});
