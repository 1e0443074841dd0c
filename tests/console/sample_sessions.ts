/**
 * Sessions as a household has them: answered, cut off, failed, typed, announced and imported, some of them with audio.
 *
 * @module
 */

import { systemClock } from "../../base/clock.ts";
import { writeOggOpus } from "../../audio/ogg/mod.ts";
import { loadOpus } from "../../audio/opus/libopus.ts";
import { audioPath, type AudioSide } from "../../services/history/audio_files.ts";
import type { SessionRecord, StoredTurn } from "../../services/history/store.ts";
import { storedTurn } from "../routes/app_fixture.ts";
import { type ConsoleFixture, idOf } from "./console_fixture.ts";
import { SAMPLE_ID } from "./sample_devices.ts";

/** The session whose page is looked at. */
export const SAMPLE_SESSION = "5f6e0c2e-8f0e-4a86-a4a5-3f3a4ac6d3c2";
/** One of its turns: of three sentences, with audio. */
export const SAMPLE_TURN = turnId(1);
/** The one that was cut off. */
export const CUT_TURN = turnId(2);

const FRAME_MS = 60;
const RATE = 24_000;
const MINUTE_MS = 60_000;

function turnId(number: number): string {
  return `01KSAMPLE${String(number).padStart(17, "0")}`;
}

/** A tone as an Ogg Opus file. */
export async function toneFile(ms: number): Promise<Uint8Array<ArrayBuffer>> {
  using encoder = await (await loadOpus()).encoder({ sampleRate: RATE, frameMs: FRAME_MS, bitrate: 24_000, complexity: 0 });
  const samples = RATE * FRAME_MS / 1000;
  const packets = Array.from({ length: Math.ceil(ms / FRAME_MS) }, (_, frame) =>
    encoder.encode(
      Int16Array.from({ length: samples }, (_, at) => Math.round(6000 * Math.sin((frame * samples + at) * 2 * Math.PI * 330 / RATE))),
    ));
  return writeOggOpus({ packets, inputSampleRate: RATE });
}

const timings = {
  speechEndMs: 1850,
  vadEndMs: 2150,
  endpointMs: 2155,
  recognizedMs: 2320,
  settledMs: 2325,
  firstTokenMs: 2710,
  firstSentenceMs: 2840,
  firstAudioMs: 3020,
  firstFrameMs: 3045,
  playoutEndMs: 9000,
} as const;

/** Turns of the sample session. */
const TURNS: readonly Partial<StoredTurn>[] = [
  {
    userText: "What will the weather be like tomorrow, and do I need an umbrella?",
    replyText: "Tomorrow will be mostly sunny. In the evening it may rain a little. Take a **small umbrella** along!",
    heardText: "Tomorrow will be mostly sunny. In the evening it may rain a little. Take a small umbrella along!",
    heardMs: 6000,
    sentences: [
      { text: "Tomorrow will be mostly sunny.", startMs: 0, heardMs: 1800 },
      { text: "In the evening it may rain a little.", startMs: 1800, heardMs: 2400 },
      { text: "Take a small umbrella along!", startMs: 4200, heardMs: 1800 },
    ],
  },
  {
    userText: "Tell me how tea is made.",
    outcome: "interrupted",
    replyText: "First you heat the water. Then you let it stand for a moment. Put two spoons of leaves into the pot and wait.",
    heardText: "First you heat the water. Then you let",
    heardMs: 2940,
    sentences: [
      { text: "First you heat the water.", startMs: 0, heardMs: 1980 },
      { text: "Then you let it stand for a moment.", startMs: 1980, heardMs: 960 },
    ],
  },
  {
    userText: "明天下午三点提醒我给妈妈打电话。",
    replyText: "好的，明天下午三点我会提醒你给妈妈打电话。",
    heardText: "好的，明天下午三点我会提醒你给妈妈打电话。",
    heardMs: 3000,
    source: "text",
  },
  {
    userText: "And what is on the news?",
    outcome: "failed",
    replyText: "",
    heardText: "",
    heardMs: 0,
    error: { code: "chat_timeout", message: "Chat gave no text within 15 s" },
    timings: { speechEndMs: 900, vadEndMs: 1200, recognizedMs: 1400 },
  },
  { userText: "", source: "say", replyText: "Dinner is ready.", heardText: "Dinner is ready.", heardMs: 1200, timings: {} },
];

/** Which of them have audio, and how long it is, milliseconds. */
const AUDIO: readonly (readonly [turn: number, side: AudioSide, ms: number])[] = [
  [1, "user", 1800],
  [1, "reply", 6000],
  [2, "reply", 2940],
  [3, "reply", 3000],
];

/** Brings them in, `more` further sessions of other devices along with the sample. */
export async function fillSessions(fx: ConsoleFixture, more = 12): Promise<void> {
  const { archive, audio } = fx.lifeCycle;
  const now = systemClock().wall();
  const startedAt = now - 50 * MINUTE_MS;
  const files = new Map<number, { user?: string; reply?: string }>();
  for (const [number, side, ms] of AUDIO) {
    const path = audioPath(SAMPLE_ID, turnId(number), side);
    await audio.put(path, await toneFile(ms));
    files.set(number, { ...files.get(number), [side]: path });
  }
  const session: SessionRecord = {
    sessionId: SAMPLE_SESSION,
    deviceId: SAMPLE_ID,
    clientId: "client",
    startedAt,
    endedAt: startedAt + 6 * MINUTE_MS,
    endReason: "idle",
    title: "Weather and tea",
  };
  await archive.apply(TURNS.map((turn, index) => ({
    session,
    turn: storedTurn({
      turnId: turnId(index + 1),
      sessionId: SAMPLE_SESSION,
      deviceId: SAMPLE_ID,
      startedAt: startedAt + index * MINUTE_MS,
      endedAt: startedAt + index * MINUTE_MS + 9000,
      timings,
      ...turn,
      audioFiles: files.get(index + 1) ?? {},
    }),
  })));
  const ends = ["idle", "device", "goodbye", "replaced", "error"] as const;
  const openings = ["Play some jazz", "客厅的灯打开", "How far is it to the moon?", "Set a timer for ten minutes", "今天星期几？"] as const;
  await archive.apply(Array.from({ length: more }, (_, index) => {
    const began = now - (index + 2) * 83 * MINUTE_MS;
    const of = { sessionId: `session-${index}`, deviceId: idOf(index % 9 + 1) };
    return {
      session: {
        ...of,
        clientId: "client",
        startedAt: began,
        endedAt: began + 95_000 + index * 7000,
        endReason: ends[index % ends.length]!,
      },
      turn: storedTurn({ ...of, turnId: turnId(100 + index), startedAt: began, userText: openings[index % openings.length]!, timings }),
    };
  }));
}
