import assert from "node:assert/strict";
import { hangingServer, type OpenAiScript, openAiServer, refuses } from "../../../support/openai_server.ts";
import { captureLogger } from "../../../support/capture_logger.ts";
import { freePort } from "../../../support/free_port.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";
import { CALLS, client, failure, KEY, never } from "./support.ts";

const STAGES = { asr: ["transcribe", "recognize"], chat: ["chat", "chat"], tts: ["speak", "synthesize"] } as const;

for (const prefix of ["asr", "chat", "tts"] as const) {
  const call = CALLS[prefix];
  const [route, stage] = STAGES[prefix];
  const serving = (answer: OpenAiScript[typeof route]) => openAiServer({ [route]: answer });

  Deno.test(`OpenAI ${prefix} turns each refusal into its typed error, which says what to do`, async () => {
    const cases = [
      [401, {}, "unauthorized", false, /401 .*esp32Server\.openai\.apiKey must be a key/],
      [403, {}, "unauthorized", false, /403 .*esp32Server\.openai\.apiKey/],
      [
        404,
        {},
        "rejected",
        false,
        new RegExp(`model is "m" \\(esp32Server\\.openai\\.${stage}\\.model\\), GET http://127.*/v1/models lists`),
      ],
      [400, {}, "rejected", false, /400/],
      [413, {}, "too_large", false, /413/],
      [429, { "retry-after": "7" }, "busy", true, /asks to wait 7 s/],
      [429, {}, "busy", true, /429/],
      [500, {}, "unavailable", true, /500/],
      [503, { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }, "unavailable", true, /until Wed/],
      [302, { location: "http://127.0.0.1:1/" }, "rejected", false, /redirects .* set esp32Server\.openai\.baseUrl/],
    ] as const;
    using log = captureLogger();
    for (const [status, headers, fault, retryable, message] of cases) {
      await using bad = serving(() => refuses(status, `Key ${KEY} is not liked`, headers));
      const error = await failure(call(await client(bad.baseUrl, { logger: log.logger }), never));
      assert.deepEqual([error.code, error.stage, error.retryable], [`${prefix}_${fault}`, stage, retryable]);
      assert.match(error.message, message);
      if (status !== 302) assert.match(error.message, /\*\*\* is not liked/);
      assert.equal(bad.seen.length, 1, "a call that reached the server is not made again");
    }
    assert.ok(!JSON.stringify(log.records).includes(KEY));
  });

  Deno.test(`OpenAI ${prefix} repeats the words of a refusal in whatever shape they come`, async () => {
    const bodies = [
      { error: { message: "Out of cheese" } },
      { error: "Out of cheese" },
      { object: "error", message: "Out of cheese" },
      { detail: "Out of cheese" },
      { detail: [{ loc: ["body"], msg: "Out of cheese" }] },
      "Out of cheese",
    ];
    for (const body of bodies) {
      await using bad = serving(() => new Response(typeof body === "string" ? body : JSON.stringify(body), { status: 500 }));
      assert.match((await failure(call(await client(bad.baseUrl), never))).message, /Out of cheese/);
    }
  });

  Deno.test(`OpenAI ${prefix} says which address nobody listens at`, async () => {
    const port = freePort();
    const error = await failure(call(await client(`http://user:${KEY}@127.0.0.1:${port}/v1`), never));
    assert.deepEqual([error.code, error.retryable], [`${prefix}_unavailable`, true]);
    assert.match(error.message, new RegExp(`Nothing listens at http://127\\.0\\.0\\.1:${port}/v1 .*esp32Server\\.openai\\.baseUrl`));
  });

  Deno.test(`OpenAI ${prefix} gives up on a server that hangs, and the server sees it`, async () => {
    using bad = hangingServer();
    const clock = new VirtualClock();
    const work = failure(call(await client(bad.baseUrl, { clock }), never));
    await bad.asked;
    await clock.advance(15_000);
    assert.equal((await work).code, `${prefix}_timeout`);
    await bad.left;
    assert.equal(clock.armed, 0);
  });

  Deno.test(`OpenAI ${prefix} ends with the caller's reason on abort, and the server sees it`, async () => {
    using bad = hangingServer();
    const controller = new AbortController();
    const reason = new Error("Enough");
    const work = assert.rejects(call(await client(bad.baseUrl), controller.signal), (error) => error === reason);
    await bad.asked;
    controller.abort(reason);
    await work;
    await bad.left;
  });

  Deno.test(`OpenAI ${prefix} refuses a web page, and says which address is wrong`, async () => {
    await using bad = serving(() => new Response("<!doctype html><p>Log in", { headers: { "content-type": "text/html" } }));
    const error = await failure(call(await client(bad.baseUrl), never));
    assert.equal(error.code, `${prefix}_bad_answer`);
  });

  Deno.test(`OpenAI ${prefix} takes an error inside of a good status for what it is`, async () => {
    await using bad = serving(() => Response.json({ error: { message: "Out of cheese" } }));
    const error = await failure(call(await client(bad.baseUrl), never));
    assert.match(error.code, /_(bad_answer|unavailable)$/);
    assert.match(error.message, /Out of cheese/);
  });

  Deno.test(`OpenAI ${prefix} sends key and model, or no key where there is none`, async () => {
    await using running = openAiServer();
    await call(await client(running.baseUrl), never);
    await call(await client(running.baseUrl, { shared: { apiKey: "" } }), never);
    const [first, second] = running.seen;
    assert.equal(first?.headers.get("authorization"), `Bearer ${KEY}`);
    assert.equal(second?.headers.get("authorization"), null);
    assert.equal(prefix === "asr" ? first?.form.get("model") : first?.body["model"], "m");
  });

  Deno.test(`OpenAI ${prefix} keeps the shared key from a server that is another`, async () => {
    await using shared = openAiServer();
    await using own = openAiServer();
    await call(await client(shared.baseUrl, { [stage]: { baseUrl: own.baseUrl } }), never);
    await call(await client(shared.baseUrl, { [stage]: { baseUrl: own.baseUrl, apiKey: "sk-own" } }), never);
    await call(await client(shared.baseUrl, { [stage]: { baseUrl: `${shared.baseUrl}/` } }), never);
    await call(
      await client("", { recognize: { baseUrl: own.baseUrl }, chat: { baseUrl: own.baseUrl }, synthesize: { baseUrl: own.baseUrl } }),
      never,
    );
    assert.deepEqual(own.seen.map(({ headers }) => headers.get("authorization")), [null, "Bearer sk-own", `Bearer ${KEY}`]);
    assert.deepEqual(shared.seen.map(({ headers }) => headers.get("authorization")), [`Bearer ${KEY}`]);
  });
}
