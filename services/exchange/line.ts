/**
 * One line of an export: a turn with its session, whole by itself, so that a file may be cut, filtered and joined line by line.
 *
 * @module
 */

import { z } from "zod";
import type { ArchivedTurn } from "../history/archive.ts";
import type { AudioSide } from "../history/audio_files.ts";
import type { SessionRecord, StoredTurn } from "../history/store.ts";

/** Ids of turns and sessions: ULIDs, UUIDs, and what other sources make of theirs. */
export const RECORD_ID = /^[0-9A-Za-z][0-9A-Za-z:._@-]{0,127}$/;
/** Ids of devices, in lower case, as the device socket takes them. */
export const DEVICE_ID = /^[a-z0-9][a-z0-9:._-]{0,127}$/;

/** Longest text of one side, characters: minutes of speech are some thousands. */
const MAX_TEXT = 200_000;
/** Most sentences of one answer: as many as its longest text could have, of some twenty characters each. */
const MAX_SENTENCES = 10_000;
/** The last instant that a JavaScript Date can hold, milliseconds. */
const MAX_TIME = 8_640_000_000_000_000;

// deno-lint-ignore no-control-regex -- SQLite's text would end at a NUL
const NUL = /\u0000/;
const recordId = (what: string) => z.string().regex(RECORD_ID, `expected the id of a ${what}: at most 128 letters, digits or :._@-`);
const words = (max: number) => z.string().max(max).refine((text) => !NUL.test(text), "expected a text without NUL");
const instant = z.int().min(0).max(MAX_TIME).meta({ description: "Unix milliseconds" });
const mark = z.number().min(-MAX_TIME).max(MAX_TIME).optional();

/** A session as it is shown and exported. */
export const sessionShape = {
  sessionId: recordId("session"),
  deviceId: z.string().regex(DEVICE_ID, "expected a device id in lower case, such as 11:22:33:aa:bb:cc"),
  clientId: words(128).meta({ description: "What the device calls itself; a UUID on stock firmware" }),
  startedAt: instant,
  endedAt: instant.optional(),
  endReason: words(64).optional().meta({ description: "device, idle, goodbye, replaced, shutdown, error, crashed or import" }),
  title: words(200).optional().meta({ description: "What people called it" }),
};

/** A turn without its audio, as it is shown and exported. */
export const turnShape = {
  turnId: recordId("turn"),
  sessionId: sessionShape.sessionId,
  deviceId: sessionShape.deviceId,
  startedAt: instant,
  source: z.enum(["speech", "text", "wake", "say"]).meta({
    description: "How the turn was asked for; say is an announcement of the owner",
  }),
  userText: words(MAX_TEXT).meta({ description: "What the person said" }),
  outcome: z.enum(["completed", "interrupted", "failed", "empty", "crashed"]),
  replyText: words(MAX_TEXT).meta({ description: "The whole answer" }),
  heardText: words(MAX_TEXT).meta({ description: "The part of the answer that the person heard" }),
  heardMs: z.number().min(0).max(MAX_TIME).meta({ description: "Milliseconds of the answer that were heard" }),
  endedAt: instant,
  timings: z.strictObject({
    speechEndMs: mark,
    vadEndMs: mark,
    endpointMs: mark,
    recognizedMs: mark,
    settledMs: mark,
    firstTokenMs: mark,
    firstSentenceMs: mark,
    firstAudioMs: mark,
    leadingSilenceMs: mark,
    firstFrameMs: mark,
    playoutEndMs: mark,
    vadSilenceMs: mark,
    finalizeMs: mark,
    policyWaitMs: mark,
    commitMs: mark,
    persistedMs: mark,
  }).meta({ description: "Marks of the turn, milliseconds since it began" }),
  sentences: z.array(z.strictObject({
    text: words(MAX_TEXT),
    startMs: z.number().min(0).max(MAX_TIME).meta({ description: "Where it begins in the audio of the answer" }),
    heardMs: z.number().min(0).max(MAX_TIME),
  })).max(MAX_SENTENCES).optional().meta({ description: "The sentences that were heard, as they were spoken; absent where not known" }),
  error: z.strictObject({ code: words(64), message: words(2000) }).optional().meta({ description: "Why it failed, where it did" }),
  origin: words(256).optional().meta({ description: "Where the turn came from, where that was not a device of this server" }),
};

const audioName = z.string().max(256);

/** The schema of a line. */
export const lineSchema = z.strictObject({
  turn: z.strictObject(turnShape).meta({ description: "The turn" }),
  session: z.strictObject(sessionShape).optional().meta({ description: "Its session, without which one is made from the turn" }),
  audio: z.strictObject({ user: audioName.optional(), reply: audioName.optional() }).optional()
    .meta({ description: "Names of its audio within the same ZIP file" }),
}).refine(
  ({ turn, session }) => session === undefined || session.sessionId === turn.sessionId && session.deviceId === turn.deviceId,
  "expected the session and the device of the turn in session",
);

/** A line, checked. */
export interface ExportLine {
  readonly turn: Omit<StoredTurn, "audioFiles">;
  readonly session?: SessionRecord;
  readonly audio?: Readonly<Partial<Record<AudioSide, string>>>;
}

/** A line for a turn; its audio is named where `audio` is true. */
export function lineOf({ turn, session }: ArchivedTurn, audio: boolean): ExportLine {
  const { audioFiles, ...rest } = turn;
  return {
    turn: rest,
    ...(session === undefined ? {} : { session }),
    ...(audio && (audioFiles.user ?? audioFiles.reply) !== undefined ? { audio: audioFiles } : {}),
  };
}

/** Reads a line: what it says, or what is wrong with it. */
export function parseLine(
  text: string,
): { readonly ok: true; readonly line: ExportLine } | { readonly ok: false; readonly reason: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: "expected a JSON object" };
  }
  const parsed = lineSchema.safeParse(value);
  // JSON has no undefined, so that an optional member which is there has a value.
  if (parsed.success) return { ok: true, line: parsed.data as ExportLine };
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join(".") ?? "";
  return { ok: false, reason: `${where === "" ? "" : `${where}: `}${issue?.message ?? "not as it should be"}` };
}
