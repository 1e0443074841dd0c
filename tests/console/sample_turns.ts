/**
 * Turns of a device as they happen, for pictures and for pages that want to be full.
 *
 * @module
 */

import { systemClock } from "../../base/clock.ts";
import type { StoredTurn } from "../../services/history/store.ts";
import { storedTurn } from "../routes/app_fixture.ts";
import type { ConsoleFixture } from "./console_fixture.ts";

/** A turn that was answered, with a tool, and is still in the recording. */
export const SAMPLE_TURN = "01M8SAMPLE0000000000000020";
/** The one after it, into whose answer somebody spoke. */
export const CUT_TURN = "01M8SAMPLE0000000000000021";

/** Marks of a turn of the embedded providers, such as docs/observability.md shows. */
export const MARKS = {
  speechEndMs: 1420,
  vadEndMs: 1940,
  endpointMs: 1940,
  recognizedMs: 2166,
  settledMs: 2166,
  firstTokenMs: 2531,
  firstSentenceMs: 2590,
  firstAudioMs: 2705,
  leadingSilenceMs: 80,
  firstFrameMs: 2742,
  playoutEndMs: 5862,
  vadSilenceMs: 520,
  finalizeMs: 226,
  policyWaitMs: 0,
  commitMs: 5864,
  persistedMs: 5867,
} as const;

const QUESTION = "What is the weather like tomorrow, and do I need an umbrella?";
const ANSWER =
  "Tomorrow will be cloudy with light rain in the afternoon. Take an umbrella with you. It gets no warmer than twelve degrees.";
const HEARD = "Tomorrow will be cloudy with light rain in the afternoon. Take an";

/** Turns of one session of a device, a minute apart, and what its recording says of one of them. */
export async function fillTurns(fx: ConsoleFixture, deviceId: string): Promise<void> {
  const first = systemClock().wall() - 30 * 60_000;
  const sessionId = "sample-session";
  const of = (index: number, more: Partial<StoredTurn> = {}) => {
    const startedAt = first + index * 60_000;
    return storedTurn({
      turnId: `01M8SAMPLE00000000000000${String(index).padStart(2, "0")}`,
      sessionId,
      deviceId,
      startedAt,
      endedAt: startedAt + 5870,
      userText: QUESTION,
      replyText: ANSWER,
      heardText: ANSWER,
      heardMs: 3120,
      timings: MARKS,
      ...more,
    });
  };
  /** The same marks, everything after the endpoint later by so much for each stage before it. */
  const slower = (ms: number) => ({
    ...MARKS,
    recognizedMs: MARKS.recognizedMs + ms / 2,
    settledMs: MARKS.settledMs + ms / 2,
    firstTokenMs: MARKS.firstTokenMs + ms,
    firstSentenceMs: MARKS.firstSentenceMs + ms,
    firstAudioMs: MARKS.firstAudioMs + ms + 40,
    firstFrameMs: MARKS.firstFrameMs + ms + 40,
    playoutEndMs: MARKS.playoutEndMs + ms,
    commitMs: MARKS.commitMs + ms,
    persistedMs: MARKS.persistedMs + ms,
  });
  const sample = of(20);
  const turns = [
    ...Array.from({ length: 20 }, (_, index) => of(index, { timings: slower((index * 53) % 300 - 60 + (index === 7 ? 500 : 0)) })),
    sample,
    of(21, {
      outcome: "interrupted",
      heardText: HEARD,
      heardMs: 1840,
      timings: { ...MARKS, playoutEndMs: 4582, commitMs: 4583, persistedMs: 4587 },
    }),
  ];
  await fx.lifeCycle.archive.apply(turns.map((turn) => ({
    turn,
    session: { sessionId, deviceId, clientId: "client", startedAt: first, title: "Weather" },
  })));
  fx.recordings.set(deviceId, recordingOf(sample));
}

/** Lines of a recording of a turn of {@link MARKS}. */
export function recordingOf({ startedAt, turnId }: StoredTurn): string[] {
  let seq = 0;
  const line = (atMs: number, kind: string, type: string, more: Readonly<Record<string, unknown>> = {}) =>
    JSON.stringify({
      seq: seq++,
      t: atMs * 1000,
      wall: startedAt + atMs,
      kind,
      conn: 1,
      actor: kind === "note" ? "" : "device",
      type,
      ...more,
    });
  const sent = (atMs: number, type: string, state?: string) =>
    line(atMs, "note", "sent", { data: { type, ...(state === undefined ? {} : { state }) } });
  const into = (atMs: number, type: string, from: string, to: string) =>
    line(atMs, "step", type, { from: `device.ready.${from}`, to: `device.ready.${to}` });
  return [
    JSON.stringify({ kind: "header", schema: 1, app: "0.1.0", device: "device", epoch: startedAt, dropped: 0 }),
    line(120, "event", "SPEECH_STARTED", { data: { agoMs: 120 } }),
    line(120, "note", "turn", { data: { id: turnId, source: "speech" } }),
    into(120, "SPEECH_STARTED", "waiting.listening", "vad"),
    line(1784, "event", "SPEECH_PAUSED"),
    line(1784, "note", "speculation", { data: { attempt: 1 } }),
    line(1940, "event", "SPEECH_ENDED", { data: { agoMs: 520 } }),
    into(1940, "SPEECH_ENDED", "vad", "recognizing.working"),
    into(2166, "xstate.done.actor.0.device.ready.recognizing", "recognizing.working", "replying.thinking"),
    sent(2166, "stt"),
    sent(2167, "tts", "start"),
    line(2290, "note", "tool_call", { data: { turnId, tool: "get_weather" } }),
    line(2452, "note", "tool_answer", { data: { turnId, tool: "get_weather", status: "answered" } }),
    sent(2741, "tts", "sentence_start"),
    into(2742, "REPLY_HEARD", "replying.thinking", "replying.speaking.playing"),
    sent(5862, "tts", "stop"),
    into(5863, "REPLY_ENDED", "replying.speaking.playing", "persisting"),
    into(5868, "xstate.done.actor.0.device.ready.persisting", "persisting", "waiting.listening"),
  ];
}
