/**
 * The marks of a turn, set by a whole conversation on virtual time.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Turn } from "../../../actors/device/turn.ts";
import type { TracedTurn } from "../../../services/tracing/turn_tracer.ts";
import type { SpeechAudio } from "../../../audio/types.ts";
import { timeline } from "../../../services/timeline/timeline.ts";
import { conversation, type ConversationOptions } from "../../support/conversation.ts";
import { packet } from "../../support/fake_audio.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { fakeServer } from "../../support/fake_server.ts";

const SCRIPT = { hearsAfterMs: 150, saysAfterMs: 300, speaksAfterMs: 200, says: () => ["One. ", "Two."] };

/** A talk whose synthesiser sends `audio` for every sentence. */
function talkWith(audio: () => SpeechAudio, options: ConversationOptions = {}) {
  const clock = new VirtualClock();
  const server = fakeServer(clock, SCRIPT);
  return conversation({ ...options, clock, deps: { server: { ...server, synthesize: () => Promise.resolve(audio()) }, ...options.deps } });
}

async function answered(talk: ReturnType<typeof conversation>, ms = 10_000) {
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  await talk.clock.advance(ms);
  return talk.history.turns[0] ?? assert.fail("no turn");
}

async function* pieces<T>(...all: T[]): AsyncGenerator<T> {
  for (const each of all) yield await Promise.resolve(each);
}

/** Nothing is done before the endpoint, so that each stage takes what its provider takes. */
const UNHURRIED = { features: { deviceMcp: true, voiceBargeIn: true, speculation: false } };

Deno.test("a turn has every mark, and its stages are the latencies of what was waited for", async () => {
  const traced: TracedTurn[] = [];
  await using talk = conversation({ script: SCRIPT, settings: UNHURRIED, deps: { tracer: { trace: (turn) => traced.push(turn) } } });
  const turn = await answered(talk);
  const { stages, responseMs } = timeline(turn);
  const took = Object.fromEntries(stages.map(({ name, durationMs }) => [name, durationMs]));
  assert.equal(took.asr_final, 150);
  assert.equal(took.llm_ttft, 300);
  assert.equal(took.tts_ttfb, 200);
  assert.equal(took.endpoint_wait, 0);
  assert.ok((took.vad_silence ?? 0) >= 500 && (took.vad_silence ?? 0) < 600, `VAD ${took.vad_silence}`);
  assert.equal(took.persist, 0);
  assert.equal(stages.reduce((sum, stage) => sum + stage.responseMs, 0), responseMs);
  assert.equal(traced.length, 1);
  assert.deepEqual(traced[0]?.turn.timings, turn.timings);
  // Each sentence of the answer went to synthesis, the second while the first one played.
  assert.deepEqual(traced[0]?.syntheses.map(({ startMs, firstAudioMs = 0 }) => firstAudioMs - startMs), [200, 200]);
});

Deno.test("speech that ends while the turn before is committed ended then, not when it was taken up", async () => {
  const traced: TracedTurn[] = [];
  await using talk = conversation({ script: SCRIPT, deps: { tracer: { trace: (turn) => traced.push(turn) } } });
  const held = Promise.withResolvers<void>();
  talk.history.onCommit = () => held.promise;
  const device = talk.connect();
  await device.hello({ aec: true });
  device.listen("realtime");
  await device.say();
  await talk.clock.advance(900);
  assert.equal(device.state, "speaking");
  await device.record("speech", 900);
  await device.record("silence", 1500);
  assert.equal(device.state, "persisting");
  talk.history.onCommit = () => Promise.resolve();
  held.resolve();
  await talk.clock.advance(5000);
  const { stages } = timeline(traced[1]?.turn ?? assert.fail("no second turn"));
  const took = Object.fromEntries(stages.map(({ name, durationMs }) => [name, durationMs]));
  assert.ok((took.vad_silence ?? 0) < 600, `VAD ${took.vad_silence}`);
  assert.ok((took.endpoint_wait ?? 0) > 800, `wait ${took.endpoint_wait}`);
  assert.equal(talk.history.turns[0]?.outcome, "interrupted");
  assert.ok(traced[0]?.turn.timings.playoutEndMs !== undefined, "a reply that was cut off has an end, too");
});

Deno.test("the silence at the start of PCM is measured, of the first sentence alone", async () => {
  const silences = [4000, 800];
  await using talk = talkWith(() => {
    const samples = new Int16Array(16_000).fill(9000).fill(0, 0, silences.shift());
    return { kind: "pcm", sampleRate: 16_000, chunks: pieces(samples.slice(0, 1000), samples.slice(1000)) };
  });
  const turn = await answered(talk);
  assert.equal(turn.timings.leadingSilenceMs, 250);
  const { responseMs, audibleMs } = timeline(turn);
  assert.equal((audibleMs ?? 0) - (responseMs ?? 0), 250);
});

Deno.test("the silence at the start of Opus is measured, and the decoder given back", async () => {
  let open = 0;
  let taken = 0;
  const loadDecoders = () =>
    Promise.resolve(() => {
      open++;
      taken++;
      const decode = (bytes: Uint8Array) => new Int16Array(960).fill(bytes[1] === 1 ? 8000 : 0);
      return { decode, [Symbol.dispose]: () => void open-- };
    });
  await using talk = talkWith(
    () => ({ kind: "opus", packets: pieces(...Array.from({ length: 20 }, (_, at) => packet(at < 3 ? "silence" : "speech"))) }),
    { deps: { loadDecoders } },
  );
  const device = talk.connect();
  await device.hello();
  const before = taken;
  device.send({ type: "listen", state: "detect", text: "what time is it" });
  await talk.clock.advance(10_000);
  assert.equal(talk.history.turns[0]?.timings.leadingSilenceMs, 180);
  assert.equal(taken - before, 1);
  assert.equal(open, before);
});

Deno.test("audio that cannot be decoded is played all the same, and has no measured silence", async () => {
  const loadDecoders = () => Promise.resolve(() => ({ decode: () => assert.fail("no Opus"), [Symbol.dispose]: () => {} }));
  await using talk = talkWith(() => ({ kind: "opus", packets: pieces(packet("speech"), packet("speech")) }), { deps: { loadDecoders } });
  const device = talk.connect();
  await device.hello();
  device.send({ type: "listen", state: "detect", text: "what time is it" });
  await talk.clock.advance(10_000);
  const turn = talk.history.turns[0];
  assert.deepEqual([turn?.outcome, turn?.timings.leadingSilenceMs], ["completed", undefined]);
  assert.ok(device.frameTimes().length >= 2);
});

Deno.test("a mark before the turn began is left out, also where it replaces one", () => {
  const clock = new VirtualClock();
  const turn = new Turn({ turnId: "t", sessionId: "s", deviceId: "d", source: "speech", clock, sinceMs: 100 });
  turn.mark("speechEndMs", 250_000);
  assert.deepEqual(turn.timings, {});
  turn.mark("speechEndMs", 100);
  assert.deepEqual(turn.timings, { speechEndMs: 0 });
  turn.remark("speechEndMs", 101);
  assert.deepEqual(turn.timings, {});
});
