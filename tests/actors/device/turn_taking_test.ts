/**
 * The three delays between the end of speech and the decision to answer, and the person's own rhythm.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { SessionRecorders } from "../../../actors/device/deps.ts";
import { conversation, STEADY } from "../../support/conversation.ts";
import { Scenario } from "../../support/scenario.ts";

const OFF = { deviceMcp: true, voiceBargeIn: true, speculation: false };

/** Recorders that keep what is noted. */
function notes(): { readonly recorders: SessionRecorders; readonly of: (kind: string) => Readonly<Record<string, unknown>>[] } {
  const noted: { kind: string; data: Readonly<Record<string, unknown>> }[] = [];
  return {
    recorders: {
      for: () => ({ watch: () => {}, failed: () => {}, note: (kind, data = {}) => void noted.push({ kind, data }) }),
      left: () => {},
    },
    of: (kind) => noted.filter((note) => note.kind === kind).map(({ data }) => data),
  };
}

Deno.test("each turn tells its VAD silence, its recogniser and its policy wait apart, in the history and in the recording", async () => {
  const { recorders, of } = notes();
  await using played = await new Scenario({ mode: "auto", settings: { ...STEADY, features: OFF }, deps: { recorders } })
    .recogniserHears(170, "hello and", "hello").userSpeaks(0, 900).userSpeaks(5000, 900).play(9000);
  const [unfinished, finished] = played.turns;
  const delays = ({ vadSilenceMs, finalizeMs, policyWaitMs }: NonNullable<typeof finished>["timings"]) => ({
    vadSilenceMs,
    finalizeMs,
    policyWaitMs,
  });
  for (const [turn, wait] of [[unfinished!, 400], [finished!, 0]] as const) {
    const { vadSilenceMs, finalizeMs, policyWaitMs } = delays(turn.timings);
    assert.ok(vadSilenceMs! >= 500 && vadSilenceMs! < 592, `${vadSilenceMs}`);
    assert.deepEqual([finalizeMs, policyWaitMs], [170, wait]);
    const { speechEndMs, endpointMs, recognizedMs } = turn.timings;
    assert.ok(Math.abs(endpointMs! - speechEndMs! - vadSilenceMs!) <= 1);
    assert.equal(recognizedMs! - endpointMs!, finalizeMs);
  }
  assert.deepEqual(of("delays"), played.turns.map(({ turnId, timings }) => ({ turn: turnId, ...delays(timings) })));
  assert.ok(of("utterance").every(({ silenceMs }) => silenceMs === 500));
});

Deno.test("whoever goes on after an unfinished text is answered once, on the whole of it", async () => {
  for (const mode of ["auto", "realtime"] as const) {
    await using played = await new Scenario({ mode, settings: STEADY }).recogniserHears(
      10,
      "turn on the light and",
      "turn on the light and the fan",
    )
      .userSpeaks(0, 900).userSpeaks(1560, 600).play(6000);
    assert.deepEqual(played.turns.map(({ userText, outcome }) => `${userText}: ${outcome}`), ["turn on the light and the fan: completed"]);
    const { utterances, chats } = played.talk.server.asked;
    assert.ok(Math.abs(utterances.at(-1)!.speechMs - 1500) < 70, `${utterances.at(-1)!.speechMs}`);
    assert.equal(chats.length, 1);
  }
});

Deno.test("whoever does not go on is answered when the policy wait is over; 0 never waits", async () => {
  for (const policyWaitMs of [0, 400, 1000]) {
    await using played = await new Scenario({ mode: "auto", settings: { policyWaitMs } }).recogniserHears(10, "well,").userSpeaks(0, 900)
      .play(6000);
    assert.deepEqual(played.turns.map(({ timings, outcome }) => [timings.policyWaitMs, outcome]), [[policyWaitMs, "completed"]]);
  }
});

Deno.test("a device that connects again is waited for as its last connection taught", async () => {
  await using talk = conversation({ script: { says: () => [] } });
  const slow = talk.connect("slow");
  await slow.hello();
  slow.listen("realtime");
  for (let i = 0; i < 8; i++) {
    await slow.record("speech", 600);
    await slow.record("silence", 480);
  }
  slow.vanish();
  await talk.clock.advance(1000);
  const endpoint = async (deviceId: string) => {
    const device = talk.connect(deviceId);
    await device.hello();
    device.listen("auto");
    await device.record("speech", 600);
    await device.record("silence", 1500);
    await talk.clock.advance(1000);
    const { vadSilenceMs } = talk.history.turns.at(-1)!.timings;
    device.vanish();
    await talk.clock.advance(100);
    return vadSilenceMs!;
  };
  const [known, unknown] = [await endpoint("slow"), await endpoint("new")];
  assert.ok(unknown >= 500 && unknown < 592, `${unknown}`);
  assert.ok(known > 650 && known < 800, `${known}`);
});

Deno.test("a pause that was cut off in realtime is waited out in the next sentence", async () => {
  const scenario = new Scenario({ script: { hearsAfterMs: 400 } });
  for (const at of [0, 1500, 6000, 7500]) scenario.userSpeaks(at, 900);
  await using played = await scenario.play(12_000);
  assert.equal(played.turns.length, 2);
  const { utterances } = played.talk.server.asked;
  const spoken = utterances.map(({ speechMs }) => Math.round(speechMs / 300) * 300);
  assert.deepEqual(spoken.at(-1), 1800);
  assert.ok(played.turns[1]!.timings.vadSilenceMs! > 600, "the second sentence was not parted");
});
