/**
 * The audio that the history keeps of a reply: that which the person heard.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { FrameEncoder } from "../../../audio/opus/frame_encoder.ts";
import { readOggOpus } from "../../../audio/ogg/mod.ts";
import type { TurnRecord } from "../../../services/history/store.ts";
import { type Conversation, conversation, type ConversationOptions, type ScriptedDevice } from "../../support/conversation.ts";
import { fakeClips } from "../../support/fake_clips.ts";
import { fakeEncoder, packet } from "../../support/fake_audio.ts";

const FRAME_MS = 60;
/** What each frame of a clip is. */
const FILLER_FRAME = packet("speech").join();

/** Three sentences of 17 frames each, which are there at once. */
const STORY: ConversationOptions = {
  settings: { historyAudio: "both", fillerAfterMs: 0 },
  script: { says: () => ["One is here. ", "Two is here. ", "Three is here."], speaksForMs: () => 1020, saysAfterMs: 1, speaksAfterMs: 1 },
};

/** An encoder no two packets of which are the same; clips are left as they are. */
function numberingEncoder(): FrameEncoder {
  const inner = fakeEncoder();
  let made = 1;
  return {
    async *encode(audio, format, options) {
      for await (const each of inner.encode(audio, format, options)) {
        yield audio.kind === "opus" ? each : Uint8Array.of(...packet("speech").slice(0, 6), made >> 8, made++ & 0xff);
      }
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

async function asked(options: ConversationOptions = STORY): Promise<[Conversation, ScriptedDevice]> {
  const talk = conversation({ ...options, deps: { encoder: numberingEncoder(), ...options.deps } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await talk.clock.advance(0);
  device.send({ session_id: "", type: "listen", state: "text", text: "What is new?" });
  await talk.clock.advance(0);
  return [talk, device];
}

/** Frames that reached the device, a filler's left out. */
function sent({ arrivals }: ScriptedDevice): string[] {
  const frames = arrivals.flatMap((arrival) => "frame" in arrival ? [arrival.frame.join()] : []);
  return frames.filter((frame) => frame !== FILLER_FRAME);
}

/** Frames that were kept. */
async function kept(turn: TurnRecord | undefined): Promise<string[]> {
  if (turn?.audio?.reply === undefined) return [];
  const { packets } = await readOggOpus(turn.audio.reply);
  return (await Array.fromAsync(packets)).map((each) => each.join());
}

Deno.test("a reply that is heard to its end is kept whole", async () => {
  const [talk, device] = await asked();
  await using _ = talk;
  await talk.clock.advance(5000);
  const [turn] = talk.history.turns;
  assert.equal(turn?.outcome, "completed");
  assert.equal(sent(device).length, 51);
  assert.deepEqual(await kept(turn), sent(device));
});

Deno.test("of a reply that is interrupted, the frames that were heard are kept, at any time of it", async () => {
  for (let afterMs = 30; afterMs < 3000; afterMs += 130) {
    const [talk, device] = await asked();
    await using _ = talk;
    await talk.clock.advance(afterMs);
    device.send({ session_id: "", type: "abort" });
    await talk.clock.advance(100);
    const [turn] = talk.history.turns;
    assert.equal(turn?.outcome, "interrupted");
    // One that has begun to sound is among them.
    assert.deepEqual(await kept(turn), sent(device).slice(0, Math.ceil(turn.heardMs / FRAME_MS)), `after ${afterMs} ms`);
  }
});

Deno.test("of a reply that a drain ends with its sentence, that sentence is kept", async () => {
  const [talk, device] = await asked();
  await using _ = talk;
  await talk.clock.advance(700);
  const draining = talk.supervisor.drain(3000, 1000);
  await talk.clock.advance(4000);
  await draining;
  const [turn] = talk.history.turns;
  assert.deepEqual([turn?.heardText, turn?.heardMs], ["One is here.", 1020]);
  assert.deepEqual(turn?.sentences, [{ text: "One is here.", startMs: 0, heardMs: 1020 }]);
  assert.equal(sent(device).length, 17);
  assert.deepEqual(await kept(turn), sent(device));
});

Deno.test("where each sentence that was heard lies in the kept audio is kept, too, whatever came before or cut it", async () => {
  const options = { ...STORY, settings: { historyAudio: "both", fillerAfterMs: 500 }, deps: { clips: fakeClips() } } as const;
  for (const saysAfterMs of [0, 1500]) {
    const [talk] = await asked({ ...options, script: { ...STORY.script, saysAfterMs } });
    await using _ = talk;
    await talk.clock.advance(20_000);
    const [whole] = talk.history.turns;
    const sentences = whole?.sentences ?? [];
    assert.ok(sentences.length >= 2);
    assert.equal(sentences.map(({ text }) => text).join(" "), whole?.heardText);
    for (const [index, { startMs }] of sentences.entries()) {
      assert.equal(startMs, sentences.slice(0, index).reduce((sum, { heardMs }) => sum + heardMs, 0));
    }
    assert.equal((await kept(whole)).length * FRAME_MS, sentences.reduce((sum, { heardMs }) => sum + heardMs, 0));
  }
  const [talk, device] = await asked();
  await using _ = talk;
  await talk.clock.advance(1500);
  device.send({ session_id: "", type: "abort" });
  await talk.clock.advance(100);
  const [cut] = talk.history.turns;
  assert.deepEqual(cut?.sentences?.map(({ startMs }) => startMs), [0, 1020]);
  const last = cut?.sentences?.at(-1);
  assert.ok(last !== undefined && last.heardMs > 0 && last.heardMs < 1020 && last.startMs + last.heardMs <= cut.heardMs);
});

Deno.test("a filler is not kept, and nothing of the reply is missing for it", async () => {
  const options = { ...STORY, settings: { historyAudio: "both", fillerAfterMs: 500 }, deps: { clips: fakeClips() } } as const;
  for (const cutAfterMs of [1000, 4000, undefined]) {
    const [talk, device] = await asked({ ...options, script: { ...STORY.script, saysAfterMs: 1500 } });
    await using _ = talk;
    await talk.clock.advance(cutAfterMs ?? 12_000);
    if (cutAfterMs !== undefined) device.send({ session_id: "", type: "abort" });
    await talk.clock.advance(100);
    assert.ok(device.log().includes("tts sentence_start One moment."));
    const [turn] = talk.history.turns;
    assert.deepEqual(await kept(turn), sent(device).slice(0, Math.ceil((turn?.heardMs ?? NaN) / FRAME_MS)), `${cutAfterMs} ms`);
    assert.equal(turn?.audio?.reply === undefined, cutAfterMs === 1000);
  }
});

Deno.test("no reply is kept where only the person's audio is wanted", async () => {
  const [talk] = await asked({ ...STORY, settings: { historyAudio: "user" } });
  await using _ = talk;
  await talk.clock.advance(5000);
  assert.equal(talk.history.turns[0]?.outcome, "completed");
  assert.equal(talk.history.turns[0].audio?.reply, undefined);
});
