import assert from "node:assert/strict";
import { StageError } from "../../../../services/esp32_server/errors.ts";
import { BreakerOpenError } from "../../../../services/esp32_server/resilience/mod.ts";
import type { ChatEvent } from "../../../../services/esp32_server/stages.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";
import { build, chatting, collecting, question } from "./scripted.ts";

const DOWN = new StageError("chat", "unavailable", "Nobody answers");
const SMILE: ChatEvent = { type: "emotion", emotion: "happy" };
const CALL: ChatEvent = { type: "tool_call", call: { id: "1", name: "light", arguments: {} } };
const NEVER = new AbortController().signal;

const said = (events: readonly ChatEvent[]) => events.map((event) => event.type === "text" ? event.text : event.type);

Deno.test("the first choice answers as long as it works, and the others are not asked", async () => {
  const clock = new VirtualClock();
  const [first, second] = [chatting(clock, "first", [SMILE, "Hel", 100, "lo."]), chatting(clock, "second", ["No."])];
  const { server, served } = build({ clock, chat: [first, second] });
  const answer = collecting(server.chat(question(), { signal: NEVER }));
  await clock.advance(100);
  assert.deepEqual([said(answer.pieces), answer.ended], [["emotion", "Hel", "lo."], "end"]);
  assert.deepEqual([served(), second.calls, first.closed, clock.armed], [["first"], 0, 1, 0]);
});

Deno.test("a failure before the first text is answered by the next, and the failed one's face is not shown", async () => {
  const clock = new VirtualClock();
  const { server, served, events } = build({
    clock,
    chat: [chatting(clock, "first", [SMILE, " ", DOWN]), chatting(clock, "second", ["Hi."])],
  });
  const answer = collecting(server.chat(question(), { signal: NEVER }));
  await clock.advance(0);
  assert.deepEqual([said(answer.pieces), answer.ended], [["Hi."], "end"]);
  assert.deepEqual(served(), ["second"]);
  assert.ok(events.some((event) => event.type === "failed" && event.provider === "first" && event.error === DOWN && !event.delivered));
});

for (const [what, piece] of [["text", "Once upon"], ["tool call", CALL]] as const) {
  Deno.test(`after the first ${what} nobody takes over: the error reaches the caller`, async () => {
    const clock = new VirtualClock();
    const second = chatting(clock, "second", ["Hi."]);
    const { server, events } = build({ clock, chat: [chatting(clock, "first", [piece, DOWN]), second] });
    const answer = collecting(server.chat(question(), { signal: NEVER }));
    await clock.advance(0);
    assert.deepEqual([answer.pieces.length, answer.ended, second.calls], [1, DOWN, 0]);
    assert.ok(events.some((event) => event.type === "failed" && event.delivered));
  });
}

Deno.test("a provider that does not begin is given up sooner where another can take over, and closed although it is stuck", async () => {
  const clock = new VirtualClock();
  const [first, second] = [chatting(clock, "first", [Infinity]), chatting(clock, "second", [Infinity])];
  const { server } = build({ clock, chat: [first, second] });
  const answer = collecting(server.chat(question(), { signal: NEVER }));
  await clock.advance(5249);
  assert.equal(second.calls, 0);
  await clock.advance(1);
  assert.equal(second.calls, 1);
  await clock.advance(15_249);
  assert.deepEqual([answer.ended], ["open"]);
  await clock.advance(1);
  assert.ok(answer.ended instanceof StageError);
  assert.deepEqual([answer.ended.code, clock.armed], ["chat_timeout", 0]);
});

Deno.test("an answer that stands still ends with a time-out, and the consumer's own pauses do not count", async () => {
  const clock = new VirtualClock();
  const { server } = build({ clock, chat: [chatting(clock, "only", ["One. ", "Two. ", Infinity])] });
  const events = server.chat(question(), { signal: NEVER })[Symbol.asyncIterator]();
  await events.next();
  await clock.advance(60_000);
  assert.deepEqual((await events.next()).value, { type: "text", text: "Two. " });
  const stuck = assert.rejects(events.next(), { code: "chat_timeout" });
  await clock.advance(10_250);
  await stuck;
});

Deno.test("after three failures the provider is skipped, and after its cool-down it serves again", async () => {
  const clock = new VirtualClock();
  const first = chatting(clock, "first", [DOWN], [DOWN], [DOWN], ["Back."]);
  const { server, served, opened, events } = build({ clock, chat: [first, chatting(clock, "second", ["Hi."])] });
  const ask = async () => {
    for await (const _ of server.chat(question(), { signal: NEVER }));
  };
  for (let n = 0; n < 5; n++) await ask();
  assert.deepEqual([first.calls, opened()], [3, ["first"]]);
  assert.ok(events.some((event) => event.type === "skipped" && event.provider === "first" && event.remainingMs === 5000));
  assert.deepEqual(server.health().find(({ stage }) => stage === "chat"), {
    stage: "chat",
    status: "warn",
    provider: "second",
    note: "first failed too often, tried again in 5 s",
    order: [{ provider: "first", breaker: "open", retryInMs: 5000 }, { provider: "second", breaker: "closed" }],
  });
  await clock.advance(5000);
  await ask();
  assert.equal(served().at(-1), "first");
  assert.equal(server.health().find(({ stage }) => stage === "chat")?.status, "pass");
});

Deno.test("where all are left alone the caller is told at once, with the shortest wait", async () => {
  const clock = new VirtualClock();
  const { server } = build({
    clock,
    chat: [chatting(clock, "first", [DOWN]), chatting(clock, "second", [DOWN])],
    breaker: { consecutiveFailures: 1 },
  });
  const ask = () => Array.fromAsync(server.chat(question(), { signal: NEVER }));
  await assert.rejects(ask(), (error) => error === DOWN);
  await assert.rejects(ask(), (error) => error instanceof BreakerOpenError && error.remainingMs === 5000);
  assert.equal(server.health().find(({ stage }) => stage === "chat")?.status, "fail");
});

Deno.test("an abort ends the call with its reason, asks nobody else, closes the stream and counts for nothing", async () => {
  const clock = new VirtualClock();
  const [first, second] = [chatting(clock, "first", [20_000, "Late."]), chatting(clock, "second", ["Hi."])];
  const { server, events } = build({ clock, chat: [first, second], breaker: { consecutiveFailures: 1 } });
  const controller = new AbortController();
  const answer = collecting(server.chat(question(), { signal: controller.signal }));
  await clock.advance(1000);
  const reason = new Error("Barge-in");
  controller.abort(reason);
  await clock.advance(0);
  assert.equal(answer.ended, reason);
  assert.deepEqual([second.calls, events], [0, []]);
  await clock.advance(20_000);
  assert.equal(first.closed, 1);
  await assert.rejects(Array.fromAsync(server.chat(question(), { signal: controller.signal })), (error) => error === reason);
});

Deno.test("leaving in the middle closes the provider's stream", async () => {
  const clock = new VirtualClock();
  const first = chatting(clock, "first", ["One. ", "Two. "]);
  const { server } = build({ clock, chat: [first] });
  for await (const _ of server.chat(question(), { signal: NEVER })) break;
  assert.deepEqual([first.closed, clock.armed], [1, 0]);
});

Deno.test("an empty answer is replaced by the next provider's", async () => {
  const clock = new VirtualClock();
  const { server, served, opened } = build({ clock, chat: [chatting(clock, "first", [SMILE]), chatting(clock, "second", ["Hi."])] });
  const answer = await Array.fromAsync(server.chat(question(), { signal: NEVER }));
  assert.deepEqual([said(answer), served(), opened()], [["Hi."], ["second"], []]);
});

Deno.test("one empty answer stays empty where nobody has another; repeated ones are failures and open the breaker", async () => {
  const clock = new VirtualClock();
  const { server, opened } = build({ clock, chat: [chatting(clock, "only", [])] });
  const ask = () => Array.fromAsync(server.chat(question(), { signal: NEVER }));
  assert.deepEqual(await ask(), []);
  await assert.rejects(ask(), { code: "chat_bad_answer" });
  await assert.rejects(ask(), { code: "chat_bad_answer" });
  assert.deepEqual(opened(), []);
  await assert.rejects(ask(), { code: "chat_bad_answer" });
  assert.deepEqual(opened(), ["only"]);
});

Deno.test("after a tool there may be nothing left to say", async () => {
  const clock = new VirtualClock();
  const second = chatting(clock, "second", ["Hi."]);
  const { server, opened } = build({ clock, chat: [chatting(clock, "first", [SMILE]), second], breaker: { consecutiveFailures: 1 } });
  for (let n = 0; n < 5; n++) assert.deepEqual(said(await Array.fromAsync(server.chat(question("tool"), { signal: NEVER }))), ["emotion"]);
  assert.deepEqual([second.calls, opened()], [0, []]);
});

Deno.test("a refused request goes to the next provider and does not count", async () => {
  const clock = new VirtualClock();
  const refused = new StageError("chat", "rejected", "Bad request");
  const { server, opened } = build({ clock, chat: [chatting(clock, "first", [refused]), chatting(clock, "second", ["Hi."])] });
  for (let n = 0; n < 9; n++) assert.deepEqual(said(await Array.fromAsync(server.chat(question(), { signal: NEVER }))), ["Hi."]);
  assert.deepEqual(opened(), []);
});
