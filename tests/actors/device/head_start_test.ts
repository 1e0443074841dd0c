import assert from "node:assert/strict";
import { HeadStart } from "../../../actors/device/head_start.ts";
import type { ChatEvent, ChatRequest, ChatStage } from "../../../services/esp32_server/stages.ts";
import { settle } from "../../support/virtual_clock.ts";

const REQUEST: ChatRequest = { messages: [], tools: [], sessionId: "s", deviceId: "d", language: "en" };

/** A stage that counts up to `limit` and then fails, where it is told to. */
function counting(limit: number, error?: Error) {
  const seen = { given: 0, returned: false };
  const stage: ChatStage = {
    async *chat() {
      try {
        for (; seen.given < limit; seen.given++) yield await Promise.resolve({ type: "text", text: `${seen.given}` } as const);
        if (error !== undefined) throw error;
      } finally {
        seen.returned = true;
      }
    },
  };
  return { stage, seen };
}

async function textOf(events: AsyncIterable<ChatEvent>): Promise<string[]> {
  const texts: string[] = [];
  for await (const event of events) if (event.type === "text") texts.push(event.text);
  return texts;
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);
const never = () => new AbortController().signal;

Deno.test("an answer is whole and in order, whenever it is taken over", async () => {
  for (const length of [0, 1, 3, 255, 256, 257, 1000]) {
    for (const late of [false, true]) {
      const head = new HeadStart(counting(length).stage, REQUEST, never());
      if (late) await settle();
      assert.deepEqual(await textOf(head.take(never())), numbers(length));
    }
  }
});

Deno.test("an endless answer that nobody takes is not read for ever, and is told to end", async () => {
  const { stage, seen } = counting(Infinity);
  const over = new AbortController();
  new HeadStart(stage, REQUEST, over.signal);
  await settle();
  await settle();
  assert.ok(seen.given < 300, `${seen.given}`);
  over.abort();
  await settle();
  assert.ok(seen.returned);
});

Deno.test("leaving an answer in its middle ends it", async () => {
  const { stage, seen } = counting(Infinity);
  for await (const event of new HeadStart(stage, REQUEST, never()).take(never())) {
    if (event.type === "text" && event.text === "300") break;
  }
  await settle();
  assert.ok(seen.returned);
});

Deno.test("a failure is told after what came before it", async () => {
  for (const late of [false, true]) {
    const head = new HeadStart(counting(2, new Error("down")).stage, REQUEST, never());
    if (late) await settle();
    assert.equal(head.failed, late);
    const events = head.take(never());
    assert.deepEqual([(await events.next()).value, (await events.next()).value], numbers(2).map((text) => ({ type: "text", text })));
    await assert.rejects(events.next(), /down/);
  }
});
