import assert from "node:assert/strict";
import { createEsp32Server, type OpenAiOptions } from "../../../../services/esp32_server/mod.ts";
import { discoverOllama, DISCOVERY_MS, OLLAMA } from "../../../../services/esp32_server/openai/discover.ts";
import { settle, VirtualClock } from "../../../support/virtual_clock.ts";
import { says, stream } from "../../../support/openai_server.ts";
import { asking, textOf } from "../contract.ts";
import { machineDeps, optionsWith } from "../support.ts";
import { KEY, never, openAiOptions } from "./support.ts";

const MODELS = [
  { name: "nomic-embed-text:latest", modified_at: "2026-11-20T10:00:00Z", details: { family: "nomic-bert" } },
  { name: "gpt-oss:120b-cloud", modified_at: "2026-11-19T10:00:00Z", details: {} },
  { name: "deepseek-v3:671b", modified_at: "2026-11-19T10:00:00Z", remote_host: "https://ollama.com:443", details: {} },
  { name: "kimi-k2:cloud", modified_at: "2026-11-19T10:00:00Z", details: {} },
  { name: "qwen3:4b", modified_at: "2026-11-10T12:00:00+08:00", details: { family: "qwen3" } },
  { name: "gemma3:latest", modified_at: "2026-11-18T10:00:00Z", details: { family: "gemma3" } },
];

type Fetch = typeof globalThis.fetch;

/** A fetch that reaches nothing but an Ollama with these models. */
function ollama(models: unknown, asked: Request[] = []): Fetch {
  return (input, init) => {
    const request = new Request(input, init);
    asked.push(request);
    if (request.url === `${OLLAMA}/api/tags`) return Promise.resolve(Response.json(models));
    if (request.url === `${OLLAMA}/v1/chat/completions`) return Promise.resolve(stream([says("Hello from Ollama.")]));
    return Promise.reject(new TypeError(`fetch went to ${request.url}`));
  };
}

const refused: Fetch = () =>
  Promise.reject(new TypeError("error sending request", { cause: new Error("tcp connect error: Connection refused") }));

function section(chat: Partial<OpenAiOptions["chat"]> = {}, discover = true): OpenAiOptions {
  return openAiOptions("https://cloud.example/v1", { shared: { discover }, chat: { model: "", ...chat } });
}

async function server(fetch: Fetch, openai: OpenAiOptions, clock = machineDeps().clock) {
  const base = optionsWith();
  const quiet = { recognize: { ...base.recognize, program: "none" }, synthesize: { ...base.synthesize, program: "tone" } };
  return await createEsp32Server({ ...base, ...quiet, openai }, { ...machineDeps(), clock, fetch });
}

const chatLine = (lines: readonly string[]) => lines.find((line) => line.startsWith("Chat: ")) ?? "";

Deno.test("a local Ollama is found and talked to with the newest model that chats and runs here", async () => {
  const asked: Request[] = [];
  await using found = await server(ollama({ models: MODELS }, asked), section());
  const line = chatLine(found.describe());
  assert.match(line, /^Chat: model gemma3:latest at http:\/\/127\.0\.0\.1:11434\/v1, found by itself among gemma3:latest, qwen3:4b;/);
  assert.match(line, /esp32Server\.openai\.chat\.model/);
  assert.equal(textOf(await Array.fromAsync(found.chat(asking("hi"), { signal: never }))), "Hello from Ollama.");
  assert.equal((await asked.at(-1)!.json()).model, "gemma3:latest");
  assert.ok(asked.every(({ headers }) => !JSON.stringify([...headers]).includes(KEY)), "a cloud's key was sent to Ollama");
});

Deno.test("the configured model is taken from a local Ollama, with or without its tag", async () => {
  for (const model of ["qwen3:4b", "gemma3"]) {
    await using found = await server(ollama({ models: MODELS }), section({ model }));
    assert.match(chatLine(found.describe()), new RegExp(`^Chat: model ${model}`));
  }
});

const NONE: readonly (readonly [string, Fetch, RegExp, string?])[] = [
  ["nobody listens", refused, /no Ollama at http:\/\/127\.0\.0\.1:11434;/],
  ["another server listens", () => Promise.resolve(new Response("Not found", { status: 404 })), /no Ollama .*answered 404/],
  ["it answers nonsense", () => Promise.resolve(new Response("<html>")), /no Ollama/],
  ["it has no list", ollama({}), /no list of models/],
  ["it has no model", ollama({ models: [] }), /no chat model; get one with: ollama pull/],
  ["it has no chat model of its own", ollama({ models: [...MODELS.slice(0, 4), null, {}] }), /no chat model/],
  ["it lacks the configured model", ollama({ models: MODELS }), /no model "llama9", .*it has gemma3:latest, qwen3:4b/, "llama9"],
];

for (const [what, fetch, note, model = ""] of NONE) {
  Deno.test(`the offline assistant answers where ${what}`, async () => {
    await using alone = await server(fetch, section({ model }));
    assert.match(chatLine(alone.describe()), /^Chat: offline assistant/);
    assert.match(chatLine(alone.describe()), note);
    assert.equal(textOf(await Array.fromAsync(alone.chat(asking("what is two plus three"), { signal: never }))), "That makes 5.");
  });
}

Deno.test("the search for Ollama ends after its time even where fetch hears no signal", async () => {
  const clock = new VirtualClock();
  const work = discoverOllama(section(), clock, () => new Promise(() => {}));
  let done = false;
  work.then(() => done = true);
  await clock.advance(DISCOVERY_MS - 1);
  await settle();
  assert.equal(done, false);
  await clock.advance(1);
  const { endpoint, note } = await work;
  assert.equal(endpoint, undefined);
  assert.match(note, /No answer within 300 ms/);
  assert.equal(clock.armed, 0);
});

Deno.test("nobody looks for Ollama where that is switched off, or the chat is somebody else's", async () => {
  const asked: Request[] = [];
  const base = optionsWith();
  await using off = await server(ollama({ models: MODELS }, asked), section({}, false));
  assert.match(chatLine(off.describe()), /offline assistant/);
  for (const provider of ["embedded", "http"] as const) {
    const deps = { ...machineDeps(), fetch: ollama({ models: MODELS }, asked) };
    await using _ = await createEsp32Server({ ...base, openai: section(), chat: { provider } }, deps);
  }
  assert.equal(asked.length, 0);
});
