import assert from "node:assert/strict";
import { createEsp32Server, type Esp32ServerOptions, type Programs } from "../../../services/esp32_server/mod.ts";
import type { Esp32Server } from "../../../services/esp32_server/stages.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { freePort } from "../../support/free_port.ts";
import { openAiServer, refuses } from "../../support/openai_server.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { asking, textOf } from "./contract.ts";
import { openAiOptions } from "./openai/support.ts";
import { machineDeps, optionsWith, serve } from "./support.ts";

const never = new AbortController().signal;

/** A machine without programs. */
const NO_PROGRAMS: Programs = {
  find: () => Promise.resolve(undefined),
  run: () => Promise.reject(new Error("There is no program")),
};

/** Chat by `openai`, then `http`, then this process. */
function threeChats(openai: string, http: string): Esp32ServerOptions {
  const base = optionsWith();
  return {
    ...base,
    baseUrl: http,
    chat: { provider: "openai", fallback: ["http", "embedded"] },
    recognize: { ...base.recognize, provider: "http" },
    synthesize: { ...base.synthesize, provider: "http", fallback: ["embedded"] },
    openai: openAiOptions(openai),
  };
}

async function said(server: Esp32Server): Promise<string> {
  return textOf(await Array.fromAsync(server.chat(asking("what is two plus three"), { signal: never })));
}

Deno.test("stand-ins answer in the order of the configuration, and the first choice again once it is back", async () => {
  using log = captureLogger();
  const clock = new VirtualClock();
  let httpWorks = true;
  await using openai = openAiServer({ chat: () => refuses(500, "Out of memory") });
  await using http = serve((request) => {
    if (new URL(request.url).pathname === "/health") return Response.json({ status: "pass" });
    return httpWorks ? Response.json({ text: "From http." }) : new Response(null, { status: 503 });
  });
  const deps = { ...machineDeps(), clock, logger: log.logger, programs: NO_PROGRAMS, random: flatRandom() };
  await using server = await createEsp32Server(threeChats(openai.baseUrl, http.baseUrl), deps);
  const chatLine = () => server.describe()[1];
  const chatHealth = async () => (await server.health({ signal: never })).find(({ stage }) => stage === "chat");
  const order = `Chat: model m at ${openai.baseUrl}; where that fails: ${http.baseUrl}, then offline assistant`;
  assert.equal(chatLine(), order);

  for (let turn = 0; turn < 4; turn++) assert.equal(await said(server), "From http.");
  assert.equal(openai.seen.filter(({ path }) => path.endsWith("completions")).length, 3, "an open breaker was called");
  assert.equal(chatLine(), `${order}; now: ${http.baseUrl}`);
  const replaced = await chatHealth();
  assert.deepEqual(replaced?.status, "warn");
  assert.match(replaced?.note ?? "", /^openai .*failed too often, tried again in 5 s; .* stands in$/);
  assert.deepEqual(replaced?.order, [
    { provider: "openai", breaker: "open", retryInMs: 5000 },
    { provider: "http", breaker: "closed" },
    { provider: "embedded", breaker: "closed" },
  ]);

  httpWorks = false;
  assert.equal(await said(server), "That makes 5.");
  httpWorks = true;
  openai.script.chat = openAiServerAnswer;
  await clock.advance(5000);
  assert.equal(await said(server), "Hello.");
  assert.equal(chatLine(), order);
  assert.equal((await chatHealth())?.order?.[0]?.breaker, "closed");

  const lines = log.messages().filter((line) => /breaker/.test(line));
  assert.equal(lines.length, 2, lines.join("\n"));
  assert.match(
    lines[0] ?? "",
    /^Provider openai of the chat stage is left alone for 5000 ms, its breaker is open: .*500.*\(chat_unavailable\)$/,
  );
  assert.match(lines[1] ?? "", /^Provider openai of the chat stage is back; its breaker is closed$/);
});

Deno.test("a server that comes back is trusted again with the first health check that finds it, whatever its cool-down", async () => {
  const clock = new VirtualClock();
  let isUp = true;
  await using http = serve((request) => {
    if (new URL(request.url).pathname === "/health") return Response.json({ status: isUp ? "pass" : "fail" });
    return isUp ? Response.json({ text: "From http." }) : new Response(null, { status: 503 });
  });
  const base = optionsWith();
  const options: Esp32ServerOptions = { ...base, baseUrl: http.baseUrl, chat: { provider: "http", fallback: ["embedded"] } };
  await using server = await createEsp32Server(options, { ...machineDeps(), clock, programs: NO_PROGRAMS, random: flatRandom() });
  const chatStatus = async () => (await server.health({ signal: never })).find(({ stage }) => stage === "chat")?.status;
  assert.equal(await chatStatus(), "pass");
  isUp = false;
  for (let turn = 0; turn < 3; turn++) assert.equal(await said(server), "That makes 5.");
  assert.equal(await chatStatus(), "warn");
  isUp = true;
  await clock.advance(1);
  assert.equal(await chatStatus(), "pass");
  assert.equal(await said(server), "From http.");
});

Deno.test("beeps do not stand in for a voice, nor the length of an utterance for its words, and the banner says so", async () => {
  const base = optionsWith();
  const baseUrl = `http://127.0.0.1:${freePort()}`;
  const options: Esp32ServerOptions = {
    ...base,
    baseUrl,
    recognize: { ...base.recognize, provider: "http", fallback: ["embedded"] },
    synthesize: { ...base.synthesize, provider: "http", fallback: ["embedded"] },
  };
  await using server = await createEsp32Server(options, { ...machineDeps(), programs: NO_PROGRAMS });
  const helpless = "; embedded cannot stand in, as no engine for it is installed";
  assert.deepEqual([server.describe()[0], server.describe()[2]], [`Recognition: ${baseUrl}${helpless}`, `Speech: ${baseUrl}${helpless}`]);
  await assert.rejects(server.synthesize({ text: "Hello", language: "en" }, { signal: never }), { code: "tts_unavailable" });
  const stages = await server.health({ signal: never });
  assert.deepEqual(stages.map(({ stage, status, order }) => [stage, status, order?.length]), [
    ["detect", "pass", 1],
    ["recognize", "fail", 1],
    ["chat", "pass", 1],
    ["synthesize", "fail", 1],
  ]);
});

Deno.test("a program of this machine stands in for a voice that is away", async () => {
  const base = optionsWith();
  const programs: Programs = {
    find: (name) => Promise.resolve(name === "flite" ? "/usr/bin/flite" : undefined),
    run: () => Promise.reject(new Error("Not called")),
  };
  const options: Esp32ServerOptions = {
    ...base,
    baseUrl: `http://127.0.0.1:${freePort()}`,
    synthesize: { ...base.synthesize, provider: "http", fallback: ["embedded"] },
  };
  await using server = await createEsp32Server(options, { ...machineDeps(), programs });
  assert.match(server.describe()[2] ?? "", /where that fails: flite$/);
  const speech = (await server.health({ signal: never })).find(({ stage }) => stage === "synthesize");
  assert.deepEqual([speech?.status, speech?.provider], ["warn", "embedded (flite)"]);
  assert.match(speech?.note ?? "", /^http.*; embedded \(flite\) stands in$/);
});

function openAiServerAnswer(): Response {
  const event = (choice: unknown) => `data: ${JSON.stringify({ choices: [choice] })}\n\n`;
  const body = event({ index: 0, delta: { content: "Hello." } }) + event({ index: 0, delta: {}, finish_reason: "stop" }) +
    "data: [DONE]\n\n";
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** Spreads no cool-down. */
function flatRandom() {
  return { next: () => 0, bytes: (count: number) => new Uint8Array(count), uuid: () => "uuid" };
}
