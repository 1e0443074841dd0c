import assert from "node:assert/strict";
import fc from "fast-check";
import type { TurnTimings } from "../../../services/history/store.ts";
import { type StageName, timeline, type TimelineSource } from "../../../services/timeline/timeline.ts";

const WHOLE: TurnTimings = {
  speechEndMs: 900,
  vadEndMs: 1400,
  endpointMs: 1400,
  recognizedMs: 1550,
  settledMs: 1600,
  firstTokenMs: 1900,
  firstSentenceMs: 2000,
  firstAudioMs: 2150,
  firstFrameMs: 2160,
  leadingSilenceMs: 120,
  playoutEndMs: 4000,
  commitMs: 4001,
  persistedMs: 4003,
};

/** The instants from the end of speech to the first frame, in order. */
const RESPONSE_MARKS = [
  "speechEndMs",
  "vadEndMs",
  "recognizedMs",
  "settledMs",
  "firstTokenMs",
  "firstSentenceMs",
  "firstAudioMs",
  "firstFrameMs",
] as const;

function spoken(timings: TurnTimings): TimelineSource {
  return { source: "speech", timings };
}

function durations(turn: TimelineSource): Partial<Record<StageName, number>> {
  return Object.fromEntries(timeline(turn).stages.map(({ name, durationMs }) => [name, durationMs]));
}

function without(...names: (keyof TurnTimings)[]): TurnTimings {
  return Object.fromEntries(Object.entries(WHOLE).filter(([name]) => !names.includes(name as keyof TurnTimings)));
}

Deno.test("a whole turn has every stage, in order, and they add up to the response time", () => {
  const { stages, responseMs, audibleMs, ttfaMs, fromMs, refused } = timeline(spoken(WHOLE));
  assert.deepEqual(stages.map(({ name, startMs, durationMs }) => [name, startMs, durationMs]), [
    ["vad_silence", 900, 500],
    ["asr_final", 1400, 150],
    ["endpoint_wait", 1550, 50],
    ["llm_ttft", 1600, 300],
    ["first_sentence", 1900, 100],
    ["tts_ttfb", 2000, 150],
    ["first_frame", 2150, 10],
    ["tts_leading_silence", 2160, 120],
    ["playout", 2160, 1840],
    ["persist", 4001, 2],
  ]);
  assert.deepEqual({ fromMs, responseMs, audibleMs, ttfaMs, refused }, {
    fromMs: 900,
    responseMs: 1260,
    audibleMs: 1380,
    ttfaMs: 270,
    refused: [],
  });
  assert.equal(stages.reduce((sum, stage) => sum + stage.responseMs, 0), 1260);
});

Deno.test("a stage without its beginning or its end is left out, and the others stay as they are", () => {
  assert.deepEqual(timeline(spoken({})), { stages: [], refused: [] });
  const { llm_ttft: _, first_sentence: __, ...rest } = durations(spoken(WHOLE));
  assert.deepEqual(durations(spoken(without("firstTokenMs"))), rest);
  assert.equal(timeline(spoken(without("firstFrameMs"))).responseMs, undefined);
  assert.equal(timeline(spoken(without("speechEndMs"))).responseMs, undefined);
  assert.equal(timeline(spoken(without("leadingSilenceMs"))).audibleMs, undefined);
});

Deno.test("turns written without the end of the VAD's part are read: all up to the endpoint is its silence", () => {
  const old = { ...without("vadEndMs", "settledMs", "leadingSilenceMs", "commitMs", "persistedMs"), endpointMs: 1450 };
  const { stages, responseMs } = timeline(spoken(old));
  assert.deepEqual(stages.slice(0, 3).map(({ name, durationMs }) => [name, durationMs]), [
    ["vad_silence", 550],
    ["asr_final", 100],
    ["llm_ttft", 350],
  ]);
  assert.equal(responseMs, 1260);
  assert.equal(stages.reduce((sum, stage) => sum + stage.responseMs, 0), 1260);
});

Deno.test("where the decision to answer is not known it was made with the text", () => {
  const { stages, responseMs } = timeline(spoken(without("settledMs")));
  assert.deepEqual(stages.slice(0, 3).map(({ name, durationMs }) => [name, durationMs]), [
    ["vad_silence", 500],
    ["asr_final", 150],
    ["llm_ttft", 350],
  ]);
  assert.equal(stages.reduce((sum, stage) => sum + stage.responseMs, 0), responseMs);
});

Deno.test("a stale end of speech, before the turn began, makes no delay of minutes: it is refused", () => {
  const { stages, responseMs, audibleMs, refused } = timeline(spoken({ ...WHOLE, speechEndMs: -210_000 }));
  assert.deepEqual(refused, ["speechEndMs"]);
  assert.deepEqual([responseMs, audibleMs], [undefined, undefined]);
  assert.ok(!stages.some(({ name }) => name === "vad_silence"));
  assert.deepEqual(timeline(spoken({ ...WHOLE, endpointMs: Number.NaN, firstAudioMs: -1 })).refused, ["endpointMs", "firstAudioMs"]);
});

Deno.test("an end of speech after the first frame makes no response time", () => {
  assert.equal(timeline(spoken({ speechEndMs: 5000, firstFrameMs: 2000 })).responseMs, undefined);
});

Deno.test("where nobody spoke, the answer is waited for from the turn's start", () => {
  const timings = { firstTokenMs: 300, firstSentenceMs: 350, firstAudioMs: 500, firstFrameMs: 520 };
  const typed = timeline({ source: "text", timings });
  assert.deepEqual(typed.stages.map(({ name, startMs, durationMs }) => [name, startMs, durationMs]), [
    ["llm_ttft", 0, 300],
    ["first_sentence", 300, 50],
    ["tts_ttfb", 350, 150],
    ["first_frame", 500, 20],
  ]);
  assert.equal(typed.responseMs, 520);
  const greeting = { source: "wake", timings: { firstSentenceMs: 2, firstAudioMs: 9, firstFrameMs: 70 } } as const;
  assert.deepEqual(durations(greeting), { tts_ttfb: 7, first_frame: 61 });
  assert.equal(timeline(greeting).responseMs, 70);
});

Deno.test("what was done before it was waited for takes no time", () => {
  const early = { ...WHOLE, recognizedMs: 1380, settledMs: 1450, firstTokenMs: 1420 };
  const found = durations(spoken(early));
  assert.deepEqual([found.asr_final, found.endpoint_wait, found.llm_ttft, found.first_sentence], [0, 50, 0, 550]);
});

Deno.test("a reply that is cut off within its silence was not heard", () => {
  const { stages, audibleMs, responseMs } = timeline(spoken({ ...WHOLE, playoutEndMs: 2200 }));
  assert.equal(stages.find(({ name }) => name === "tts_leading_silence")?.durationMs, 40);
  assert.equal(responseMs, 1260);
  assert.equal(audibleMs, undefined);
});

const mark = fc.option(fc.oneof(fc.double(), fc.integer({ min: -1000, max: 100_000 })), { nil: undefined });
const anyTimings = fc.record(Object.fromEntries(Object.keys(WHOLE).map((name) => [name, mark]))) as fc.Arbitrary<TurnTimings>;
const anySource = fc.constantFrom("speech", "text", "wake");

Deno.test("whatever the marks, stages are in order of time and none has a negative or unknown length", () => {
  fc.assert(fc.property(anySource, anyTimings, (source, timings) => {
    const { stages, responseMs = 0, audibleMs = responseMs, ttfaMs = 0, refused } = timeline({ source, timings });
    for (const { startMs, endMs, durationMs, responseMs } of stages) {
      assert.ok(startMs >= 0 && endMs >= startMs && durationMs === endMs - startMs);
      assert.ok(responseMs >= 0 && responseMs <= durationMs);
    }
    assert.deepEqual(stages.map(({ startMs }) => startMs), stages.map(({ startMs }) => startMs).sort((a, b) => a - b));
    assert.equal(new Set(stages.map(({ name }) => name)).size, stages.length);
    assert.ok(responseMs >= 0 && audibleMs >= responseMs && ttfaMs >= 0);
    for (const name of refused) assert.ok(!((timings[name] ?? 0) >= 0 && Number.isFinite(timings[name])), name);
  }));
});

Deno.test("where all marks are there, in any order, the stages add up to the response time", () => {
  const instants = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 8, maxLength: 8 });
  fc.assert(fc.property(instants, fc.boolean(), (times, ordered) => {
    const sorted = ordered ? times.toSorted((a, b) => a - b) : times;
    const timings: TurnTimings = Object.fromEntries(RESPONSE_MARKS.map((name, index) => [name, sorted[index]]));
    const { stages, responseMs } = timeline(spoken(timings));
    if (ordered) assert.equal(responseMs, (sorted[7] ?? 0) - (sorted[0] ?? 0));
    if (responseMs !== undefined) assert.equal(stages.reduce((sum, stage) => sum + stage.responseMs, 0), responseMs);
    else assert.ok((timings.firstFrameMs ?? 0) < (timings.speechEndMs ?? 0));
    if (ordered) assert.equal(stages.reduce((sum, stage) => sum + stage.durationMs, 0), responseMs);
  }));
});
