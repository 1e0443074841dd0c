/**
 * Speech into a reply: it is paused at once, cut for words, and goes on where it stopped where there were none.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { TurnRecord } from "../../../services/history/store.ts";
import { packet } from "../../support/fake_audio.ts";
import type { ScriptedDevice } from "../../support/conversation.ts";
import { Scenario, type ScenarioOptions } from "../../support/scenario.ts";
import { StrictBench, type StrictOptions } from "./strict_bench.ts";

const FRAME_MS = 60;
/** The reply of the bench: three sentences of 900 ms. */
const REPLY_MS = 2700;
const WHOLE = "One is here. Two is here. Three is here.";

const speech = (ms: number) => Array.from({ length: ms / FRAME_MS }, () => packet("speech"));

/** Milliseconds of audio that have sounded by `now`. */
function sounded({ device }: StrictBench, now: number): number {
  return device.played.reduce((sum, { startedAtMs, durationMs }) => sum + Math.max(0, Math.min(durationMs, now - startedAtMs)), 0);
}

interface CutIn {
  readonly bench: StrictBench;
  readonly first: TurnRecord | undefined;
  /** What had sounded of the first reply when its turn was committed. */
  readonly soundedMs: number;
  readonly stoppedAfterMs: number;
}

/** A person who says something for `ms` into a reply, `afterMs` after its first sound. */
async function cutIn(afterMs: number, ms: number, options: StrictOptions, use: (run: CutIn) => void | Promise<void>): Promise<void> {
  await using bench = new StrictBench({ mode: "realtime", ...options });
  const { clock, history } = bench.talk;
  let soundedMs = 0;
  history.onCommit = () => {
    if (history.turns.length === 0) soundedMs = sounded(bench, clock.now());
    return Promise.resolve();
  };
  await bench.say();
  await bench.until("the first frame", () => bench.device.played.length > 0);
  await clock.advance(afterMs);
  const from = clock.now();
  await bench.run(bench.device.speak(speech(ms)));
  await bench.rest();
  await bench.until("the turn", () => bench.turns.length > 0);
  const lastBefore = bench.device.played.filter(({ startedAtMs }) => startedAtMs < from + ms).at(-1)?.startedAtMs ?? 0;
  await use({ bench, first: bench.turns[0], soundedMs, stoppedAfterMs: lastBefore - from });
  bench.check();
}

Deno.test("words at any 20 ms of a reply cut it, and the history has what was heard, right to a frame", async () => {
  for (let afterMs = 0; afterMs < REPLY_MS - 200; afterMs += 20) {
    await cutIn(afterMs, 900, {}, async ({ bench, first, soundedMs, stoppedAfterMs }) => {
      assert.equal(first?.outcome, "interrupted", `after ${afterMs} ms`);
      assert.ok(Math.abs(first.heardMs - soundedMs) <= FRAME_MS, `after ${afterMs} ms: ${first.heardMs} noted, ${soundedMs} sounded`);
      // 96 ms of speech, a packet of them, and the lead that the device has.
      assert.ok(stoppedAfterMs <= 96 + 3 * FRAME_MS + 60, `after ${afterMs} ms: it sounded ${stoppedAfterMs} ms into the speech`);
      assert.deepEqual(bench.turns.map(({ outcome }) => outcome), ["interrupted", "completed"]);
      await bench.turn();
    });
  }
});

Deno.test("noise at any 20 ms of a reply pauses it, and not a frame of it is lost or repeated", async () => {
  for (let afterMs = 0; afterMs < REPLY_MS - 200; afterMs += 20) {
    const script = { hears: ["hello", "", "hello"], hearsAfterMs: 100 + afterMs % 7 * 50 };
    await cutIn(afterMs, 600, { script }, async ({ bench, first }) => {
      assert.deepEqual([first?.outcome, first?.heardText, first?.heardMs], ["completed", WHOLE, REPLY_MS], `after ${afterMs} ms`);
      assert.equal(bench.device.played.length, REPLY_MS / FRAME_MS);
      assert.equal(bench.turns.length, 1);
      await bench.turn();
    });
  }
});

Deno.test("what is too short for words resumes the reply without a recogniser", async () => {
  await cutIn(700, 120, {}, ({ bench, first }) => {
    assert.deepEqual([first?.outcome, first?.heardMs], ["completed", REPLY_MS]);
    assert.equal(bench.talk.server.asked.utterances.length, 1);
  });
});

Deno.test("a recogniser that fails in an interruption does not cost the reply", async () => {
  await cutIn(700, 600, { script: { hears: ["hello", new Error("down"), new Error("down"), "hello"] } }, ({ first }) => {
    assert.deepEqual([first?.outcome, first?.heardMs], ["completed", REPLY_MS]);
  });
});

/** A reply of 9 s that begins at about 1.5 s, and a person who makes a sound at 3 s for 600 ms. */
function interrupted(options: ScenarioOptions = {}): Scenario {
  return new Scenario(options).modelSays(10, "One is here. ", "Two is here. ", "Three is here.").ttsTakes(10, 3000)
    .userSpeaks(0, 900).userSpeaks(3000, 600);
}

/** Pauses between frames of more than `ms`. */
function gaps(times: readonly number[], ms: number): number[] {
  return times.slice(1).map((at, index) => at - times[index]!).filter((gap) => gap > ms);
}

Deno.test("without words for falseInterruptionMs the reply goes on, and words that come late cut it", async () => {
  for (const falseInterruptionMs of [0, 500, 2000]) {
    const settings = { bargeIn: { falseInterruptionMs, minSpeechMs: 160 } };
    await using played = await interrupted({ settings }).recogniserHears(10, "hello", "stop")
      .at(2000, (_, { server }) => server.script.hearsAfterMs = 4000)
      .at(7500, (_, { server }) => server.script.hearsAfterMs = 10)
      .play(12_000);
    const [first] = played.turns;
    assert.deepEqual([first?.userText, first?.outcome], ["hello", "interrupted"]);
    const frames = played.device.frameTimes().filter((at) => at < played.committedAt[0]!);
    // The sound ends at 3.6 s and its endpoint is half a second later; the device was told to wait 150 ms into it and has a lead of two.
    const [gap, ...others] = gaps(frames, 200);
    assert.deepEqual(others, []);
    assert.ok(Math.abs(gap! - (1000 + falseInterruptionMs)) < 160, `${gap} for ${falseInterruptionMs}`);
    // Recognition began at the least silence, at about 3.9 s, and took 4 s.
    assert.ok(Math.abs(played.committedAt[0]! - 7900) < 100, `${played.committedAt[0]}`);
    const sentMs = frames.length * FRAME_MS;
    assert.ok(first!.heardMs <= sentMs && first!.heardMs >= sentMs - 3 * FRAME_MS, `${first!.heardMs} of ${sentMs}`);
  }
});

Deno.test("abort and listen start cut a paused reply at once", async () => {
  const cuts: ((device: ScriptedDevice) => void)[] = [(device) => device.send({ type: "abort" }), (device) => device.listen("realtime")];
  for (const cut of cuts) {
    for (const at of [3300, 3900, 4500]) {
      await using played = await interrupted({ script: { hearsAfterMs: 1000 } }).at(at, cut).play(at + 10);
      const [first] = played.turns;
      assert.equal(first?.outcome, "interrupted", `at ${at}`);
      assert.ok(played.committedAt[0]! <= at + 1);
      assert.equal(played.device.log().at(-1), "tts stop");
      const before = played.device.arrivals.length;
      await played.talk.clock.advance(5000);
      assert.equal(played.device.arrivals.length, before, "the interruption was given up with the reply");
      assert.equal(played.device.state, "listening");
    }
  }
});

Deno.test("whoever goes on after a pause in an interruption is one utterance, and the reply waits all the time", async () => {
  await using played = await interrupted().recogniserHears(1000, "hello", "hold", "hold on").userSpeaks(4500, 600).play(12_000);
  const { utterances } = played.talk.server.asked;
  assert.deepEqual(played.turns.map(({ userText, outcome }) => `${userText}: ${outcome}`).slice(0, 1), ["hello: interrupted"]);
  assert.ok(Math.abs(utterances.at(-1)!.speechMs - 1200) < 70, `${utterances.at(-1)!.speechMs}`);
  const frames = played.device.frameTimes().filter((at) => at > 3300 && at < played.committedAt[0]!);
  assert.deepEqual(frames, []);
});

Deno.test("a noise while the answer is thought of does not cost the answer", async () => {
  await using played = await new Scenario().recogniserHears(10, "hello", "").modelSays(1500, "Fine.")
    .userSpeaks(0, 900).userSpeaks(1800, 600).play(7000);
  assert.deepEqual(played.turns.map(({ userText, outcome }) => `${userText}: ${outcome}`), ["hello: completed"]);
});

Deno.test("words while the answer is thought of are heard in its place", async () => {
  await using played = await new Scenario().recogniserHears(10, "hello", "no, wait").modelSays(1500, "Fine.")
    .userSpeaks(0, 900).userSpeaks(1800, 600).play(9000);
  assert.deepEqual(played.turns.map(({ userText, outcome }) => `${userText}: ${outcome}`), ["hello: interrupted", "no, wait: completed"]);
  assert.equal(played.turns[0]?.heardText, "");
});

Deno.test("where speech may not interrupt it is not even paused for", async () => {
  const settings = { features: { deviceMcp: true, voiceBargeIn: false, speculation: true } };
  await using played = await interrupted({ settings }).play(12_000);
  assert.deepEqual(gaps(played.device.frameTimes(), 100), []);
  assert.deepEqual(played.turns.map(({ outcome }) => outcome), ["completed"]);
});

Deno.test("an interruption of the last sound leaves a reply that was heard whole, and is answered", async () => {
  await using played = await new Scenario().ttsTakes(10, 600).userSpeaks(0, 900).userSpeaks(2040, 600).play(6000);
  const [first, second] = played.turns;
  assert.deepEqual([first?.heardMs, first?.heardText], [600, "Fine."]);
  assert.equal(second?.outcome, "completed");
});
