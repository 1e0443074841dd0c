import assert from "node:assert/strict";
import { z } from "zod";
import { createServerTools, defineTool, type ServerTool, type ToolContext, ToolRegistry } from "../../../services/tools/mod.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const WEATHER = "https://weather.example/{place}?key=s3cret";

interface Options {
  readonly weather?: string;
  readonly place?: string;
  readonly fetch?: typeof fetch;
  readonly roles?: readonly string[];
  readonly more?: readonly ServerTool[];
}

function tools({ weather = "", place = "", fetch, roles = [], more = [] }: Options = {}) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1, 16, 30));
  const log = captureLogger();
  const registry = createServerTools({
    clock,
    logger: log.logger,
    timezone: "Asia/Shanghai",
    roles,
    weather: { url: weather, place, timeoutMs: 5000 },
    more,
    ...(fetch === undefined ? {} : { fetch }),
  });
  const done: string[] = [];
  const context: ToolContext = {
    deviceId: "d",
    sessionId: "s",
    language: "en",
    conversation: {
      end: () => void done.push("end"),
      roles,
      changeRole: (name) => Promise.resolve(void done.push(`role ${name}`)),
    },
    call: () => Promise.reject(new Error("unused")),
  };
  const run = (name: string, args: Record<string, unknown> = {}, signal = new AbortController().signal) =>
    registry.run(name, args, context, { signal });
  return { clock, log, registry, context, done, run, [Symbol.dispose]: () => log[Symbol.dispose]() };
}

const answers = (body: string, init: ResponseInit = {}): typeof fetch => () =>
  Promise.resolve(new Response(body, { headers: { "content-type": "application/json" }, ...init }));

Deno.test("tools are offered with JSON schemas, weather and roles only where they are configured", () => {
  using bare = tools();
  assert.deepEqual(bare.registry.offered(bare.context.conversation).map(({ name }) => name), ["get_time", "exit_conversation"]);
  using all = tools({ weather: WEATHER, roles: ["老师", "pirate"] });
  const specs = all.registry.offered(all.context.conversation);
  assert.deepEqual(specs.map(({ name }) => name), ["get_time", "get_weather", "exit_conversation", "change_role"]);
  for (const { parameters } of specs) {
    assert.equal(parameters["type"], "object");
    assert.equal(typeof parameters["properties"], "object");
    assert.equal(parameters["$schema"], undefined);
  }
  assert.deepEqual((specs[3]?.parameters["properties"] as { role: { enum: string[] } }).role.enum, ["老师", "pirate", "default"]);
});

Deno.test("the time is that of the configured zone, or of another that is asked for", async () => {
  using it = tools();
  assert.deepEqual(await it.run("get_time"), { text: "Friday, 2026-01-02 00:30:00 (Asia/Shanghai, GMT+08:00)", isError: false });
  assert.match((await it.run("get_time", { timezone: "America/New_York" })).text, /^Thursday, 2026-01-01 11:30:00/);
  const wrong = await it.run("get_time", { timezone: "Mars/Olympus" });
  assert.equal(wrong.isError, true);
  assert.match(wrong.text, /no time zone "Mars\/Olympus".*IANA/);
});

Deno.test("weather is asked at the configured address, with the place as one part of it", async () => {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = (url) => {
    asked.push(String(url));
    return Promise.resolve(new Response('{ "temp": 3 }', { headers: { "content-type": "application/json; charset=utf-8" } }));
  };
  using it = tools({ weather: WEATHER, place: "Berlin", fetch });
  assert.deepEqual(await it.run("get_weather", { place: "北京/../x?a=b" }), { text: '{"temp":3}', isError: false });
  await it.run("get_weather");
  assert.deepEqual(asked, [
    `https://weather.example/${encodeURIComponent("北京/../x?a=b")}?key=s3cret`,
    "https://weather.example/Berlin?key=s3cret",
  ]);
});

Deno.test("weather as text is passed on, and no more of it than a model can read", async () => {
  const text = { headers: { "content-type": "text/plain" } };
  using short = tools({ weather: WEATHER, fetch: answers("Sunny, 3 °C\n", text) });
  assert.equal((await short.run("get_weather", { place: "Rome" })).text, "Sunny, 3 °C");
  let sent = 0;
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => {
      sent += 1024;
      controller.enqueue(new Uint8Array(1024).fill(97));
    },
  });
  using long = tools({ weather: WEATHER, fetch: () => Promise.resolve(new Response(endless, text)) });
  assert.equal((await long.run("get_weather", { place: "Rome" })).text.length, 8001);
  assert.ok(sent < 80_000, `${sent} bytes were read`);
});

for (
  const [what, fetch] of [
    ["is down", () => Promise.reject(new TypeError("cannot reach https://weather.example/Rome?key=s3cret"))],
    ["refuses", answers("no s3cret", { status: 403 })],
    ["answers with a page", answers("<html>", { headers: { "content-type": "text/html" } })],
    ["answers with nothing", answers("")],
  ] as const
) {
  Deno.test(`a weather service that ${what} is an error for the model, without the key of the address`, async () => {
    using it = tools({ weather: WEATHER, fetch });
    const { text, isError } = await it.run("get_weather", { place: "Rome" });
    assert.equal(isError, true);
    assert.match(text, /weather service/);
    assert.ok(!`${text} ${JSON.stringify(it.log.records)}`.includes("s3cret"));
  });
}

Deno.test("a service that hangs is given up in time, and told so", async () => {
  let aborted = false;
  const fetch: typeof globalThis.fetch = (_url, init) =>
    new Promise((_, reject) => init?.signal?.addEventListener("abort", () => (aborted = true, reject(init.signal?.reason))));
  using it = tools({ weather: WEATHER, fetch });
  const answer = it.run("get_weather", { place: "Rome" });
  await it.clock.advance(5000);
  assert.deepEqual(await answer, { text: "Tool get_weather gave no answer within 5 s", isError: true });
  assert.equal(aborted, true);
  assert.equal(it.clock.armed, 0);
});

Deno.test("a tool that hears no signal is left behind all the same, by time and by the end of the turn", async () => {
  const stuck = defineTool({ name: "stuck", description: "", schema: z.object({}), run: () => new Promise<string>(() => {}) });
  using it = tools({ more: [stuck] });
  const late = it.run("stuck");
  await it.clock.advance(10_000);
  assert.equal((await late).isError, true);
  const turn = new AbortController();
  const cut = it.run("stuck", {}, turn.signal);
  turn.abort(new Error("over"));
  await assert.rejects(cut, /over/);
  assert.equal(it.clock.armed, 0);
});

Deno.test("wrong arguments and unknown names are told to the model, with what would be right", async () => {
  using it = tools({ weather: WEATHER, roles: ["pirate"], fetch: () => assert.fail("it was asked") });
  for (
    const [name, args, says] of [
      ["get_weather", {}, /Wrong arguments for get_weather[^]*place/],
      ["get_weather", { place: 5 }, /expected string/],
      ["get_weather", { place: "x".repeat(101) }, /100/],
      ["change_role", { role: "king" }, /pirate/],
      ["exit_conversation", { now: true }, /now/],
      ["nothing", {}, /no tool nothing/],
    ] as const
  ) {
    const { text, isError } = await it.run(name, args);
    assert.equal(isError, true, name);
    assert.match(text, says);
  }
  assert.deepEqual(it.done, []);
});

Deno.test("the conversation is ended and the role changed through the context", async () => {
  using it = tools({ roles: ["pirate"] });
  assert.equal((await it.run("exit_conversation")).isError, false);
  assert.equal((await it.run("change_role", { role: "pirate" })).isError, false);
  assert.deepEqual(it.done, ["end", "role pirate"]);
});

Deno.test("two tools of one name, and names that models do not take, are refused at the start", () => {
  const named = (name: string) => defineTool({ name, description: "", schema: z.object({}), run: () => "" });
  using it = tools();
  for (const bad of [[named("a"), named("a")], [named("a.b")], [named("")], [named("x".repeat(65))]]) {
    assert.throws(() => new ToolRegistry({ clock: it.clock, logger: it.log.logger, tools: bad }), { code: "tool_name" });
  }
});
