/**
 * What is added between a sentence's audio and the first frame on its way to the device: `deno task bench -- first_frame [--quick]`.
 *
 * @module
 */

import { createDecoderPool } from "../audio/uplink/decoder_pool.ts";
import { Reply } from "../actors/device/reply/reply.ts";
import { type DeviceSettings, deviceSettings } from "../actors/device/settings.ts";
import { Turn } from "../actors/device/turn.ts";
import { readOggOpus } from "../audio/ogg/mod.ts";
import { loadOpus } from "../audio/opus/libopus.ts";
import { createFrameEncoder, type WorkerFrameEncoder } from "../audio/opus/worker_encoder.ts";
import type { SpeechAudio } from "../audio/types.ts";
import { systemClock } from "../base/clock.ts";
import { configWith } from "../services/config/mod.ts";
import { printMethod, printTable, quick } from "./support/report.ts";
import { sentence, sentenceOgg } from "./support/speech.ts";
import { spread } from "./support/stats.ts";

const WARM = quick ? 15 : 100;
/** What these find is a constant. */
const AT_ONCE = quick ? 5 : 30;
const COLD = quick ? 3 : 20;
const SENTENCE_MS = 3960;
/** Beyond the 60 ms that the chart keeps between `tts start` and the first frame. */
const SLOW_STAGE_MS = 75;

const METHOD = `
Method
- The real Reply: sentence splitter, frame encoder with its worker, playout, up to the frame that is handed to the link. The stage hands out
  a whole sentence of ${SENTENCE_MS} ms at once, as if its last byte had just come; from there to the first frame, in ms. Ogg is parsed in it.
- added: the stage took ${SLOW_STAGE_MS} ms, so that the 60 ms are over which the device needs after tts start to empty its queue (every real turn: chat
  and synthesis run in that time). This is what the server adds.
- at once: the stage took no time, so that the rest of those 60 ms is waited for; from tts start. Only a reply whose text and sound both were
  there before, such as a phrase from a cache, would meet it. The frame waits for the gap and not for the encoder, unless that is cold.
- warm: ${WARM} (at once: ${AT_ONCE}) replies one after the other with one encoder. cold: ${COLD} encoders, the first reply of each: a worker is started and loads the codec.
  complexity 5 is the default.
`;

const clock = systemClock();
await using decoders = await createDecoderPool(await loadOpus());
const settings: DeviceSettings = deviceSettings(configWith({ conversation: { language: "en" } }), "bench");

async function* once<T>(value: T): AsyncGenerator<T, void, void> {
  yield await Promise.resolve(value);
}

/** Milliseconds from the stage's last byte, or from `tts start` where the stage took no time, to the first frame. */
async function measure(encoder: WorkerFrameEncoder, audio: () => Promise<SpeechAudio>, stageMs: number): Promise<number> {
  const turn = new Turn({ turnId: "turn", sessionId: "session", deviceId: "device", source: "text", clock });
  const first = Promise.withResolvers<number>();
  let from = 0;
  const reply = new Reply({
    clock,
    settings,
    encoder,
    turn,
    loadDecoders: () => Promise.resolve(() => decoders.take()),
    synthesize: {
      synthesize: async () => {
        if (stageMs > 0) await new Promise((resolve) => setTimeout(resolve, stageMs));
        from = performance.now();
        return await audio();
      },
    },
    send: () => {},
    sendAudio: () => first.resolve(performance.now() - from),
    bufferedAmount: () => 0,
    onHeard: () => {},
  });
  reply.begin();
  const speaking = reply.speak(once("The weather will be fine until the evening.")).catch(() => {});
  const ms = await first.promise;
  reply.end();
  turn.end("interrupted");
  await speaking;
  return ms;
}

if (import.meta.main) {
  const opus = await loadOpus();
  const ogg = await sentenceOgg(SENTENCE_MS, opus);
  const pcm = async (sampleRate: number) => {
    const samples = await sentence(SENTENCE_MS, sampleRate);
    return (): Promise<SpeechAudio> => Promise.resolve({ kind: "pcm", sampleRate, chunks: once(samples.slice()) });
  };
  const sources = [
    { name: "PCM 24 kHz", audio: await pcm(24_000) },
    { name: "PCM 22.05 kHz", audio: await pcm(22_050) },
    { name: "Ogg Opus, 60 ms", audio: async (): Promise<SpeechAudio> => ({ kind: "opus", packets: (await readOggOpus(ogg)).packets }) },
  ];
  const make = () => createFrameEncoder({ workers: 1, complexity: 5, bitrate: 24_000 });
  const rows: string[][] = [];
  for (const { name, audio } of sources) {
    for (const [what, stageMs, replies] of [["added", SLOW_STAGE_MS, WARM], ["at once", 0, AT_ONCE]] as const) {
      const cold: number[] = [];
      for (let round = 0; round < COLD; round++) {
        await using encoder = make();
        cold.push(await measure(encoder, audio, stageMs));
      }
      await using encoder = make();
      for (let round = 0; round < 5; round++) await measure(encoder, audio, stageMs);
      const warm: number[] = [];
      for (let round = 0; round < replies; round++) warm.push(await measure(encoder, audio, stageMs));
      rows.push([`${name}, ${what}, warm`, ...spread(warm)], [`${name}, ${what}, cold`, ...spread(cold)]);
    }
  }
  printMethod("First frame", METHOD);
  printTable(["", "p50 ms", "p95 ms", "p99 ms", "max ms"], rows);
}
