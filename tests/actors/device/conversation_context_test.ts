/**
 * What the chat stage is told: as much of the conversation as there is room for, and no more than was heard.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { Conversation } from "../../../actors/device/conversation.ts";
import { estimateTokens } from "../../../actors/device/token_estimate.ts";
import { Turn } from "../../../actors/device/turn.ts";
import { conversation } from "../../support/conversation.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const clock = new VirtualClock();

function turn(userText: string, heard: string, outcome: "completed" | "interrupted" = "completed"): Turn {
  const made = new Turn({ turnId: "t", sessionId: "s", deviceId: "d", source: "speech", clock });
  made.userText = userText;
  made.replyText = `${heard} and more`;
  made.heard = { text: heard, ms: 1000 };
  made.end(outcome);
  return made;
}

const short = (talk: Conversation, question = "now") => talk.messages(question).map(({ role, content }) => `${role[0]} ${content}`);
const options = { contextTurns: 10, contextTokens: 3000, persona: () => "Be kind.", memory: () => "" };

Deno.test("the model is told what was heard, with an ellipsis where the person cut in or heard nothing", () => {
  const talk = new Conversation(options);
  talk.add(turn("one", "First."));
  talk.add(turn("two", "Second, but", "interrupted"));
  talk.add(turn("three", "", "interrupted"));
  const [system, ...rest] = short(talk);
  assert.deepEqual(rest, ["u one", "a First.", "u two", "a Second, but …", "u three", "a …", "u now"]);
  assert.match(system ?? "", /^s Be kind\.\n\n.*"…".*cut off.*did not hear/);
});

Deno.test("nothing is said of cut answers where none was cut, and nothing at all where there are no instructions", () => {
  const talk = new Conversation({ ...options, persona: () => "" });
  talk.add(turn("one", "First."));
  assert.deepEqual(short(talk), ["u one", "a First.", "u now"]);
});

Deno.test("what is remembered of earlier conversations stands in the instructions", () => {
  const talk = new Conversation({ ...options, memory: () => "Her name is Ann." });
  assert.match(short(talk)[0] ?? "", /^s Be kind\.\n\n.*earlier conversations.*\nHer name is Ann\.$/);
});

Deno.test("the newest turns that fit are told, whole, and instructions and question always", () => {
  const text = fc.string({ maxLength: 60 }).map((said) => `x${said}`);
  fc.assert(fc.property(fc.array(fc.tuple(text, text), { maxLength: 12 }), fc.integer({ min: 0, max: 200 }), (said, contextTokens) => {
    const talk = new Conversation({ ...options, contextTokens });
    for (const [user, heard] of said) talk.add(turn(user, heard));
    const messages = talk.messages("question");
    const told = messages.slice(1, -1);
    const cost = messages.reduce((sum, { content }) => sum + estimateTokens(content) + 4, 0);
    assert.deepEqual([messages[0]?.role, messages.at(-1)?.content], ["system", "question"]);
    assert.deepEqual(told.map(({ content }) => content), said.slice(-10).flat().slice(told.length === 0 ? Infinity : -told.length));
    assert.ok(told.length === 0 || cost <= contextTokens, `${cost} tokens`);
    const next = said.slice(-10).at(-told.length / 2 - 1);
    const more = cost + (next ?? []).reduce((sum, content) => sum + estimateTokens(content) + 4, 0);
    assert.ok(next === undefined || told.length / 2 === Math.min(10, said.length) || more > contextTokens, "there was room for one more");
  }));
});

Deno.test("a long conversation forgets its oldest turns by tokens", async () => {
  await using talk = conversation({ settings: { contextTokens: 200, persona: "" }, script: { says: () => ["好".repeat(60) + "。"] } });
  const device = talk.connect();
  await device.hello();
  for (let n = 0; n < 4; n++) {
    device.send({ type: "listen", state: "text", text: `question ${n}` });
    await talk.clock.advance(3000);
  }
  const told = talk.server.asked.chats.map(({ messages }) => messages.filter(({ role }) => role === "user").map(({ content }) => content));
  assert.deepEqual(told.at(-1), ["question 1", "question 2", "question 3"]);
});

Deno.test("after a barge-in history and context hold what was heard", async () => {
  await using talk = conversation({ script: { says: () => ["One is here. Two is here."], speaksForMs: () => 1200 } });
  const device = talk.connect();
  await device.hello();
  device.listen("manual");
  device.send({ type: "listen", state: "text", text: "count" });
  await talk.clock.advance(800);
  device.send({ type: "abort" });
  await talk.clock.advance(100);
  device.send({ type: "listen", state: "text", text: "what did you say?" });
  await talk.clock.advance(100);
  const [first] = talk.history.turns;
  assert.deepEqual([first?.outcome, first?.replyText], ["interrupted", "One is here. Two is here."]);
  assert.ok((first?.heardText ?? "").length < 20);
  assert.deepEqual(talk.server.asked.chats[1]?.messages.slice(1).map(({ content }) => content), [
    "count",
    `${first?.heardText} …`,
    "what did you say?",
  ]);
});
