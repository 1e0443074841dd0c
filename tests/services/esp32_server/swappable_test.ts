import assert from "node:assert/strict";
import type { ComposedEsp32Server } from "../../../services/esp32_server/composed.ts";
import { createLiveEsp32Server } from "../../../services/esp32_server/live.ts";
import { SwappableServer } from "../../../services/esp32_server/swappable.ts";
import type { ChatEvent, ChatRequest } from "../../../services/esp32_server/stages.ts";
import { type Config, configWith } from "../../../services/config/mod.ts";
import type { PreparedChange } from "../../../services/config/live/mod.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { fakeServer } from "../../support/fake_server.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

const SIGNAL = new AbortController().signal;
const REQUEST: ChatRequest = { messages: [{ role: "user", content: "Hi" }], tools: [], sessionId: "s", deviceId: "d", language: "en" };
const OPTIONS = { onDisposeError: (error: unknown) => assert.fail(String(error)) };

/** A server that answers with its name. */
function named(name: string, clock: VirtualClock): ComposedEsp32Server & { disposed: boolean } {
  const server = {
    ...fakeServer(clock, { hears: [name], says: () => [name, `${name} again`] }),
    followsInstructions: true,
    providers: { recognize: ["http"], chat: ["http"], synthesize: ["http"] } as const,
    describe: () => [name],
    disposed: false,
    [Symbol.asyncDispose]: () => Promise.resolve(void (server.disposed = true)),
  };
  return server;
}

const text = (event: IteratorResult<ChatEvent>) => event.value?.type === "text" ? event.value.text : undefined;

/** What a promise resolves to, with time going on. */
async function within<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  await clock.advance(1000);
  return await promise;
}

Deno.test("an answer under way goes on with the server that began it, the next one is the new server's, and the old one ends last", async () => {
  const clock = new VirtualClock();
  const [a, b] = [named("A", clock), named("B", clock)];
  await using server = new SwappableServer(a, OPTIONS);
  const answer = server.chat(REQUEST, { signal: SIGNAL })[Symbol.asyncIterator]();
  assert.equal(text(await within(clock, answer.next())), "A");
  server.swap(b);
  const [next] = await within(clock, Array.fromAsync(server.chat(REQUEST, { signal: SIGNAL })));
  assert.deepEqual(next, { type: "text", text: "B" });
  assert.deepEqual([a.disposed, server.retired], [false, 1]);
  assert.equal(text(await within(clock, answer.next())), "A again");
  await within(clock, answer.next());
  await settle();
  assert.deepEqual([a.disposed, server.retired, b.disposed], [true, 0, false]);
});

Deno.test("whoever holds on to a server keeps it, for every call, until they let go", async () => {
  const clock = new VirtualClock();
  const [a, b] = [named("A", clock), named("B", clock)];
  await using server = new SwappableServer(a, OPTIONS);
  const pinned = server.pin();
  server.swap(b);
  const [first] = await within(clock, Array.fromAsync(pinned.chat(REQUEST, { signal: SIGNAL })));
  assert.deepEqual([first, a.disposed], [{ type: "text", text: "A" }, false]);
  pinned[Symbol.dispose]();
  pinned[Symbol.dispose]();
  await settle();
  assert.equal(a.disposed, true);
});

for (const way of ["read to its end", "given up", "aborted unread"] as const) {
  Deno.test(`audio that is ${way} lets its server go`, async () => {
    const clock = new VirtualClock();
    const a = named("A", clock);
    await using server = new SwappableServer(a, OPTIONS);
    const turn = new AbortController();
    const audio = await within(clock, server.synthesize({ text: "Hi", language: "en" }, { signal: turn.signal }));
    server.swap(named("B", clock));
    await settle();
    assert.equal(a.disposed, false);
    assert.ok(audio.kind === "pcm");
    if (way === "read to its end") { for await (const _ of audio.chunks); }
    else if (way === "given up") { for await (const _ of audio.chunks) break; }
    else turn.abort();
    await settle();
    assert.equal(a.disposed, true);
  });
}

Deno.test("disposal ends all servers, whoever still uses them", async () => {
  const clock = new VirtualClock();
  const [a, b] = [named("A", clock), named("B", clock)];
  const server = new SwappableServer(a, OPTIONS);
  server.pin();
  server.swap(b);
  await server[Symbol.asyncDispose]();
  assert.deepEqual([a.disposed, b.disposed], [true, true]);
});

Deno.test("a change of the providers makes a new server, any other change makes none, and one that cannot be made refuses", async () => {
  const clock = new VirtualClock();
  using log = captureLogger();
  let prepare: (next: Config, previous: Config) => Promise<PreparedChange | undefined> = () => Promise.resolve(undefined);
  let gone = false;
  const live = {
    config: configWith(),
    onChange(listener: unknown) {
      prepare = listener as typeof prepare;
      return { [Symbol.dispose]: () => void (gone = true) };
    },
  };
  const made: ReturnType<typeof named>[] = [];
  const make = (options: { readonly baseUrl: string }) => {
    if (options.baseUrl.includes("broken")) return Promise.reject(new Error("It cannot be made"));
    made.push(named(options.baseUrl, clock));
    return Promise.resolve(made.at(-1)!);
  };
  const server = await createLiveEsp32Server({ live, deps: { clock, logger: log.logger }, make });
  assert.equal(await prepare(configWith({ features: { cache: false } }), live.config), undefined);
  const prepared = await prepare(configWith({ esp32Server: { baseUrl: "http://b:1" } }), live.config);
  assert.deepEqual(server.describe(), [live.config.esp32Server.baseUrl], "prepared is not done");
  prepared?.commit();
  assert.deepEqual([server.describe(), made[0]?.disposed], [["http://b:1"], true]);
  (await prepare(configWith({ esp32Server: { baseUrl: "http://c:1" } }), live.config))?.discard?.();
  assert.deepEqual([server.describe(), made[2]?.disposed], [["http://b:1"], true]);
  await assert.rejects(prepare(configWith({ esp32Server: { baseUrl: "http://broken:1" } }), live.config), /cannot be made/);
  await server[Symbol.asyncDispose]();
  assert.ok(gone);
});
