/**
 * Work that begins before it is certain that the person is done: what it wins, and that nothing of it shows where it was in vain.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { ChatRequest } from "../../../services/esp32_server/stages.ts";
import { DailyUsage } from "../../../services/history/daily_usage.ts";
import { createServerTools } from "../../../services/tools/mod.ts";
import { configWith } from "../../../services/config/mod.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { conversation, STEADY } from "../../support/conversation.ts";
import { type Played, Scenario, type ScenarioOptions } from "../../support/scenario.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const OFF = { deviceMcp: true, voiceBargeIn: true, speculation: false };
const MODES = ["auto", "realtime"] as const;

const told = ({ turns }: Played) => turns.map(({ userText, outcome }) => `${userText}: ${outcome}`);
const asked = ({ talk: { server: { asked } } }: Played) => [asked.utterances.length, asked.chats.length];
const lastWords = ({ messages }: ChatRequest) => messages.at(-1)?.content;

/** One turn whose stages take as long as those of a good local server. */
function oneTurn(options: ScenarioOptions): Scenario {
  return new Scenario(options).recogniserHears(150, "hello").modelSays(200, "Fine.").ttsTakes(100, 600).userSpeaks(0, 900);
}

Deno.test("an answer begun at the least silence is heard sooner by the time between the least silence and the endpoint", async () => {
  for (const mode of MODES) {
    await using early = await oneTurn({ mode }).play(5000);
    await using late = await oneTurn({ mode, settings: { features: OFF } }).play(5000);
    for (const played of [early, late]) {
      assert.deepEqual(told(played), ["hello: completed"]);
      assert.deepEqual(asked(played), [1, 1], "each stage is paid for once");
    }
    const answerMs = ({ turns: [turn] }: Played) => turn!.timings.firstFrameMs! - turn!.timings.speechEndMs!;
    const won = answerMs(late) - answerMs(early);
    assert.ok(won >= 160 && won <= 240, `${mode}: ${answerMs(late)} ms without, ${answerMs(early)} ms with`);
    assert.equal(early.turns[0]!.timings.finalizeMs, 0);
    assert.equal(late.turns[0]!.timings.finalizeMs, 150);
  }
});

Deno.test("where the person goes on, what was begun is ended, and nobody learns of it", async () => {
  for (const mode of MODES) {
    await using played = await new Scenario({ mode, settings: STEADY }).recogniserHears(10, "turn on", "turn on the light")
      .modelSays(1000, "Done.").userSpeaks(0, 900).userSpeaks(1320, 600).play(6000);
    assert.deepEqual(told(played), ["turn on the light: completed"]);
    const { chats, aborted } = played.talk.server.asked;
    assert.deepEqual(chats.map(lastWords), ["turn on", "turn on the light"]);
    assert.equal(aborted, 1);
    assert.deepEqual(played.device.log().filter((line) => line.startsWith("stt")), ["stt turn on the light"]);
    assert.equal(played.talk.history.drafts.length, 1);
  }
});

Deno.test("a recognition in vain is ended, too", async () => {
  await using played = await new Scenario({ settings: STEADY }).recogniserHears(1000, "turn on the light").userSpeaks(0, 900)
    .userSpeaks(1320, 600).play(6000);
  assert.deepEqual(told(played), ["turn on the light: completed"]);
  assert.equal(played.talk.server.asked.aborted, 1);
  assert.deepEqual(asked(played), [2, 1]);
});

Deno.test("a text that looks unfinished is not answered before the endpoint", async () => {
  await using played = await new Scenario({ mode: "auto" }).recogniserHears(10, "turn on the light and").userSpeaks(0, 900).play(1380);
  assert.deepEqual(asked(played), [1, 0]);
});

Deno.test("a goodbye is no question", async () => {
  await using played = await new Scenario({ mode: "auto" }).recogniserHears(10, "Goodbye.").userSpeaks(0, 900).play(4000);
  assert.deepEqual(asked(played), [1, 0]);
  assert.equal(played.turns[0]?.outcome, "completed");
});

Deno.test("long utterances are recognised once, and no turn is speculated on more than three times", async () => {
  await using long = await new Scenario().userSpeaks(0, 10_200).play(14_000);
  assert.deepEqual(asked(long), [1, 1]);
  assert.equal(long.turns[0]?.timings.finalizeMs, 10);
  const halting = new Scenario({ settings: STEADY });
  for (let at = 0; at < 6; at++) halting.userSpeaks(at * 900, 500);
  await using often = await halting.play(9000);
  assert.deepEqual(told(often), ["hello: completed"]);
  assert.equal(often.talk.server.asked.utterances.length, 4);
});

Deno.test("switched off, nothing is begun before the endpoint", async () => {
  await using played = await new Scenario({ settings: { features: OFF } }).userSpeaks(0, 900).play(1380);
  assert.deepEqual(asked(played), [0, 0]);
});

Deno.test("a stage that fails early is asked again in earnest", async () => {
  await using played = await new Scenario().recogniserHears(10, new Error("down"), "hello").userSpeaks(0, 900).play(5000);
  assert.deepEqual(told(played), ["hello: completed"]);
  let calls = 0;
  await using chat = await new Scenario({ script: { says: () => ++calls === 1 ? [new Error("down")] : ["Fine."] } }).userSpeaks(0, 900)
    .play(5000);
  assert.deepEqual(told(chat), ["hello: completed"]);
});

Deno.test("an answer that breaks off after it was taken over fails the turn", async () => {
  await using played = await new Scenario({ script: { says: () => ["One is here. ", "Two", new Error("down")], saysAfterMs: 400 } })
    .userSpeaks(0, 900).play(6000);
  assert.deepEqual(told(played), ["hello: failed"]);
  assert.equal(played.turns[0]?.heardText, "One is here.");
});

Deno.test("no tool of the device is called ahead", async () => {
  const call = { type: "tool_call", call: { id: "1", name: "self_light_on", arguments: {} } } as const;
  await using played = await new Scenario({ settings: STEADY, script: { says: () => [call] } }).userSpeaks(0, 900).userSpeaks(1320, 600)
    .play(1500);
  assert.equal(played.talk.server.asked.chats.length, 1);
  assert.deepEqual(played.device.log(), ["hello"]);
});

Deno.test("an abort in the pause ends what was begun", async () => {
  for (const at of [1270, 1330]) {
    await using played = await new Scenario().recogniserHears(10, "hello").modelSays(5000, "Fine.").userSpeaks(0, 900)
      .at(at, (device) => device.send({ type: "abort" })).play(3000);
    assert.equal(played.talk.server.asked.aborted, 1);
    assert.deepEqual(played.turns, []);
    assert.deepEqual(played.device.log(1), ["tts stop"]);
  }
});

Deno.test("an answer is begun with what was heard of the conversation before", async () => {
  await using played = await new Scenario().userSpeaks(0, 900).userSpeaks(4200, 900).play(9000);
  assert.deepEqual(told(played), ["hello: completed", "hello: completed"]);
  const { chats } = played.talk.server.asked;
  assert.equal(chats.length, 2);
  assert.deepEqual(chats[1]!.messages.slice(-3).map(({ role }) => role), ["user", "assistant", "user"]);
});

Deno.test("nothing is begun early for a device that has used up its day", async () => {
  const untilAfter = (ms: number, turns: number) => {
    const clock = new VirtualClock();
    const usage = new DailyUsage({ clock, timezone: "UTC", store: { usageOf: () => Promise.resolve({ turns, spokenMs: 0 }) } });
    const settings = { ...STEADY, limits: { turnsPerDay: 1, spokenSecondsPerDay: 0 } };
    return new Scenario({ mode: "auto", clock, deps: { usage }, settings }).userSpeaks(0, 900).play(ms);
  };
  for (const [turns, early, all, outcome] of [[0, [1, 1], [1, 1], "completed"], [1, [0, 0], [1, 0], "failed"]] as const) {
    await using pause = await untilAfter(1380, turns);
    assert.deepEqual(asked(pause), early);
    await using whole = await untilAfter(5000, turns);
    assert.deepEqual(asked(whole), all);
    assert.deepEqual(told(whole), [`hello: ${outcome}`]);
  }
});

Deno.test("an answer is begun with the role of the device and the tools of the server, so that it is the one that is asked for", async () => {
  const clock = new VirtualClock();
  using log = captureLogger();
  const { tools: { weather } } = configWith({});
  const tools = createServerTools({ clock, logger: log.logger, timezone: "UTC", roles: ["pirate"], weather, more: [] });
  const settings = { roles: { pirate: { persona: "You are a pirate.", language: "zh" } }, role: "pirate" } as const;
  await using played = await new Scenario({ mode: "auto", clock, deps: { tools }, settings }).userSpeaks(0, 900).play(5000);
  assert.deepEqual(told(played), ["hello: completed"]);
  assert.deepEqual(asked(played), [1, 1]);
  const [{ messages, language, tools: offered } = assert.fail("not asked")] = played.talk.server.asked.chats;
  assert.match(messages[0]?.content ?? "", /You are a pirate/);
  assert.equal(language, "zh");
  assert.ok(offered.length > 0);
});

Deno.test("after a button the answer is asked for once, before the device is told what was recognised", async () => {
  const told: string[][] = [];
  const talk = conversation({
    script: {
      hears: ["What time is it?"],
      says: () => {
        told.push(device.log());
        return ["Noon."];
      },
    },
  });
  await using _ = talk;
  const device = talk.connect();
  await device.hello();
  device.listen("manual");
  await device.say();
  device.send({ session_id: "", type: "listen", state: "stop" });
  await talk.clock.advance(5000);
  assert.equal(talk.server.asked.chats.length, 1);
  assert.ok(told[0]?.every((line) => !line.startsWith("stt")), told.join());
  assert.deepEqual(talk.history.turns.map(({ userText, replyText }) => [userText, replyText]), [["What time is it?", "Noon."]]);
});
