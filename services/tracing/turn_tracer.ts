/**
 * OpenTelemetry traces of turns. They are made when a turn is over, from its marks: timers and mailboxes run in the async context of whoever
 * happened to arm or fill them, so spans that were opened on the way would end up in each other's traces. Every trace has one turn, never
 * the request with which the device connected hours ago.
 *
 * Deno itself registers the provider and exports, where `OTEL_DENO` is true; else every span is a no-op.
 *
 * @module
 */

import { type Attributes, type Context, ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags, type Tracer } from "@opentelemetry/api";
import type { TurnRecord } from "../history/store.ts";
import { type StageName, timeline } from "../timeline/timeline.ts";
import { deviceHash } from "./device_hash.ts";

/** One text that was given to synthesis; milliseconds since the turn's start. */
export interface TracedSynthesis {
  readonly startMs: number;
  readonly firstAudioMs?: number;
  readonly endMs?: number;
}

/** What is told of a turn. */
export interface TracedTurn {
  readonly turn: TurnRecord;
  readonly syntheses: readonly TracedSynthesis[];
}

/** Makes a trace of each turn. */
export interface TurnTracer {
  /** Takes a turn that is over. Does not throw. */
  trace(turn: TracedTurn): void;
}

/** Who does the stages, in the words of the configuration. */
export interface TracedProviders {
  readonly recognize: string;
  readonly chat: string;
  readonly synthesize: string;
}

/** What {@link createTurnTracer} needs. */
export interface TurnTracerOptions {
  /** Version of this program. */
  readonly version: string;
  readonly providers: TracedProviders | (() => TracedProviders);
  /** Whether traces hold what was said. */
  readonly content: boolean;
  /** Secret behind the names of devices: see {@link deviceHash}. */
  readonly key: Uint8Array;
}

/** Name of the instrumentation. */
const SCOPE = "xiaozhi";

/** Which provider's work a stage waits for, and what it is called among the `gen_ai` attributes of OpenTelemetry. */
const WORK: Partial<Readonly<Record<StageName | "tts", { readonly by: keyof TracedProviders; readonly operation: string }>>> = {
  asr_final: { by: "recognize", operation: "speech_to_text" },
  llm_ttft: { by: "chat", operation: "chat" },
  first_sentence: { by: "chat", operation: "chat" },
  tts_ttfb: { by: "synthesize", operation: "text_to_speech" },
  tts: { by: "synthesize", operation: "text_to_speech" },
};

/** Makes the tracer. */
export function createTurnTracer(options: TurnTracerOptions): TurnTracer {
  const tracer = trace.getTracer(SCOPE, options.version);
  return { trace: (turn) => traceTurn(tracer, turn, options) };
}

function traceTurn(tracer: Tracer, { turn, syntheses }: TracedTurn, options: TurnTracerOptions): void {
  const { startedAt, endedAt, timings, outcome, error } = turn;
  const root = tracer.startSpan("turn", { root: true, startTime: startedAt });
  // Without a provider, or when the sampler said no, nothing more is computed. Deno's spans record in that case, too: only the flag tells.
  if (!root.isRecording() || (root.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
  const computed = timeline(turn);
  root.setAttributes({
    "xz.device": deviceHash(turn.deviceId, options.key),
    "xz.turn_id": turn.turnId,
    "xz.session_id": turn.sessionId,
    "xz.source": turn.source,
    "xz.outcome": outcome,
    "xz.interrupted": outcome === "interrupted",
    "xz.heard_ms": turn.heardMs,
    ...(computed.responseMs === undefined ? {} : { "xz.response_ms": computed.responseMs }),
    ...(computed.audibleMs === undefined ? {} : { "xz.audible_ms": computed.audibleMs }),
    ...(computed.ttfaMs === undefined ? {} : { "xz.ttfa_ms": computed.ttfaMs }),
    ...(options.content ? contentOf(turn) : {}),
  });
  if (error !== undefined || outcome === "failed") {
    const code = error?.code ?? "unknown";
    root.setAttribute("error.type", code);
    root.setStatus({ code: SpanStatusCode.ERROR, message: code });
  }
  const lastMs = Math.max(endedAt - startedAt, timings.persistedMs ?? 0, ...computed.stages.map(({ endMs }) => endMs));
  const context = trace.setSpan(ROOT_CONTEXT, root);
  const providers = typeof options.providers === "function" ? options.providers() : options.providers;
  const child = (name: StageName | "tts", startMs: number, endMs: number, attributes: Attributes) => {
    const work = workOf(name, providers);
    span(tracer, context, name, startedAt + startMs, startedAt + endMs, { "xz.stage": name, ...work, ...attributes });
  };
  for (const { name, startMs, endMs, responseMs } of computed.stages) child(name, startMs, endMs, { "xz.response_ms": responseMs });
  for (const [index, { startMs, firstAudioMs, endMs = lastMs }] of syntheses.entries()) {
    const ttfb = firstAudioMs === undefined ? {} : { "xz.ttfb_ms": firstAudioMs - startMs };
    child("tts", startMs, endMs, { "xz.sentence": index, ...ttfb });
  }
  root.end(startedAt + lastMs);
}

function span(tracer: Tracer, context: Context, name: string, startTime: number, endTime: number, attributes: Attributes): void {
  tracer.startSpan(name, { startTime, attributes }, context).end(endTime);
}

function workOf(name: StageName | "tts", providers: TracedProviders): Attributes {
  const work = WORK[name];
  return work === undefined ? {} : { "gen_ai.operation.name": work.operation, "gen_ai.provider.name": providers[work.by] };
}

/** What was said. The dotted `pii` lets a collector drop it by name. */
function contentOf({ userText, replyText, heardText }: TurnRecord): Attributes {
  return { "xz.pii.user_text": userText, "xz.pii.reply_text": replyText, "xz.pii.heard_text": heardText };
}
