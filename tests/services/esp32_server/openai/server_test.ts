import assert from "node:assert/strict";
import { AppError } from "../../../../base/errors.ts";
import { createEsp32Server } from "../../../../services/esp32_server/mod.ts";
import { openAiServer, refuses } from "../../../support/openai_server.ts";
import { freePort } from "../../../support/free_port.ts";
import { machineDeps, optionsWith } from "../support.ts";
import { allOpenAi, client, KEY, never, openAiOptions } from "./support.ts";

Deno.test("a stage of an OpenAI-compatible server without address or model is refused at the start, naming the key", async () => {
  const url = "http://127.0.0.1:8000/v1";
  const cases = [
    [openAiOptions("", {}), /esp32Server\.openai\.recognize\.baseUrl is "" .*such as http/],
    [
      openAiOptions(url, { chat: { model: "" } }),
      /esp32Server\.openai\.chat\.model is "" .*GET http:\/\/127\.0\.0\.1:8000\/v1\/models lists/,
    ],
    [openAiOptions(url, { synthesize: { model: "" } }), /esp32Server\.openai\.synthesize\.model/],
  ] as const;
  for (const [openai, message] of cases) {
    await assert.rejects(
      createEsp32Server(allOpenAi(openai), machineDeps()),
      (error) => error instanceof AppError && error.code === "openai_incomplete" && message.test(error.message),
    );
  }
  const { openai: _, ...without } = allOpenAi(openAiOptions(url));
  await assert.rejects(createEsp32Server(without, machineDeps()), { code: "openai_incomplete" });
});

Deno.test("each stage says which model of which server does it, without credentials", async () => {
  const server = await client(`http://user:${KEY}@127.0.0.1:8000/v1/`, { chat: { baseUrl: "https://cloud.example/api/v1", model: "big" } });
  assert.deepEqual(server.describe(), [
    "Recognition: model m at http://127.0.0.1:8000/v1",
    "Chat: model big at https://cloud.example/api/v1",
    "Speech: model m at http://127.0.0.1:8000/v1",
  ]);
});

Deno.test("health says whether the server answers, takes the key and has the model", async () => {
  const cases = [
    [() => Response.json({ data: [{ id: "x" }, { id: "m" }] }), "pass", undefined],
    [() => Response.json({ data: [{ id: "m:latest" }] }), "pass", undefined],
    [() => Response.json({ data: [] }), "pass", undefined],
    [() => new Response("Not found", { status: 404 }), "pass", undefined],
    [() => Response.json({ data: [{ id: "x" }, { id: "y" }] }), "warn", /does not list the model "m" .*chat\.model; it lists x, y/],
    [() => refuses(401, `Bad key ${KEY}`), "fail", /401 .*esp32Server\.openai\.apiKey/],
    [() => refuses(400, "No"), "fail", /400/],
  ] as const;
  for (const [models, status, note] of cases) {
    await using running = openAiServer({ models });
    const health = await (await client(running.baseUrl)).health({ signal: never });
    assert.deepEqual(health.map((one) => [one.stage, one.status]), [["recognize", status], ["chat", status], ["synthesize", status]]);
    const chat = health[1]!;
    assert.match(chat.provider, /^openai \(m at 127\.0\.0\.1:\d+\)$/);
    if (note === undefined) assert.equal(chat.note, undefined);
    else assert.match(chat.note ?? "", note);
    assert.ok(!JSON.stringify(health).includes(KEY));
  }
});

Deno.test("health says that a server is down instead of failing", async () => {
  const port = freePort();
  const health = await (await client(`http://127.0.0.1:${port}/v1`)).health({ signal: never });
  assert.ok(health.every(({ status, note }) => status === "fail" && note?.includes(`Nothing listens at http://127.0.0.1:${port}/v1`)));
});

Deno.test("stages of different providers stand side by side", async () => {
  await using running = openAiServer();
  const base = optionsWith();
  const options = {
    ...base,
    recognize: { ...base.recognize, program: "none" },
    chat: { provider: "openai" },
    synthesize: { ...base.synthesize, program: "tone" },
    openai: openAiOptions(running.baseUrl),
  } as const;
  await using server = await createEsp32Server(options, machineDeps());
  const health = await server.health({ signal: never });
  assert.deepEqual(health.map(({ stage, provider }) => [stage, provider.split(" ")[0]]), [
    ["detect", "embedded"],
    ["recognize", "embedded"],
    ["chat", "openai"],
    ["synthesize", "embedded"],
  ]);
});
