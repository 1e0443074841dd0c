/**
 * What devices remember from one conversation to the next.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Memories, type MemoriesOptions } from "../../../actors/device/memory.ts";
import { MEMORY_TOKENS } from "../../../actors/device/memory_prompt.ts";
import { estimateTokens } from "../../../actors/device/token_estimate.ts";
import { delay } from "../../../base/clock.ts";
import type { ChatEvent, ChatRequest } from "../../../services/esp32_server/stages.ts";
import { openSqliteHistory } from "../../../services/history/sqlite.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { conversation, type ScriptedDevice } from "../../support/conversation.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const DEVICE = "aa:bb:cc:dd:ee:ff";

/** Conversations over a real history, and a chat stage that summarises. */
async function world() {
  const clock = new VirtualClock();
  const dir = tempDir();
  const store = await openSqliteHistory({ dataDir: dir.path, clock });
  const log = captureLogger();
  const summaries: ChatRequest[] = [];
  const state = { takesMs: 50, answer: (n: number): string | Error => `Memory ${n}.`, aborted: 0 };
  const options: MemoriesOptions = {
    clock,
    logger: log.logger,
    store,
    history: store,
    chat: {
      async *chat(request, { signal }): AsyncGenerator<ChatEvent> {
        summaries.push(request);
        const answer = state.answer(summaries.length);
        try {
          await delay(clock, state.takesMs, signal);
        } catch (reason) {
          state.aborted++;
          throw reason;
        }
        if (answer instanceof Error) throw answer;
        yield { type: "emotion", emotion: "happy" };
        yield { type: "text", text: answer };
      },
    },
  };
  const memories = new Memories(options);
  const talk = conversation({ clock, deps: { history: store, memories }, settings: { persona: "Be kind." } });
  return {
    clock,
    store,
    log,
    summaries,
    state,
    memories,
    /** What a restart makes. */
    again: () => new Memories(options),
    talk,
    connect: async (): Promise<ScriptedDevice> => {
      const device = talk.connect(DEVICE);
      await device.hello();
      return device;
    },
    ask: async (device: ScriptedDevice, times = 1, text = "question") => {
      for (let n = 0; n < times; n++) {
        device.send({ type: "listen", state: "text", text });
        await clock.advance(2000);
      }
    },
    memory: async () => (await store.memoryOf(DEVICE))?.summary,
    told: () => talk.server.asked.chats.at(-1)?.messages[0]?.content ?? "",
    [Symbol.asyncDispose]: async () => {
      await memories[Symbol.asyncDispose]();
      await talk[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      log[Symbol.dispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

Deno.test("the memory is renewed every ten turns, and told to the model from then on", async () => {
  await using it = await world();
  const device = await it.connect();
  await it.ask(device, 9);
  assert.equal(it.summaries.length, 0);
  await it.ask(device);
  assert.equal(it.summaries.length, 1);
  assert.equal(await it.memory(), "Memory 1.");
  await it.ask(device);
  assert.match(it.told(), /^Be kind\.\n\n.*earlier conversations.*\nMemory 1\./);
  await it.ask(device, 9);
  const [, second] = it.summaries;
  assert.match(second?.messages[1]?.content ?? "", /^Memory so far:\nMemory 1\.\n/);
  assert.equal(second?.messages[1]?.content.match(/^Person: /gm)?.length, 10);
  assert.deepEqual([second?.tools, second?.sessionId], [[], `memory-${DEVICE}`]);
});

Deno.test("the memory is renewed at the end of a session, and the next one begins with it", async () => {
  await using it = await world();
  const device = await it.connect();
  await it.ask(device, 2, "My name is Ann");
  device.vanish();
  await it.clock.advance(1000);
  assert.match(it.summaries[0]?.messages[1]?.content ?? "", /Person: My name is Ann\nAssistant: Fine\.\n/);
  await it.ask(await it.connect());
  assert.match(it.told(), /Memory 1\./);
});

Deno.test("a session in which nothing was said, or only a wake word, makes no summary", async () => {
  await using it = await world();
  const device = await it.connect();
  device.send({ type: "listen", state: "detect", text: "小智" });
  await it.clock.advance(3000);
  device.vanish();
  await it.clock.advance(1000);
  assert.equal(it.summaries.length, 0);
});

Deno.test("a summary that takes long delays no turn", async () => {
  await using it = await world();
  it.state.takesMs = 50_000;
  const device = await it.connect();
  await it.ask(device, 12);
  assert.equal((await it.store.listTurns()).filter(({ outcome }) => outcome === "completed").length, 12);
  assert.equal(it.summaries.length, 1);
  await it.clock.advance(50_000);
  assert.equal(await it.memory(), "Memory 1.");
});

Deno.test("a summary that fails, hangs or is empty is logged, and the next covers what it did not", async () => {
  await using it = await world();
  const device = await it.connect();
  for (const answer of [new Error("down"), "  "]) {
    it.state.answer = () => answer;
    await it.ask(device, 10);
  }
  assert.equal(await it.memory(), undefined);
  it.state.takesMs = 1_000_000;
  it.state.answer = () => "Late.";
  await it.ask(device, 10);
  await it.clock.advance(61_000);
  const logged = it.log.messages("warning");
  assert.equal(logged.length, 3);
  assert.match(logged.join("\n"), /not renewed: "?down[^]*nothing[^]*within 60 s/);
  it.state.takesMs = 10;
  it.state.answer = () => "All of it.";
  await it.ask(await it.connect(), 10);
  assert.equal(await it.memory(), "All of it.");
  assert.equal(it.summaries.at(-1)?.messages[1]?.content.match(/^Person: /gm)?.length, 30);
});

Deno.test("a memory is never longer than 300 tokens", async () => {
  await using it = await world();
  it.state.answer = () => "她喜欢喝茶。".repeat(400);
  await it.ask(await it.connect(), 10);
  const memory = await it.memory() ?? "";
  assert.equal(MEMORY_TOKENS, 300);
  assert.ok(estimateTokens(memory) > 290 && estimateTokens(memory) <= 300);
  assert.ok(memory.endsWith("。"));
});

Deno.test("what is forgotten is gone from the next turn, and a summary that was being made does not bring it back", async () => {
  await using it = await world();
  const device = await it.connect();
  await it.ask(device, 10);
  await it.ask(device);
  assert.match(it.told(), /Memory 1\./);
  it.state.takesMs = 5000;
  await it.ask(device, 9);
  assert.equal(it.summaries.length, 2);
  assert.equal(await it.store.forgetMemory(DEVICE, it.clock.wall()), true);
  await it.clock.advance(5000);
  await it.ask(device);
  await it.ask(device);
  assert.equal(it.told(), "Be kind.");
  device.vanish();
  await it.clock.advance(6000);
  assert.equal(it.summaries.at(-1)?.messages[1]?.content.match(/^Person: /gm)?.length, 2);
  assert.match(it.summaries.at(-1)?.messages[1]?.content ?? "", /^Memory so far:\n\(nothing\)/);
});

Deno.test("a shutdown ends a summary at once and begins none, and what was said is in the first one after it", async () => {
  await using it = await world();
  it.state.takesMs = 50_000;
  const device = await it.connect();
  await it.ask(device, 11);
  await it.talk.supervisor.stop(1000);
  await it.memories[Symbol.asyncDispose]();
  assert.deepEqual([it.summaries.length, it.state.aborted], [1, 1]);
  assert.equal(await it.memory(), undefined);
  await it.memories.renew(DEVICE);
  assert.equal(it.summaries.length, 1);
  assert.deepEqual(it.log.messages("warning"), []);
  await using again = it.again();
  const renewed = again.renew(DEVICE);
  await it.clock.advance(50_000);
  await renewed;
  assert.equal(it.summaries.at(-1)?.messages[1]?.content.match(/^Person: /gm)?.length, 11);
});

Deno.test("many devices are summarised two at a time", async () => {
  await using it = await world();
  it.state.takesMs = 1000;
  await it.ask(await it.connect());
  const [said] = await it.store.listTurns();
  const ids = ["a", "b", "c", "d", "e"];
  for (const id of ids) await it.store.commitTurn({ ...said!, turnId: `T${id}`, deviceId: id });
  const made = ids.map((id) => it.memories.renew(id));
  for (const begun of [2, 4, 5]) {
    await it.clock.advance(900);
    assert.equal(it.summaries.length, begun);
    await it.clock.advance(100);
  }
  await Promise.all(made);
  for (const id of ids) assert.match((await it.store.memoryOf(id))?.summary ?? "", /^Memory \d\.$/);
});
