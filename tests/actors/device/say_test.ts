/**
 * Announcements of the owner: said where the device takes a reply, and nowhere else.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type Conversation, conversation, type ScriptedDevice, STEADY } from "../../support/conversation.ts";
import { Scenario, type ScenarioOptions } from "../../support/scenario.ts";
import { checkTurns, StrictBench } from "./strict_bench.ts";

const STRICT = "02:00:00:00:00:01";
const DEVICE = "aa:bb:cc:dd:ee:ff";
const LONG = { script: { speaksForMs: () => 5000 } };

async function connected(talk: Conversation, mode?: "auto" | "manual" | "realtime"): Promise<ScriptedDevice> {
  const device = talk.connect();
  await device.hello();
  if (mode !== undefined) device.listen(mode);
  await talk.clock.advance(0);
  return device;
}

const say = (talk: Conversation, interrupt = false) => talk.supervisor.say(DEVICE, "Dinner is ready.", interrupt);

Deno.test("a listening device says what the owner wants, and listens on", async () => {
  await using talk = conversation();
  const device = await connected(talk, "auto");
  const said = say(talk);
  assert.ok(typeof said === "object");
  await talk.clock.advance(3000);
  assert.deepEqual(device.log().slice(1), ["tts start", "llm neutral", "tts sentence_start Dinner is ready.", "frames 10", "tts stop"]);
  assert.equal(device.state, "listening");
  const [turn] = talk.history.turns;
  assert.deepEqual(
    [turn?.turnId, turn?.source, turn?.userText, turn?.heardText, turn?.outcome],
    [said.turnId, "say", "", "Dinner is ready.", "completed"],
  );
  await device.say();
  await talk.clock.advance(2000);
  const [, announcement, heard] = talk.server.asked.chats[0]?.messages ?? [];
  assert.match(announcement?.content ?? "", /announced/);
  assert.equal(heard?.content, "Dinner is ready.");
});

Deno.test("a push-to-talk device says it between two presses", async () => {
  await using talk = conversation();
  const device = await connected(talk, "manual");
  device.send({ type: "listen", state: "stop" });
  await talk.clock.advance(0);
  assert.equal(device.state, "idle");
  assert.equal(typeof say(talk), "object");
  await talk.clock.advance(3000);
  assert.equal(talk.history.turns[0]?.source, "say");
  assert.equal(device.state, "idle");
});

Deno.test("nothing is said before the device has listened or woken up, not even urgently", async () => {
  await using talk = conversation();
  const device = await connected(talk);
  assert.equal(say(talk), "not_ready");
  assert.equal(say(talk, true), "not_ready");
  assert.deepEqual(device.log(), ["hello"]);
  device.send({ type: "listen", state: "detect", text: "小智" });
  await talk.clock.advance(3000);
  assert.equal(typeof say(talk), "object");
});

Deno.test("nobody is spoken to who is not there", async () => {
  await using talk = conversation();
  assert.equal(say(talk), "unknown");
  const device = await connected(talk, "auto");
  device.vanish();
  await talk.clock.advance(0);
  assert.equal(say(talk), "unknown");
});

Deno.test("while a reply is heard the owner is told that the device is busy, and may interrupt", async () => {
  await using talk = conversation(LONG);
  const device = await connected(talk, "auto");
  await device.say();
  await talk.clock.advance(1000);
  assert.equal(device.state, "speaking");
  assert.equal(say(talk), "busy");
  const before = device.arrivals.length;
  assert.equal(typeof say(talk, true), "object");
  await talk.clock.advance(0);
  assert.deepEqual(device.log(before), ["tts stop"]);
  // The device listens again, and says so, before the announcement begins.
  device.listen("auto");
  await talk.clock.advance(450);
  assert.deepEqual(device.log(before).slice(0, 3), ["tts stop", "tts start", "llm neutral"]);
  await talk.clock.advance(9000);
  assert.deepEqual(talk.history.turns.map(({ source, outcome }) => [source, outcome]), [["speech", "interrupted"], ["say", "completed"]]);
  assert.equal(device.state, "listening");
});

Deno.test("a person who speaks is not interrupted unless it is urgent", async () => {
  await using talk = conversation();
  const device = await connected(talk, "auto");
  await device.record("speech", 600);
  assert.equal(device.state, "vad");
  assert.equal(say(talk), "busy");
  assert.equal(typeof say(talk, true), "object");
  await talk.clock.advance(3000);
  assert.deepEqual(talk.history.turns.map(({ source }) => source), ["say"]);
  assert.equal(talk.server.asked.utterances.length, 0);
  await device.say();
  await talk.clock.advance(3000);
  assert.equal(talk.history.turns[1]?.userText, "hello");
});

Deno.test("on a device that cancels its echo the person can cut into an announcement", async () => {
  await using talk = conversation(LONG);
  const device = await connected(talk, "realtime");
  say(talk);
  await talk.clock.advance(1500);
  await device.say();
  await talk.clock.advance(6000);
  assert.deepEqual(talk.history.turns.map(({ source, outcome }) => [source, outcome]), [["say", "interrupted"], ["speech", "completed"]]);
});

Deno.test("an urgent announcement in the middle of a goodbye keeps the connection", async () => {
  await using talk = conversation({ settings: { silentMicMs: 1_000_000 }, ...LONG });
  const device = await connected(talk, "auto");
  await talk.clock.advance(61_000);
  assert.equal(device.state, "speaking");
  assert.equal(typeof say(talk, true), "object");
  await talk.clock.advance(6000);
  assert.equal(device.closed, undefined);
  assert.equal(talk.history.turns.at(-1)?.heardText, "Dinner is ready.");
});

Deno.test("an announcement whose speech cannot be made is recorded as failed, and the device listens on", async () => {
  await using talk = conversation({ script: { speaksForMs: () => new Error("down") } });
  const device = await connected(talk, "auto");
  say(talk);
  await talk.clock.advance(3000);
  assert.deepEqual(talk.history.turns.map(({ source, outcome }) => [source, outcome]), [["say", "failed"]]);
  assert.equal(device.state, "listening");
});

Deno.test("announcements keep an idle connection no longer than a conversation does", async () => {
  await using talk = conversation({ settings: { silentMicMs: 1_000_000, goodbye: "silent" } });
  const device = await connected(talk, "auto");
  await talk.clock.advance(50_000);
  say(talk);
  await talk.clock.advance(50_000);
  assert.notEqual(device.state, "gone");
  await talk.clock.advance(15_000);
  assert.equal(device.closed?.reason, "Idle");
});

/** What the owner is told who tries at `at`, first without and then with interrupting. */
async function announcedAt(at: number, scenario: Scenario) {
  const answers: unknown[] = [];
  const played = await scenario.at(at, (_, talk) => {
    answers.push(talk.supervisor.which()[0]?.state, say(talk), typeof say(talk, true));
  }).play(12_000);
  return { played, answers };
}

Deno.test("who may go on after an unfinished text is interrupted by what is urgent alone", async () => {
  for (const mode of ["auto", "realtime"] as const) {
    const scenario = new Scenario({ mode, settings: { ...STEADY, policyWaitMs: 1000 } }).recogniserHears(10, "well,").userSpeaks(0, 900);
    const { played, answers } = await announcedAt(1900, scenario);
    await using _ = played;
    assert.deepEqual(answers, ["recognizing", "busy", "object"]);
    assert.deepEqual(played.turns.map(({ source, outcome }) => `${source} ${outcome}`), ["say completed"]);
    assert.equal(played.talk.server.asked.chats.length, 0);
    assert.equal(played.device.state, "listening");
  }
});

Deno.test("a reply that waits for words, and the speech into it, give way to what is urgent alone", async () => {
  const options: ScenarioOptions = { mode: "realtime", settings: STEADY, script: LONG.script };
  // While the person speaks into the reply, and while the recogniser says what it was.
  for (const at of [3300, 4200]) {
    const scenario = new Scenario(options).recogniserHears(300, "hello").userSpeaks(0, 900).userSpeaks(3000, 600);
    const { played, answers } = await announcedAt(at, scenario);
    await using _ = played;
    assert.deepEqual(answers.slice(1), ["busy", "object"]);
    assert.match(String(answers[0]), /speaking|paused/);
    assert.deepEqual(played.turns.map(({ source, outcome }) => `${source} ${outcome}`), ["speech interrupted", "say completed"]);
    assert.equal(played.device.state, "listening");
  }
});

for (const mode of ["auto", "manual", "realtime"] as const) {
  for (const firmware of ["1.6", "2.4"] as const) {
    Deno.test(`firmware ${firmware} in mode ${mode} finds no fault with announcements between, over and before turns`, async () => {
      await using bench = new StrictBench({ mode, firmware });
      const announce = (interrupt: boolean) => bench.talk.supervisor.say(STRICT, "Dinner is ready.", interrupt);
      await bench.turn();
      assert.equal(typeof announce(false), "object");
      await bench.until("the announcement", () => bench.turns.length === 2);
      await bench.rest();
      await bench.say();
      await bench.answered(700);
      assert.equal(announce(false), "busy");
      assert.equal(typeof announce(true), "object");
      await bench.until("the urgent announcement", () => bench.turns.length === 4);
      await bench.rest();
      await bench.turn();
      assert.deepEqual(bench.turns.map(({ source, outcome }) => `${source} ${outcome}`), [
        "speech completed",
        "say completed",
        "speech interrupted",
        "say completed",
        "speech completed",
      ]);
      // An urgent announcement cuts the reply off, which early firmware shows: that is what urgent means.
      const faults = bench.device.violations.filter(({ message }) => !/packets had not played out before tts stop$/.test(message));
      assert.deepEqual(faults, [], bench.tail());
      checkTurns(bench.turns);
    });
  }
}
