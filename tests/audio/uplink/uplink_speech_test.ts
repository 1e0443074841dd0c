import assert from "node:assert/strict";
import { createEncoder } from "libopus-wasm";
import { loadOpus } from "../../../audio/opus/libopus.ts";
import { createDecoderPool, type DecoderPool } from "../../../audio/uplink/decoder_pool.ts";
import type { UplinkEvent } from "../../../audio/uplink/events.ts";
import type { UplinkTuning } from "../../../audio/uplink/tuning.ts";
import { Uplink, type UplinkMode } from "../../../audio/uplink/uplink.ts";
import type { Utterance } from "../../../audio/types.ts";
import type { VadEngine } from "../../../audio/vad/engine.ts";
import { createSileroEngine } from "../../../audio/vad/silero.ts";
import { createWebrtcEngine } from "../../../audio/vad/webrtc.ts";
import { needs } from "../../support/programs.ts";
import { concat, pinkNoise, type Saying, silence, soundBounds, speak } from "../../support/speech.ts";

const COMMANDS: readonly Saying[] = [
  { program: "flite", voice: "kal16", text: "stop" },
  { program: "flite", voice: "rms", text: "stop" },
  { program: "flite", voice: "slt", text: "yes" },
  { program: "flite", voice: "kal16", text: "turn on the light" },
  { program: "flite", voice: "rms", text: "what time is it" },
  { program: "flite", voice: "slt", text: "stop the music" },
  { program: "flite", voice: "rms", text: "good morning" },
  { program: "flite", voice: "slt", text: "open the door" },
  { program: "espeak-ng", voice: "cmn-latn-pinyin", text: "停" },
  { program: "espeak-ng", voice: "cmn-latn-pinyin", text: "打开灯" },
];

const ignore = needs("flite").ignore || needs("espeak-ng").ignore;

/** Packets as the firmware makes them: 16 kHz, 60 ms, application audio, complexity 0, DTX on or off. */
async function encode(samples: Int16Array, dtx = false): Promise<Uint8Array<ArrayBuffer>[]> {
  using encoder = await createEncoder({ application: 2049, channels: 1, complexity: 0, dtx, frameSize: 960, sampleRate: 16_000 });
  return Array.from({ length: Math.floor(samples.length / 960) }, (_, index) => {
    return Uint8Array.from(encoder.encode(samples.slice(960 * index, 960 * (index + 1))));
  });
}

interface Run {
  readonly vad: VadEngine;
  readonly pool: DecoderPool;
  readonly mode?: UplinkMode;
  readonly tuning?: Partial<UplinkTuning>;
  /** Waits for the VAD after each packet, as it would have in real time; else all come at once. */
  readonly paced?: boolean;
}

/** Everything that the uplink reports of the packets. */
async function listenTo(packets: readonly Uint8Array<ArrayBuffer>[], run: Run): Promise<UplinkEvent[]> {
  const events: UplinkEvent[] = [];
  const onEvent = (event: UplinkEvent) => void events.push(event);
  using uplink = new Uplink({ newDecoder: run.pool.take, vad: run.vad, tuning: run.tuning ?? {}, onEvent });
  uplink.listen(run.mode ?? "realtime");
  const judged = async () => {
    while (uplink.stats().vadLagMs > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  for (const packet of packets) {
    uplink.push(packet);
    if (run.paced) await judged();
  }
  await judged();
  return events;
}

/** One utterance, with its bounds in milliseconds of the packets' audio. */
function oneUtterance(events: readonly UplinkEvent[], packets: readonly Uint8Array<ArrayBuffer>[], what: string) {
  const hints = ["speech_discarded", "speech_paused", "speech_resumed"];
  const milestones = events.filter((event) => !hints.includes(event.type));
  assert.deepEqual(milestones.map((event) => event.type), ["speech_started", "speech_ended"], what);
  const [started, ended] = milestones;
  assert.ok(started?.type === "speech_started" && ended?.type === "speech_ended");
  const { utterance } = ended;
  const first = utterance.packets[0];
  assert.ok(first);
  const fromMs = packets.indexOf(first) * 60;
  return { utterance, fromMs, startMs: started.atMs, endMs: fromMs + utterance.durationMs - utterance.trailingSilenceMs };
}

/** Quiet rooms are not silent, and encoders treat a true zero in a way of their own. */
const room = (ms: number) => pinkNoise(ms, 12);

/** Where the model puts a bound against where the sound has it: 100 ms, and the length of the window that the bound lies in. */
const BOUND_MS = 100 + 32;

/** An s at the beginning is sound, but not speech to the model before the vowel: the pre-roll is there for it. */
const SIBILANT_MS = 150;

Deno.test({
  name: "ten short commands are one utterance each, with the bounds of the sound",
  ignore,
  fn: async () => {
    await using vad = createSileroEngine();
    await using pool = await createDecoderPool(await loadOpus());
    for (const saying of COMMANDS) {
      const what = `${saying.voice} "${saying.text}"`;
      const spoken = await speak(saying);
      const packets = await encode(concat(room(1020), spoken, room(1500)));
      const { utterance, fromMs, startMs, endMs } = oneUtterance(await listenTo(packets, { vad, pool }), packets, what);
      const truth = soundBounds(spoken);
      const [startLate, endLate] = [startMs - 1020 - truth.startMs, endMs - 1020 - truth.endMs];
      assert.ok(Math.abs(startLate) <= (saying.text.startsWith("s") ? SIBILANT_MS : BOUND_MS), `${what} begins ${startLate} ms late`);
      assert.ok(Math.abs(endLate) <= BOUND_MS, `${what} ends ${endLate} ms late`);
      assert.ok(fromMs <= 1020 + truth.startMs - 400, `${what} has little before it`);
      assert.equal(utterance.end, "silence");
    }
  },
});

Deno.test({
  name: "the fallback finds the same commands",
  ignore,
  fn: async () => {
    await using vad = createWebrtcEngine();
    await using pool = await createDecoderPool(await loadOpus());
    for (const saying of COMMANDS) {
      const spoken = await speak(saying);
      const packets = await encode(concat(room(1020), spoken, room(1500)));
      const { fromMs, utterance } = oneUtterance(await listenTo(packets, { vad, pool }), packets, `${saying.voice} "${saying.text}"`);
      const truth = soundBounds(spoken);
      assert.ok(fromMs <= 1020 + truth.startMs && fromMs + utterance.durationMs >= 1020 + truth.endMs);
    }
  },
});

Deno.test("noise of any strength is no speech to silero", async () => {
  await using vad = createSileroEngine();
  await using pool = await createDecoderPool(await loadOpus());
  for (const seed of [1, 2, 3]) {
    const packets = await encode(concat(...[50, 300, 1200, 4000].map((level) => pinkNoise(1500, level, seed))));
    assert.deepEqual(await listenTo(packets, { vad, pool }), []);
  }
});

Deno.test({
  name: "with DTX the same speech is found in the same place",
  ignore,
  fn: async () => {
    await using vad = createSileroEngine();
    await using pool = await createDecoderPool(await loadOpus());
    const spoken = await speak({ program: "flite", voice: "rms", text: "turn on the light" });
    const samples = concat(silence(2040), spoken, silence(1500));
    const plain = await encode(samples);
    const sparse = await encode(samples, true);
    assert.ok(sparse.filter((packet) => packet.length <= 3).length > 30, "the encoder did send silence packets");
    const expected = oneUtterance(await listenTo(plain, { vad, pool }), plain, "without DTX");
    const found = oneUtterance(await listenTo(sparse, { vad, pool }), sparse, "with DTX");
    assert.ok(Math.abs(found.startMs - expected.startMs) <= 60 && Math.abs(found.endMs - expected.endMs) <= 60);
    assert.equal(found.utterance.pcm().length, found.utterance.durationMs * 16);
  },
});

Deno.test({
  name: "a pause shorter than silenceMs is part of one utterance, a longer one parts two; a burst and paced packets give the same",
  ignore,
  fn: async () => {
    await using vad = createSileroEngine();
    await using pool = await createDecoderPool(await loadOpus());
    const spoken = await speak({ program: "flite", voice: "kal16", text: "turn on the light" });
    const { startMs, endMs } = soundBounds(spoken);
    const word = spoken.slice(startMs * 16, endMs * 16);
    const packets = await encode(concat(room(600), word, room(300), word, room(900), word, room(1200)));
    const told = async (paced: boolean) =>
      (await listenTo(packets, { vad, pool, paced })).map((event) => {
        if (event.type === "speech_started") return { type: event.type, atMs: event.atMs };
        if (!("utterance" in event)) return event;
        const { pcm, ...rest } = event.utterance;
        return { type: event.type, ...rest, pcm: pcm() };
      });
    const burst = await told(false);
    assert.equal(burst.filter(({ type }) => type === "speech_ended").length, 2);
    const paced = await told(true);
    assert.deepEqual(burst, paced);
  },
});

Deno.test({
  name: "push-to-talk gives the samples of a decoder that heard nothing before",
  ignore,
  fn: async () => {
    await using vad = createSileroEngine();
    const opus = await loadOpus();
    await using pool = await createDecoderPool(opus);
    const packets = await encode(await speak({ program: "flite", voice: "slt", text: "open the door" }));
    const utterances: Utterance[] = [];
    const onEvent = (event: UplinkEvent) => void (event.type === "speech_ended" && utterances.push(event.utterance));
    using uplink = new Uplink({ newDecoder: pool.take, vad, onEvent });
    for (let turn = 0; turn < 2; turn++) {
      uplink.listen("manual");
      packets.forEach((packet) => uplink.push(packet));
      uplink.stop();
    }
    using decoder = await opus.decoder(16_000);
    const expected = concat(...packets.map((packet) => decoder.decode(packet)));
    for (const utterance of utterances) assert.deepEqual(utterance.pcm(), expected);
    assert.equal(utterances.length, 2);
  },
});
