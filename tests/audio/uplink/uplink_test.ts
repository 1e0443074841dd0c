import assert from "node:assert/strict";
import { Uplink } from "../../../audio/uplink/uplink.ts";
import { dtx, garbage, packet, Rig, stretch } from "./fakes.ts";

const SPEECH = 90;
const QUIET = 5;

Deno.test("speech between silences is one utterance with its pre-roll and the silence that ended it", () => {
  using rig = new Rig();
  rig.listen("auto");
  rig.paced([...stretch(QUIET, 1200), ...stretch(SPEECH, 600), ...stretch(QUIET, 1200)]);
  assert.deepEqual(rig.types, ["speech_started", "speech_ended"]);
  const [started] = rig.events;
  assert.ok(started?.type === "speech_started" && Math.abs(started.atMs - 1200) <= 32);
  const [utterance] = rig.utterances;
  assert.ok(utterance);
  assert.deepEqual([utterance.end, utterance.sampleRate], ["silence", 16_000]);
  assert.ok(Math.abs(utterance.speechMs - 600) <= 32);
  assert.ok(utterance.trailingSilenceMs >= 468 && utterance.trailingSilenceMs <= 592);
  assert.ok(Math.abs(utterance.durationMs - utterance.trailingSilenceMs - 600 - 600) <= 92, "600 ms of pre-roll before 600 ms of speech");
  assert.equal(utterance.pcm().length, utterance.durationMs * 16);
  assert.equal(utterance.packets.length, utterance.durationMs / 60);
  assert.equal(utterance.pcm().filter((sample) => sample === SPEECH * 100).length, 9600, "no speech is lost");
  assert.equal(utterance.pcm(), utterance.pcm());
});

Deno.test("after an utterance in auto mode packets are ignored until listen(), and the decoder and the VAD stream are given back", () => {
  using rig = new Rig();
  rig.listen("auto");
  rig.paced([...stretch(SPEECH, 600), ...stretch(QUIET, 1200), ...stretch(SPEECH, 600), ...stretch(QUIET, 1200)]);
  assert.equal(rig.utterances.length, 1);
  assert.deepEqual([rig.decoders.open, rig.vad.streams.size], [0, 0]);
  assert.ok(rig.uplink.stats().ignored > 20);
  assert.equal(rig.uplink.stats().listening, false);
  rig.listen("auto");
  rig.paced([...stretch(SPEECH, 600), ...stretch(QUIET, 1200)]);
  assert.equal(rig.utterances.length, 2);
});

Deno.test("in realtime mode listening goes on, and what followed the endpoint is pre-roll of the next utterance", () => {
  using rig = new Rig();
  rig.listen("realtime");
  rig.paced([...stretch(SPEECH, 600), ...stretch(QUIET, 720), ...stretch(SPEECH, 600), ...stretch(QUIET, 1200)]);
  assert.deepEqual(rig.types, ["speech_started", "speech_ended", "speech_started", "speech_ended"]);
  const [first, second] = rig.utterances;
  assert.ok(first && second);
  // 720 ms of silence, of which the first utterance took about 500 to 600: the second has the rest and no speech of the first.
  const beforeSpeech = second.pcm().findIndex((sample) => sample === SPEECH * 100) / 16;
  assert.ok(beforeSpeech >= 120 && beforeSpeech <= 240, `${beforeSpeech} ms before the speech`);
  for (const utterance of [first, second]) assert.equal(utterance.pcm().filter((sample) => sample === SPEECH * 100).length, 9600);
});

Deno.test("a pause shorter than silenceMs does not split an utterance", () => {
  using rig = new Rig();
  rig.listen("auto");
  rig.paced([...stretch(SPEECH, 300), ...stretch(QUIET, 420), ...stretch(SPEECH, 300), ...stretch(QUIET, 1200)]);
  assert.equal(rig.utterances.length, 1);
  assert.ok(Math.abs((rig.utterances[0]?.speechMs ?? 0) - 600) <= 64);
});

Deno.test("a word of 180 ms is an utterance, a click of 60 ms is discarded", () => {
  using rig = new Rig();
  rig.listen("auto");
  rig.paced([...stretch(QUIET, 600), ...stretch(SPEECH, 60), ...stretch(QUIET, 600)]);
  assert.deepEqual(rig.types, ["speech_discarded"]);
  rig.paced([...stretch(SPEECH, 180), ...stretch(QUIET, 600)]);
  assert.deepEqual(rig.types, ["speech_discarded", "speech_started", "speech_ended"]);
  assert.equal(rig.uplink.stats().discarded, 1);
});

Deno.test("a word with a gap in it, such as the closure of a consonant, is not discarded by halves", () => {
  using rig = new Rig({ minSpeechMs: 160 });
  rig.listen("auto");
  rig.paced([...stretch(QUIET, 600), ...stretch(SPEECH, 120), ...stretch(QUIET, 60), ...stretch(SPEECH, 120), ...stretch(QUIET, 900)]);
  assert.deepEqual(rig.types, ["speech_started", "speech_ended"]);
});

Deno.test("probabilities between the thresholds keep what was: they neither start speech nor end it", () => {
  using rig = new Rig();
  rig.listen("auto");
  rig.paced(stretch(45, 1200));
  assert.deepEqual(rig.types, []);
  rig.paced([...stretch(SPEECH, 180), ...stretch(45, 1200)]);
  assert.deepEqual(rig.types, ["speech_started"]);
  rig.paced(stretch(QUIET, 1200));
  assert.deepEqual(rig.types, ["speech_started", "speech_ended"]);
});

for (const ms of [20, 40, 60]) {
  Deno.test(`case 19: packets of ${ms} ms count for what they decode to`, () => {
    using rig = new Rig();
    rig.listen("auto");
    const of = (level: number, total: number) => Array.from({ length: total / ms }, () => packet(level, ms));
    rig.paced([...of(QUIET, 600), ...of(SPEECH, 480), ...of(QUIET, 1200)]);
    const [utterance] = rig.utterances;
    assert.ok(utterance && Math.abs(utterance.speechMs - 480) <= 32);
    assert.equal(utterance.packets.length, utterance.durationMs / ms);
  });
}

Deno.test("packets of 1 to 3 bytes are silence of their full duration, and are neither decoded nor judged", () => {
  using rig = new Rig();
  rig.listen("auto");
  rig.paced(stretch(SPEECH, 600));
  const [decoded, pushed] = [rig.decoders.decoded, rig.vad.pushed];
  rig.paced([dtx(), dtx(), Uint8Array.of(24, 0, 0), dtx(), dtx(), dtx(), dtx(), dtx()]);
  assert.deepEqual([rig.decoders.decoded, rig.vad.pushed], [decoded, pushed]);
  const [utterance] = rig.utterances;
  assert.ok(utterance);
  // A part of a window, 24 ms of speech at most, has gone into the silence unjudged.
  assert.ok(utterance.trailingSilenceMs >= 500 && utterance.trailingSilenceMs <= 592, `${utterance.trailingSilenceMs}`);
  assert.equal(utterance.durationMs, utterance.packets.length * 60);
  assert.ok(utterance.pcm().subarray(9600).every((sample) => sample === 0));
  assert.equal(rig.uplink.stats().dtx, 8);
});

Deno.test("a silence packet whose own word is unreadable lasts as long as the packet before it", () => {
  using rig = new Rig();
  rig.listen("auto");
  const code3WithoutCount = Uint8Array.of(8 | 3);
  for (let at = 0; at < 30; at++) rig.paced([packet(SPEECH, 20)]);
  // 600 ms are 18 windows and 24 ms, which go into the silence: 23 packets make 484 ms of it, 24 make 504.
  for (let at = 0; at < 23; at++) rig.paced([code3WithoutCount]);
  assert.deepEqual(rig.types, ["speech_started"]);
  rig.paced([code3WithoutCount]);
  assert.deepEqual(rig.types, ["speech_started", "speech_ended"]);
});

Deno.test("silence that overtakes the VAD waits for it: the result is the same whenever the VAD answers", () => {
  const packets = [
    ...stretch(QUIET, 300),
    ...stretch(SPEECH, 300),
    dtx(),
    dtx(),
    ...stretch(SPEECH, 300),
    ...Array.from({ length: 10 }, () => dtx()),
  ];
  using prompt = new Rig();
  using late = new Rig();
  for (const rig of [prompt, late]) rig.listen("auto");
  prompt.paced(packets);
  late.burst(packets);
  assert.deepEqual(prompt.types, ["speech_started", "speech_ended"]);
  assert.deepEqual(late.told, prompt.told);
  const agoMs = (rig: Rig) => rig.events.flatMap((event) => "agoMs" in event ? [event.agoMs] : []);
  const [[promptStart = 0, promptEnd = 0], [lateStart = 0, lateEnd = 0]] = [agoMs(prompt), agoMs(late)];
  assert.ok(promptStart < 200 && promptEnd >= 500 && promptEnd < 700, `${promptStart}, ${promptEnd}`);
  assert.ok(lateStart > promptStart && lateEnd >= promptEnd, "a late answer is about older audio");
});

Deno.test("utterances longer than maxUtteranceMs end with limit, in realtime the rest is another one and nothing is lost", () => {
  using rig = new Rig({ maxUtteranceMs: 2000 });
  rig.listen("realtime");
  rig.paced([...stretch(QUIET, 1200), ...stretch(SPEECH, 4200), ...stretch(QUIET, 1200)]);
  const ends = rig.utterances.map((utterance) => utterance.end);
  assert.deepEqual(ends, ["limit", "limit", "silence"]);
  assert.ok(rig.utterances.every(({ durationMs, speechMs }) => durationMs <= 2000 && speechMs <= durationMs));
  const speech = rig.utterances.flatMap((utterance) => [...utterance.pcm()]).filter((sample) => sample === SPEECH * 100);
  assert.equal(speech.length, 4200 * 16);
});

Deno.test("empty packets are nothing, whatever the mode", () => {
  for (const mode of ["auto", "manual", "realtime"] as const) {
    using rig = new Rig();
    rig.listen(mode);
    rig.paced([new Uint8Array(), new Uint8Array()]);
    assert.deepEqual(rig.types, []);
    assert.deepEqual([rig.uplink.stats().empty, rig.uplink.stats().bufferedMs], [2, 0]);
  }
});

Deno.test("packets that are no Opus are dropped and counted in a row; a good one begins the count anew, silence does not", () => {
  using rig = new Rig();
  rig.listen("auto");
  const tooManyFrames = Uint8Array.of(24 | 3, 63, 1, 1);
  rig.paced([garbage(), tooManyFrames, dtx(), garbage(), packet(QUIET), garbage()]);
  const counts = rig.events.map((event) => event.type === "undecodable" ? event.consecutive : -1);
  assert.deepEqual(counts, [1, 2, 3, 1]);
  assert.equal(rig.uplink.stats().undecodable, 4);
});

Deno.test("a packet padded beyond what Opus needs is refused, so that an utterance's packets stay bounded", () => {
  for (const mode of ["auto", "manual"] as const) {
    using rig = new Rig();
    rig.listen(mode);
    // 10 ms with 1270 bytes: twice the highest bit rate of Opus.
    const padded = new Uint8Array(1271);
    rig.paced([padded]);
    assert.deepEqual(rig.types, ["undecodable"]);
    rig.paced([packet(QUIET)]);
    assert.equal(rig.uplink.stats().bufferedMs, 60);
  }
});

Deno.test("manual mode takes everything from listen() to stop(), decodes nothing before pcm(), and asks no VAD", () => {
  using rig = new Rig();
  rig.listen("manual");
  rig.paced([...stretch(QUIET, 600), dtx(), garbage(), ...stretch(SPEECH, 60)]);
  rig.uplink.stop();
  assert.deepEqual(rig.types, ["speech_started", "speech_ended"]);
  assert.deepEqual([rig.decoders.made, rig.vad.opened], [0, 0]);
  const [utterance] = rig.utterances;
  assert.ok(utterance);
  assert.deepEqual([utterance.end, utterance.durationMs, utterance.speechMs, utterance.packets.length], ["stop", 780, 0, 13]);
  const pcm = utterance.pcm();
  assert.deepEqual([pcm.length, pcm[0], pcm[600 * 16], pcm[660 * 16], pcm.at(-1)], [780 * 16, 500, 0, 0, 9000]);
  utterance.pcm();
  assert.deepEqual([rig.decoders.made, rig.decoders.open], [1, 0], "one fresh decoder, given back");
});

Deno.test("manual mode decodes each packet when it comes, where samples will be asked for, and gives the same sound", () => {
  const sounds = [false, true].map((decodeAhead) => {
    using rig = new Rig({}, undefined, decodeAhead);
    rig.listen("manual");
    rig.paced([...stretch(QUIET, 600), dtx(), garbage(), ...stretch(SPEECH, 60)]);
    assert.deepEqual([rig.decoders.decoded, rig.decoders.open], decodeAhead ? [11, 1] : [0, 0]);
    rig.uplink.stop();
    const [utterance] = rig.utterances;
    assert.equal(rig.decoders.open, 0, "the decoder is given back");
    return utterance?.pcm();
  });
  assert.deepEqual(sounds[0], sounds[1]);
  assert.equal(sounds[0]?.length, 780 * 16);
});

Deno.test("manual mode without audio gives an empty utterance on stop(), and a second stop() gives nothing", () => {
  using rig = new Rig();
  rig.listen("manual");
  rig.uplink.stop();
  rig.uplink.stop();
  assert.deepEqual(rig.types, ["speech_ended"]);
  assert.deepEqual([rig.utterances[0]?.durationMs, rig.utterances[0]?.pcm().length, rig.decoders.made], [0, 0, 0]);
});

Deno.test("a button that is never released ends with limit and holds nothing more", () => {
  using rig = new Rig({ maxUtteranceMs: 3000 });
  rig.listen("manual");
  rig.paced(stretch(SPEECH, 60_000));
  rig.uplink.stop();
  assert.deepEqual(rig.types, ["speech_started", "speech_ended"]);
  assert.deepEqual([rig.utterances[0]?.end, rig.utterances[0]?.durationMs], ["limit", 3000]);
  assert.equal(rig.uplink.stats().bufferedMs, 0);
});

Deno.test("stop() ends speech under way at once, and what follows is ignored", () => {
  using rig = new Rig();
  rig.listen("auto");
  rig.paced([...stretch(QUIET, 600), ...stretch(SPEECH, 600)]);
  rig.uplink.push(packet(SPEECH));
  rig.uplink.stop();
  rig.paced(stretch(SPEECH, 600));
  assert.deepEqual(rig.types, ["speech_started", "speech_ended"]);
  assert.deepEqual([rig.utterances[0]?.end, rig.utterances[0]?.durationMs], ["stop", 1260]);
});

Deno.test("stop() waits for the VAD's word on audio that came before it", () => {
  using rig = new Rig();
  rig.listen("auto");
  for (const bytes of [...stretch(QUIET, 300), ...stretch(SPEECH, 300)]) rig.uplink.push(bytes);
  rig.uplink.stop();
  rig.uplink.push(packet(SPEECH));
  assert.deepEqual(rig.types, []);
  rig.vad.answer();
  assert.deepEqual(rig.types, ["speech_started", "speech_ended"]);
  assert.deepEqual([rig.utterances[0]?.end, rig.utterances[0]?.durationMs], ["stop", 600]);
  assert.equal(rig.uplink.stats().listening, false);
});

Deno.test("stop() without speech only pauses", () => {
  for (const audio of [[], stretch(QUIET, 600), [dtx(), dtx()], [packet(QUIET, 20)]]) {
    for (const answered of [true, false]) {
      using rig = new Rig();
      rig.listen("auto");
      if (answered) rig.paced(audio);
      else audio.forEach((bytes) => rig.uplink.push(bytes));
      rig.uplink.stop();
      rig.vad.answer();
      assert.deepEqual(rig.types, []);
      assert.equal(rig.uplink.stats().listening, false);
      assert.equal(rig.vad.streams.size, 0);
    }
  }
});

Deno.test("listen() and pause() make answers of the VAD to older audio mean nothing", () => {
  for (const action of ["listen", "pause"] as const) {
    using rig = new Rig();
    rig.listen("auto");
    for (const bytes of [...stretch(SPEECH, 600), ...stretch(QUIET, 900)]) rig.uplink.push(bytes);
    const old = [...rig.vad.streams];
    rig.uplink[action]("auto");
    for (const stream of old) {
      stream.listener({ probability: 1, endSample: 512 });
      stream.onError(new Error("late"));
    }
    rig.vad.answer();
    assert.deepEqual(rig.types, []);
    rig.listen("auto");
    rig.paced(stretch(QUIET, 600));
    assert.deepEqual(rig.types, [], "nothing of the old speech is left");
  }
});

Deno.test("packets that come while nobody listens are counted and held nowhere", () => {
  using rig = new Rig();
  rig.paced(stretch(SPEECH, 2400));
  assert.deepEqual(rig.types, []);
  const { packets, ignored, bufferedMs } = rig.uplink.stats();
  assert.deepEqual([packets, ignored, bufferedMs, rig.decoders.made, rig.vad.opened], [40, 40, 0, 0, 0]);
});

Deno.test("silence of any length holds no more than the pre-roll and what waits for the VAD", () => {
  using rig = new Rig();
  rig.listen("auto");
  rig.paced([...stretch(QUIET, 60_000), ...Array.from({ length: 1000 }, () => dtx())]);
  assert.ok(rig.uplink.stats().bufferedMs <= 720, `${rig.uplink.stats().bufferedMs} ms`);
  rig.burst(stretch(QUIET, 6000));
  assert.ok(rig.uplink.stats().bufferedMs <= 720);
});

Deno.test("a VAD that fails is reported once, the uplink pauses, and listen() opens a new stream", () => {
  using rig = new Rig();
  rig.listen("auto");
  rig.paced(stretch(SPEECH, 600));
  rig.vad.fail(new Error("worker died"));
  rig.paced(stretch(SPEECH, 600));
  assert.deepEqual(rig.types, ["speech_started", "vad_failed"]);
  assert.equal(rig.uplink.stats().listening, false);
  rig.listen("auto");
  rig.paced([...stretch(SPEECH, 600), ...stretch(QUIET, 600)]);
  assert.deepEqual(rig.types.slice(2), ["speech_started", "speech_ended"]);
});

Deno.test("a VAD that falls silent is reported before much audio has gathered", () => {
  using rig = new Rig();
  rig.listen("auto");
  let most = 0;
  for (const bytes of stretch(SPEECH, 60_000)) {
    rig.uplink.push(bytes);
    most = Math.max(most, rig.uplink.stats().bufferedMs);
  }
  assert.deepEqual(rig.events.map((event) => event.type === "vad_failed" && (event.error as { code?: string }).code), ["vad_stalled"]);
  assert.ok(most <= 15_060);
});

Deno.test("a handler may listen anew from within an event, and the new listening is not undone", () => {
  using rig = new Rig();
  rig.onEvent = (event) => {
    if (event.type === "speech_ended") rig.listen("auto");
  };
  rig.listen("auto");
  for (let turn = 0; turn < 3; turn++) rig.burst([...stretch(SPEECH, 300), ...stretch(QUIET, 900)]);
  assert.deepEqual(rig.types, Array.from({ length: 3 }, () => ["speech_started", "speech_ended"]).flat());
  assert.equal(rig.uplink.stats().listening, true);
});

Deno.test("a handler may pause from within any event", () => {
  for (const type of ["speech_started", "speech_discarded", "undecodable", "speech_ended"]) {
    using rig = new Rig({ maxUtteranceMs: 1500 });
    rig.onEvent = (event) => {
      if (event.type === type) rig.uplink.pause();
    };
    rig.listen("realtime");
    rig.burst([...stretch(SPEECH, 60), ...stretch(QUIET, 600), garbage(), ...stretch(SPEECH, 3000), ...stretch(QUIET, 900)]);
    assert.equal(rig.types.filter((name) => name === type).length, 1);
    // The garbage is seen when it is pushed, before any answer of the VAD.
    assert.equal(rig.types.at(-1), type);
    assert.deepEqual([rig.decoders.open, rig.vad.streams.size, rig.uplink.stats().bufferedMs], [0, 0, 0]);
  }
});

Deno.test("a decoder that cannot be had is reported, not thrown, and listen() tries again", () => {
  using rig = new Rig();
  let broken = true;
  const events: string[] = [];
  using uplink = new Uplink({
    newDecoder: () => {
      if (broken) throw new Error("none left");
      return rig.decoders.make();
    },
    vad: rig.vad,
    onEvent: (event) => void events.push(event.type),
  });
  uplink.listen("auto");
  uplink.push(packet(SPEECH));
  uplink.push(packet(SPEECH));
  assert.deepEqual([events, uplink.stats().listening, uplink.stats().undecodable], [["vad_failed"], false, 0]);
  broken = false;
  uplink.listen("auto");
  for (const bytes of stretch(SPEECH, 300)) uplink.push(bytes);
  rig.vad.answer();
  assert.deepEqual(events, ["vad_failed", "speech_started"]);
});
