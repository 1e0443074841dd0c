/**
 * Who told whom what in a turn: from its marks, and from the device's recording where that still covers the turn. Pure.
 *
 * @module
 */

import { fill } from "../../base/fill.ts";
import type { TurnRecord } from "../history/store.ts";
import type { RecordedLine } from "./recorded.ts";
import { timeline } from "./timeline.ts";
import { ENGLISH, milliseconds, type PictureWords } from "./words.ts";

/** Those who take part, from left to right. */
export const LIFELINES = ["device", "actor", "recognize", "chat", "tools", "synthesize", "store"] as const;

/** One who takes part. */
export type Lifeline = typeof LIFELINES[number];

/** One step. */
export interface SequenceStep {
  /** Milliseconds since the turn's start. */
  readonly atMs: number;
  readonly from: Lifeline;
  /** The same as `from` for what somebody does alone. */
  readonly to: Lifeline;
  /** `call` asks for something, `answer` gives it, `tell` wants nothing back; a `state` is what somebody is in from now on. */
  readonly kind: "call" | "answer" | "tell" | "state" | "failure";
  readonly text: string;
}

/** The steps of a turn. */
export interface Sequence {
  /** Who takes part in it. */
  readonly lifelines: readonly Lifeline[];
  /** By their time. */
  readonly steps: readonly SequenceStep[];
  /** The zero of the waterfall, since the turn's start. */
  readonly zeroMs: number;
  /** Whether records are in it. */
  readonly recorded: boolean;
  /** Steps that were left out, because there were too many. */
  readonly leftOut: number;
}

/** What a sequence is made of. */
export type SequenceTurn = Pick<
  TurnRecord,
  "source" | "timings" | "outcome" | "userText" | "heardMs" | "error"
>;

/** Steps of one picture: some six of these fill a screen, and more is a recording. */
const MAX_STEPS = 90;
/** Of these, the last ones: how a turn ended is as good to know as how it began. */
const MAX_LAST = 30;

/** Characters of what one step says: pictures show less of it, and a whole utterance is beside them. */
const MAX_TEXT = 200;

/** The steps of a turn. */
export function sequenceOf(turn: SequenceTurn, records: readonly RecordedLine[] = [], words: PictureWords = ENGLISH): Sequence {
  // What comes in the same millisecond: first what the actor was told, then what came of it.
  const told = records.filter(({ kind }) => kind === "event");
  const rest = records.filter(({ kind }) => kind !== "event");
  const all = [
    ...told.flatMap((record) => recordSteps(record, words)),
    ...markSteps(turn, records.length > 0, words),
    ...rest.flatMap((record) => recordSteps(record, words)),
  ];
  const sorted = all.map((step) => ({ ...step, text: shortened(step.text) })).toSorted((a, b) => a.atMs - b.atMs);
  const leftOut = Math.max(0, sorted.length - MAX_STEPS);
  const steps = leftOut === 0 ? sorted : [
    ...sorted.slice(0, MAX_STEPS - MAX_LAST - 1),
    {
      atMs: sorted[MAX_STEPS - MAX_LAST - 1]!.atMs,
      from: "actor",
      to: "actor",
      kind: "state",
      text: fill(words.leftOut, { count: leftOut + 1 }),
    } as const,
    ...sorted.slice(-MAX_LAST),
  ];
  const used = new Set(steps.flatMap(({ from, to }) => [from, to]));
  return {
    lifelines: LIFELINES.filter((each) => each === "device" || each === "actor" || used.has(each)),
    steps,
    zeroMs: timeline(turn).fromMs ?? 0,
    recorded: records.length > 0,
    leftOut: leftOut === 0 ? 0 : leftOut + 1,
  };
}

function shortened(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT).toWellFormed()}…`;
}

/** What the marks tell, in the order in which one leads to the next. */
function markSteps(
  { source, timings, outcome, userText, heardMs, error }: SequenceTurn,
  recorded: boolean,
  words: PictureWords,
): SequenceStep[] {
  const steps: SequenceStep[] = [];
  const t = words.steps as Readonly<Record<string, string>>;
  const say = (name: string, values: Readonly<Record<string, string>> = {}) => fill(t[name] ?? name, values);
  const put = (atMs: number | undefined, from: Lifeline, to: Lifeline, kind: SequenceStep["kind"], text: string) => {
    if (atMs !== undefined && Number.isFinite(atMs) && atMs >= 0) steps.push({ atMs, from, to, kind, text });
  };
  const { settledMs, recognizedMs, firstTokenMs, firstFrameMs, leadingSilenceMs, playoutEndMs, commitMs } = timings;
  if (source === "speech") put(0, "device", "actor", "tell", say("speech"));
  else if (source === "say") put(0, "actor", "actor", "tell", say("announced"));
  else put(0, "device", "actor", "tell", source === "wake" ? say("wake") : say("typed", { text: userText }));
  if (source === "speech") {
    put(timings.speechEndMs, "device", "actor", "tell", say("silent"));
    if (!recorded && timings.vadEndMs !== timings.endpointMs) put(timings.vadEndMs, "actor", "actor", "tell", say("ended"));
    put(timings.endpointMs, "actor", "recognize", "call", say("utterance"));
    put(recognizedMs, "recognize", "actor", "answer", userText === "" ? say("nothing") : say("recognized", { text: userText }));
  }
  const answered = firstTokenMs ?? (outcome === "failed" ? undefined : timings.firstSentenceMs);
  if (firstTokenMs !== undefined) {
    put(settledMs ?? recognizedMs ?? 0, "actor", "chat", "call", say("question"));
    put(firstTokenMs, "chat", "actor", "answer", say("token"));
  }
  put(timings.firstSentenceMs, "actor", "synthesize", "call", say("sentence"));
  put(timings.firstAudioMs, "synthesize", "actor", "answer", say("audio"));
  const sound = leadingSilenceMs === undefined || leadingSilenceMs === 0
    ? say("frameNow")
    : say("frame", { sound: milliseconds(leadingSilenceMs, words) });
  put(firstFrameMs, "actor", "device", "tell", sound);
  const heard = milliseconds(heardMs, words);
  const over = playoutEndMs ?? commitMs;
  if (outcome === "interrupted") put(over, "device", "actor", "failure", say("interrupts", { heard }));
  else if (playoutEndMs !== undefined) put(playoutEndMs, "device", "actor", "answer", say("played", { heard }));
  if (error !== undefined) {
    const who: Lifeline = source === "speech" && recognizedMs === undefined
      ? "recognize"
      : answered === undefined
      ? "chat"
      : timings.firstAudioMs === undefined
      ? "synthesize"
      : "actor";
    if (who === "chat") put(settledMs ?? recognizedMs ?? 0, "actor", "chat", "call", say("question"));
    put(firstFrameMs ?? over ?? lastOf(timings), who, "actor", "failure", say("failed", { text: error.code }));
  }
  put(commitMs, "actor", "store", "call", say("commit", { outcome }));
  put(timings.persistedMs, "store", "actor", "answer", say("persisted"));
  return steps;
}

/** What the device's link, and its microphone, tell the actor. */
const OF_THE_DEVICE: ReadonlySet<string> = new Set([
  "HELLO",
  "LISTEN_START",
  "LISTEN_STOP",
  "WAKE",
  "TEXT",
  "ABORT",
  "LINK_CLOSED",
  "SPEECH_STARTED",
  "SPEECH_ENDED",
  "SPEECH_PAUSED",
  "SPEECH_RESUMED",
  "MIC_SILENT",
  "VAD_FAILED",
]);
/** What the owner tells the actor. */
const OF_THE_OWNER: ReadonlySet<string> = new Set(["SAY", "STOP", "DRAIN"]);
/** Which of the actor's parts does whose work. */
const WORKERS: Readonly<Record<string, Lifeline>> = { recognize: "recognize", reply: "chat", persist: "store" };

/** What a record adds to the marks; nothing where a mark says the same. */
function recordSteps({ atMs, kind, actor, type, from, to, ignored, data }: RecordedLine, words: PictureWords): SequenceStep[] {
  const t = words.steps as Readonly<Record<string, string>>;
  const step = (
    a: Lifeline,
    b: Lifeline,
    kind: SequenceStep["kind"],
    text: string,
  ): SequenceStep[] => [{ atMs, from: a, to: b, kind, text }];
  const say = (name: string, text: string) => fill(t[name] ?? name, { text, tool: text });
  if (kind === "event" && actor === "device") {
    const shown = ignored ? say("ignored", type) : type;
    if (OF_THE_DEVICE.has(type)) return step("device", "actor", "tell", shown);
    if (OF_THE_OWNER.has(type)) return step("actor", "actor", "tell", say("owner", shown));
    const timer = /^xstate\.after\.([\w-]+)\./.exec(type);
    if (timer !== null) return step("actor", "actor", "tell", say("timer", timer[1]!));
    const worker = WORKERS[from.split("/").at(-1) ?? ""];
    if (type.startsWith("xstate.error.") && worker !== undefined) return step(worker, "actor", "failure", type);
    return [];
  }
  if (kind === "step" && actor === "device") return from === to ? [] : step("actor", "actor", "state", stateName(to));
  if (kind !== "note") return [];
  const tool = typeof data.tool === "string" ? data.tool : undefined;
  if (type === "tool_call" && tool !== undefined) return step("actor", "tools", "call", say("tool", tool));
  if (type === "tool_answer" && tool !== undefined) {
    const isGood = data.status === "answered";
    return step("tools", "actor", isGood ? "answer" : "failure", say(isGood ? "toolAnswer" : "toolFailed", tool));
  }
  if (type === "sent" && typeof data.type === "string") {
    return step("actor", "device", "tell", [data.type, data.state].filter((each) => typeof each === "string").join(" "));
  }
  if (type === "speculation") return step("actor", "recognize", "call", t.ahead ?? type);
  if (type === "speculative_answer") return step("actor", "chat", "call", t.ahead ?? type);
  if (type === "error") return step("actor", "actor", "failure", typeof data.code === "string" ? data.code : type);
  return [];
}

/** The innermost states by their own names: `device.ready.replying.thinking` is `replying thinking`. */
function stateName(ids: string): string {
  return ids.split(" ").map((id) =>
    id.replace(/^device\./, "").replace(/^(ready|waiting)\.(?=.)/, "").replace(/^(ready|waiting)\.(?=.)/, "")
  )
    .join(", ").replaceAll(".", " ");
}

function lastOf(timings: TurnRecord["timings"]): number {
  const { endpointMs = 0, recognizedMs = 0, settledMs = 0, firstTokenMs = 0, firstSentenceMs = 0, firstAudioMs = 0 } = timings;
  return Math.max(endpointMs, recognizedMs, settledMs, firstTokenMs, firstSentenceMs, firstAudioMs);
}
