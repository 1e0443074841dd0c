import assert from "node:assert/strict";
import type { DeviceDeps } from "../../../actors/device/deps.ts";
import { deviceSettings } from "../../../actors/device/settings.ts";
import { configWith } from "../../../services/config/mod.ts";
import { type Conversation, conversation, type ConversationOptions, type ScriptedDevice } from "../../support/conversation.ts";
import { fakeClips } from "../../support/fake_clips.ts";
import { Scenario } from "../../support/scenario.ts";
import { StrictBench } from "./strict_bench.ts";

/** How long the silence may last, milliseconds. */
const FILLER_MS = 2500;
/** Length of the clip. */
const CLIP_MS = 300;

const FILLED = "tts start,tts sentence_start One moment.,frames 5";

async function asked(options: ConversationOptions, deps: Partial<DeviceDeps> = {}): Promise<[Conversation, ScriptedDevice]> {
  const talk = conversation({ ...options, deps: { clips: fakeClips(), ...deps } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await talk.clock.advance(0);
  device.send({ session_id: "", type: "listen", state: "detect", text: "What is new?" });
  await talk.clock.advance(0);
  return [talk, device];
}

Deno.test("a filler is said once after a silence, and the answer follows in the same reply, of which the filler is no part", async () => {
  const [talk, device] = await asked({ script: { saysAfterMs: 8000 } });
  await using _ = talk;
  await talk.clock.advance(FILLER_MS - 10);
  assert.deepEqual(device.log().slice(1), ["stt What is new?", "tts start"]);
  await talk.clock.advance(20_000);
  assert.match(device.log().slice(2).join(), new RegExp(`^${FILLED},llm neutral,tts sentence_start Fine\\.,frames 10,tts stop$`));
  const [turn] = talk.history.turns;
  assert.ok(turn !== undefined);
  assert.deepEqual([turn.outcome, turn.replyText, turn.heardText, turn.heardMs], ["completed", "Fine.", "Fine.", 600]);
  assert.ok((turn.timings.firstFrameMs ?? 0) >= 8000, "the filler was taken for the answer");
});

Deno.test("an answer that comes while the filler sounds goes on right after it", async () => {
  const [talk, device] = await asked({ script: { saysAfterMs: FILLER_MS + 50 } });
  await using _ = talk;
  await talk.clock.advance(10_000);
  const times = device.frameTimes();
  assert.equal(times.length, 5 + 10);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  assert.ok(gaps.every((gap) => gap <= 61), gaps.join());
  assert.equal(talk.history.turns[0]?.heardMs, 600);
});

const DROPPED: readonly (readonly [string, ConversationOptions])[] = [
  ["the answer sounds in time", { script: { saysAfterMs: FILLER_MS - 100 } }],
  ["it is switched off", { settings: { fillerAfterMs: 0 }, script: { saysAfterMs: 5000 } }],
  ["there are no clips", { script: { saysAfterMs: 5000 } }],
];

for (const [what, options] of DROPPED) {
  Deno.test(`no filler is said where ${what}`, async () => {
    const without = { get: () => Promise.reject(new Error("No clip")) };
    const [talk, device] = await asked(options, what === "there are no clips" ? { clips: without } : {});
    await using _ = talk;
    await talk.clock.advance(15_000);
    assert.deepEqual(device.log().slice(2), ["tts start", "llm neutral", "tts sentence_start Fine.", "frames 10", "tts stop"]);
  });
}

Deno.test("a filler that is still being read when the answer sounds is dropped", async () => {
  const clips = fakeClips();
  const slow: typeof clips = {
    get: async (name, language) => {
      await new Promise<void>((resolve) => talk.clock.setTimeout(resolve, 500));
      return await clips.get(name, language);
    },
  };
  const [talk, device] = await asked({ script: { saysAfterMs: FILLER_MS + 100 } }, { clips: slow });
  await using _ = talk;
  await talk.clock.advance(10_000);
  assert.deepEqual(device.log().slice(2), ["tts start", "llm neutral", "tts sentence_start Fine.", "frames 10", "tts stop"]);
});

Deno.test("an abort ends a filler at once, and nothing of it was heard", async () => {
  for (const at of [0, 60, 120, CLIP_MS + 1000]) {
    const [talk, device] = await asked({ script: { saysAfterMs: 8000 } });
    await using _ = talk;
    await talk.clock.advance(FILLER_MS + at);
    device.send({ session_id: "", type: "abort" });
    await talk.clock.advance(0);
    const log = device.log();
    assert.equal(log.at(-1), "tts stop");
    await talk.clock.advance(5000);
    assert.deepEqual(device.log(), log, "something came after the abort");
    const [turn] = talk.history.turns;
    assert.deepEqual([turn?.outcome, turn?.heardText, turn?.heardMs], ["interrupted", "", 0]);
  }
});

Deno.test("what was heard after a filler is exact, and the next question is told of nothing else", async () => {
  const [talk, device] = await asked({
    script: { saysAfterMs: 8000, speaksForMs: () => 6000, says: () => ["One two three four five six."] },
  });
  await using _ = talk;
  await talk.clock.advance(8000 + 3000 + 30);
  device.send({ session_id: "", type: "abort" });
  await talk.clock.advance(100);
  const [turn] = talk.history.turns;
  assert.equal(turn?.heardText, "One two three");
  assert.ok(Math.abs((turn?.heardMs ?? 0) - 3000) <= 120, String(turn?.heardMs));
  talk.server.script.saysAfterMs = 10;
  device.send({ session_id: "", type: "listen", state: "detect", text: "And then?" });
  await talk.clock.advance(10_000);
  assert.ok(!JSON.stringify(talk.server.asked.chats).includes("One moment"));
});

Deno.test("where the answer fails after a filler, the apology follows it", async () => {
  const [talk, device] = await asked({ script: { saysAfterMs: 5000, says: () => [new Error("no model")] } });
  await using _ = talk;
  await talk.clock.advance(15_000);
  assert.match(device.log().slice(2).join(), new RegExp(`^${FILLED},llm neutral,tts sentence_start Sorry\\.,frames 5,tts stop$`));
  assert.equal(talk.history.turns[0]?.outcome, "failed");
});

Deno.test("tools that are run before anything was said are part of the silence that a filler ends", async () => {
  const call = { type: "tool_call", call: { id: "1", name: "no_such_tool", arguments: {} } } as const;
  const [talk, device] = await asked({
    script: { saysAfterMs: 2000, says: ({ messages }) => messages.at(-1)?.role === "tool" ? ["Fine."] : [call] },
  });
  await using _ = talk;
  await talk.clock.advance(FILLER_MS + 100);
  assert.match(device.log().join(), /tts sentence_start One moment\./);
  await talk.clock.advance(10_000);
  assert.equal(talk.server.asked.chats.length, 2);
  assert.match(device.log().slice(2).join(), new RegExp(`^${FILLED},llm neutral,tts sentence_start Fine\\.,frames 10,tts stop$`));
});

Deno.test("no filler is said while tools are run after something was said", async () => {
  const call = { type: "tool_call", call: { id: "1", name: "no_such_tool", arguments: {} } } as const;
  const [talk, device] = await asked({
    script: { saysAfterMs: 2000, says: ({ messages }) => messages.at(-1)?.role === "tool" ? ["Fine."] : ["I look.\n", call] },
  });
  await using _ = talk;
  await talk.clock.advance(20_000);
  assert.doesNotMatch(device.log().join(), /One moment/);
  assert.equal(talk.history.turns[0]?.heardText, "I look. Fine.");
});

Deno.test("the strict device of every generation takes a filler for what it is, in the language of the question", async () => {
  for (const firmware of ["1.6", "2.4"] as const) {
    await using bench = new StrictBench({
      firmware,
      script: { hears: ["今天有什么新闻"], saysAfterMs: 4000 },
      deps: { clips: fakeClips() },
    });
    await bench.turn();
    bench.check();
    assert.ok(bench.device.transcript.some(({ text }) => text?.includes("请稍等。")), bench.tail());
  }
});

Deno.test("no filler is said into the speech of a person; where there were no words in it, it follows", async () => {
  const scenario = () =>
    new Scenario({ mode: "realtime", deps: { clips: fakeClips() } }).recogniserHears(10, "hello", "")
      .modelSays(8000, "Fine.").userSpeaks(0, 900);
  await using quiet = await scenario().play(9000);
  const saidAt = ({ device: { arrivals } }: typeof quiet) =>
    arrivals.filter((arrival) => "message" in arrival && "text" in arrival.message && arrival.message.text === "One moment.")
      .map(({ at }) => at);
  const [at = assert.fail("no filler")] = saidAt(quiet);
  // Speech that begins before the filler and ends after it.
  await using spoken = await scenario().userSpeaks(Math.floor((at - 240) / 60) * 60, 900).play(14_000);
  const [later = assert.fail("no filler"), ...more] = saidAt(spoken);
  assert.deepEqual(more, []);
  assert.ok(later > at + 660, `${later} instead of ${at}`);
  assert.deepEqual(spoken.turns.map(({ outcome, heardText, heardMs }) => [outcome, heardText, heardMs]), [["completed", "Fine.", 600]]);
});

Deno.test("the configuration switches fillers and says when", () => {
  const after = (config: Parameters<typeof configWith>[0]) => deviceSettings(configWith(config), "d").fillerAfterMs;
  assert.deepEqual([after({}), after({ conversation: { fillerAfterMs: 900 } }), after({ features: { fillers: false } })], [2500, 900, 0]);
});
