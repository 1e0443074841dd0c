/**
 * How much a device may use in a day, and what it hears when that is used up.
 *
 * @module
 */

import assert from "node:assert/strict";
import { DailyUsage } from "../../../services/history/daily_usage.ts";
import { openSqliteHistory, type SqliteHistory } from "../../../services/history/sqlite.ts";
import { type Conversation, conversation, type ConversationOptions, type ScriptedDevice } from "../../support/conversation.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const LIMIT = "We have used up our time for today. Let's talk again tomorrow.";
const HOUR_MS = 3_600_000;

type Limits = { readonly turnsPerDay: number; readonly spokenSecondsPerDay: number };

/** A server over the history in `dataDir`; stopping it and starting another is a restart. */
async function server(dataDir: string, clock: VirtualClock, limits: Partial<Limits>, options: ConversationOptions = {}) {
  const store: SqliteHistory = await openSqliteHistory({ dataDir, clock });
  const talk = conversation({
    clock,
    ...options,
    settings: { limits: { turnsPerDay: 0, spokenSecondsPerDay: 0, ...limits } },
    deps: { history: store, usage: new DailyUsage({ clock, timezone: "Asia/Shanghai", store }) },
  });
  return {
    talk,
    store,
    heard: async () => (await store.listTurns()).map(({ heardText }) => heardText),
    [Symbol.asyncDispose]: async () => (await talk[Symbol.asyncDispose](), await store[Symbol.asyncDispose]()),
  };
}

async function connected(talk: Conversation, deviceId?: string): Promise<ScriptedDevice> {
  const device = talk.connect(deviceId);
  await device.hello();
  return device;
}

async function ask(talk: Conversation, device: ScriptedDevice, text = "hello"): Promise<void> {
  device.send({ type: "listen", state: "text", text });
  await talk.clock.advance(3000);
}

Deno.test("a device that has used its turns hears so in its language, and the turn is recorded with the reason", async () => {
  await using dir = tempDir();
  await using it = await server(dir.path, new VirtualClock(), { turnsPerDay: 2 });
  const device = await connected(it.talk);
  for (const text of ["one", "two", "three", "你好"]) await ask(it.talk, device, text);
  const turns = await it.store.listTurns();
  assert.deepEqual(turns.map(({ heardText }) => heardText), ["Fine.", "Fine.", LIMIT, "今天的使用额度已经用完了，明天再聊吧。"]);
  assert.deepEqual(turns.map(({ outcome, error }) => [outcome, error?.code]).slice(1), [
    ["completed", undefined],
    ["failed", "daily_limit"],
    ["failed", "daily_limit"],
  ]);
  assert.equal(it.talk.server.asked.chats.length, 2);
  assert.equal(device.closed, undefined);
  await ask(it.talk, await connected(it.talk, "aa:bb:cc:dd:ee:02"));
  assert.equal(it.talk.server.asked.chats.length, 3);
});

Deno.test("the count survives a restart", async () => {
  await using dir = tempDir();
  const clock = new VirtualClock();
  {
    await using it = await server(dir.path, clock, { turnsPerDay: 2 });
    await ask(it.talk, await connected(it.talk));
  }
  await using it = await server(dir.path, clock, { turnsPerDay: 2 });
  const device = await connected(it.talk);
  await ask(it.talk, device);
  await ask(it.talk, device);
  assert.deepEqual(await it.heard(), ["Fine.", "Fine.", LIMIT]);
});

Deno.test("the count begins anew at midnight of the configured zone, and the refusal is not in the model's context", async () => {
  await using dir = tempDir();
  const clock = new VirtualClock(Date.UTC(2026, 0, 1, 15, 59));
  await using it = await server(dir.path, clock, { turnsPerDay: 1 });
  const device = await connected(it.talk);
  await ask(it.talk, device, "one");
  await ask(it.talk, device, "two");
  await clock.advance(55_000);
  await ask(it.talk, device, "three");
  assert.deepEqual(await it.heard(), ["Fine.", LIMIT, "Fine."]);
  const told = it.talk.server.asked.chats.at(-1)!.messages.filter(({ role }) => role === "user").map(({ content }) => content);
  assert.deepEqual(told, ["one", "three"]);
});

Deno.test("seconds of speech are limited too, counting what was heard; a wake word is told so at once", async () => {
  await using dir = tempDir();
  await using it = await server(dir.path, new VirtualClock(), { spokenSecondsPerDay: 1 }, { script: { speaksForMs: () => 600 } });
  const device = await connected(it.talk);
  for (let n = 0; n < 3; n++) await ask(it.talk, device);
  device.send({ type: "listen", state: "detect", text: "hi xiaozhi" });
  await it.talk.clock.advance(3000);
  assert.deepEqual(await it.heard(), ["Fine.", "Fine.", LIMIT, LIMIT]);
});

Deno.test("announcements are made and goodbyes said also when the day is used up, and cost nothing of it", async () => {
  await using dir = tempDir();
  await using it = await server(dir.path, new VirtualClock(), { turnsPerDay: 1, spokenSecondsPerDay: 1 });
  const device = await connected(it.talk);
  device.listen("auto");
  for (let n = 0; n < 3; n++) {
    assert.equal(typeof it.talk.supervisor.say("aa:bb:cc:dd:ee:ff", "Dinner.", false), "object");
    await it.talk.clock.advance(2000);
  }
  await ask(it.talk, device);
  await ask(it.talk, device);
  it.talk.supervisor.say("aa:bb:cc:dd:ee:ff", "Bedtime.", false);
  await it.talk.clock.advance(2000);
  await ask(it.talk, device, "再见");
  assert.deepEqual((await it.heard()).slice(3), ["Fine.", LIMIT, "Bedtime.", "再见。"]);
  assert.equal(device.closed?.code, 1000);
});

Deno.test("where the history cannot be read the person is answered", async () => {
  const clock = new VirtualClock();
  const usage = new DailyUsage({ clock, timezone: "UTC", store: { usageOf: () => Promise.reject(new Error("locked")) } });
  await using talk = conversation({ clock, deps: { usage }, settings: { limits: { turnsPerDay: 1, spokenSecondsPerDay: 0 } } });
  const device = await connected(talk);
  await ask(talk, device);
  await ask(talk, device);
  assert.equal(talk.server.asked.chats.length, 2);
  assert.match(talk.log.messages("error")[0] ?? "", /used today.*locked/);
  await clock.advance(HOUR_MS);
});
