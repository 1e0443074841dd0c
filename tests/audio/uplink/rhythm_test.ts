import assert from "node:assert/strict";
import fc from "fast-check";
import { MIN_PAUSE_MS, Rhythm, type RhythmTuning } from "../../../audio/uplink/rhythm.ts";
import { Rig, stretch } from "./fakes.ts";

const TUNING: RhythmTuning = { silenceMs: 500, minSilenceMs: 300, maxSilenceMs: 1200, adaptive: true };

const tunings = fc.record({
  silenceMs: fc.integer({ min: 120, max: 5000 }),
  minSilenceMs: fc.integer({ min: 120, max: 2000 }),
  maxSilenceMs: fc.integer({ min: 2000, max: 5000 }),
  adaptive: fc.boolean(),
});

const pauses = fc.array(fc.tuple(fc.constantFrom("within", "cut"), fc.double({ min: 0, max: 20_000, noNaN: true })));

function learn(rhythm: Rhythm, of: readonly (readonly [string, number])[]): Rhythm {
  for (const [kind, ms] of of) kind === "within" ? rhythm.wentOn(ms) : rhythm.wasCut(ms);
  return rhythm;
}

Deno.test("whatever the pauses, the silence waited for begins as configured and stays within its bounds", () => {
  fc.assert(fc.property(tunings, pauses, (tuning, of) => {
    const rhythm = new Rhythm(tuning);
    assert.ok(Math.abs(rhythm.silenceMs - tuning.silenceMs) < 1e-6);
    learn(rhythm, of);
    assert.ok(rhythm.silenceMs >= rhythm.leastMs - 1e-6 && rhythm.silenceMs <= rhythm.mostMs + 1e-6);
    const { silenceMs, minSilenceMs, maxSilenceMs, adaptive } = tuning;
    assert.equal(rhythm.leastMs, adaptive ? Math.min(silenceMs, minSilenceMs) : silenceMs);
    assert.equal(rhythm.mostMs, adaptive ? Math.max(silenceMs, maxSilenceMs) : silenceMs);
    if (!adaptive) assert.ok(Math.abs(rhythm.silenceMs - silenceMs) < 1e-6);
  }));
});

Deno.test("longer pauses never make the silence waited for shorter", () => {
  fc.assert(fc.property(pauses, fc.integer({ min: MIN_PAUSE_MS, max: 1100 }), fc.integer({ min: 0, max: 100 }), (of, ms, more) => {
    const [shorter, longer] = [learn(new Rhythm(TUNING), of), learn(new Rhythm(TUNING), of)];
    shorter.wentOn(ms);
    longer.wentOn(ms + more);
    assert.ok(longer.silenceMs >= shorter.silenceMs);
  }));
});

Deno.test("a pause that was taken for the end is waited out the next time, whatever was learned before", () => {
  fc.assert(fc.property(pauses, fc.integer({ min: 1, max: 1200 }), (of, ms) => {
    const rhythm = learn(new Rhythm(TUNING), of);
    rhythm.wasCut(ms);
    assert.ok(rhythm.silenceMs >= ms, `${rhythm.silenceMs} after ${ms}`);
  }));
});

Deno.test("a habit of pauses is met within ten of them, with half as much again for the odd longer one", () => {
  for (const [pause, expected] of [[200, 300], [400, 600], [700, 1050], [900, 1200]] as const) {
    const rhythm = new Rhythm(TUNING);
    for (let i = 0; i < 10; i++) rhythm.wentOn(pause);
    assert.ok(Math.abs(rhythm.silenceMs - expected) <= expected * 0.08, `${pause}: ${rhythm.silenceMs}`);
  }
});

Deno.test("the closures of consonants and a silence that nothing would have bridged teach nothing", () => {
  const rhythm = new Rhythm(TUNING);
  rhythm.wentOn(MIN_PAUSE_MS - 1);
  rhythm.wasCut(1201);
  assert.equal(rhythm.silenceMs, new Rhythm(TUNING).silenceMs);
});

const SPEECH = stretch(90, 600);
const silence = (ms: number) => stretch(5, ms);

Deno.test("a person who speaks with long pauses is no longer cut off in them", () => {
  using rig = new Rig();
  rig.listen("realtime");
  rig.paced([...SPEECH, ...silence(720), ...SPEECH, ...silence(1500)]);
  assert.equal(rig.utterances.length, 2, "the pause is not known yet");
  rig.paced([...SPEECH, ...silence(720), ...SPEECH, ...silence(1500)]);
  assert.equal(rig.utterances.length, 3, "now it is");
});

Deno.test("a person who speaks with short pauses is answered sooner", () => {
  using rig = new Rig();
  rig.listen("auto");
  rig.paced([...Array.from({ length: 10 }, () => [...SPEECH, ...silence(180)]).flat(), ...silence(300)]);
  assert.equal(rig.utterances.length, 1);
  const { trailingSilenceMs } = rig.utterances[0]!;
  assert.ok(trailingSilenceMs >= 300 && trailingSilenceMs < 420, `${trailingSilenceMs}`);
});

Deno.test("a silence that the device did not send is no pause", () => {
  using rig = new Rig();
  rig.listen("realtime");
  rig.paced([...SPEECH, ...silence(720)]);
  rig.uplink.gap();
  rig.paced([...SPEECH, ...silence(720)]);
  assert.equal(rig.uplink.stats().silenceMs, 500);
});

Deno.test("the rhythm is kept over listening anew, and an uplink that is handed one begins with it", () => {
  const rhythm = new Rhythm(TUNING);
  for (let i = 0; i < 10; i++) rhythm.wentOn(700);
  using rig = new Rig({}, rhythm);
  for (let turn = 0; turn < 2; turn++) {
    rig.listen("auto");
    rig.paced([...SPEECH, ...silence(900), ...SPEECH, ...silence(1500)]);
  }
  assert.equal(rig.utterances.length, 2);
  assert.equal(rig.uplink.stats().silenceMs, rhythm.silenceMs);
});

Deno.test("without adaptation every silence of silenceMs is the end", () => {
  using rig = new Rig({ adaptive: false });
  rig.listen("realtime");
  for (let i = 0; i < 4; i++) rig.paced([...SPEECH, ...silence(720)]);
  assert.equal(rig.utterances.length, 4);
});

Deno.test("a pause is told at the least silence, and that the person goes on", () => {
  using rig = new Rig();
  rig.listen("auto");
  rig.paced([...SPEECH, ...silence(240), ...SPEECH, ...silence(420), ...SPEECH, ...silence(900)]);
  assert.deepEqual(rig.events.map(({ type }) => type), [
    "speech_started",
    "speech_paused",
    "speech_resumed",
    "speech_paused",
    "speech_ended",
  ]);
  const [paused] = rig.events.flatMap((event) => event.type === "speech_paused" ? [event.utterance] : []);
  assert.ok(paused!.trailingSilenceMs >= 300 && paused!.trailingSilenceMs <= 392, `${paused!.trailingSilenceMs}`);
  assert.ok(Math.abs(paused!.speechMs - 1200) <= 64);
});

Deno.test("where the least silence is the end itself no pause is told", () => {
  using rig = new Rig({ silenceMs: 300, adaptive: false });
  rig.listen("auto");
  rig.paced([...SPEECH, ...silence(600)]);
  assert.deepEqual(rig.events.map(({ type }) => type), ["speech_started", "speech_ended"]);
});
