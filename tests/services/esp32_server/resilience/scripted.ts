/**
 * Providers that do what a test says, and a resilient server made of them.
 *
 * @module
 */

import { getLogger, type Logger } from "@logtape/logtape";
import { type Clock, delay } from "../../../../base/clock.ts";
import type { SpeechAudio, Utterance } from "../../../../audio/types.ts";
import {
  type ResilienceEvent,
  resilient,
  type ResilientOptions,
  type ResilientStages,
} from "../../../../services/esp32_server/resilience/mod.ts";
import type { ChatEvent, ChatRequest, ChatStage, RecognizeStage, SynthesizeStage } from "../../../../services/esp32_server/stages.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";

/** What a provider does next: a wait in milliseconds, an error, or something it gives. */
export type Step<T> = number | Error | T;

/** A provider and what became of it. */
export interface Scripted<S> {
  readonly name: string;
  readonly stage: S;
  /** Calls made. */
  calls: number;
  /** Streams that were closed, by their end, an error or their consumer. */
  closed: number;
}

/** Steps of the nth call; the last repeat. */
export type Script<T> = readonly (readonly Step<T>[])[];

/** Waits for ever when the wait is infinite, and hears no signal: as bad as a provider can be. */
async function wait(clock: Clock, ms: number): Promise<void> {
  await (ms === Infinity ? new Promise<void>(() => {}) : delay(clock, ms));
}

async function* played<T>(clock: Clock, steps: readonly Step<T>[], owner: { closed: number }): AsyncGenerator<T, void, void> {
  try {
    for (const step of steps) {
      if (typeof step === "number") await wait(clock, step);
      else if (step instanceof Error) throw step;
      else yield step;
    }
  } finally {
    owner.closed++;
  }
}

/** A chat whose answers are scripted. */
export function chatting(clock: Clock, name: string, ...script: Script<ChatEvent | string>): Scripted<ChatStage> {
  const provider: Scripted<ChatStage> = {
    name,
    calls: 0,
    closed: 0,
    stage: {
      chat: async function* (_request, { signal }) {
        signal.throwIfAborted();
        const steps = script[Math.min(provider.calls++, script.length - 1)] ?? [];
        for await (const piece of played(clock, steps, provider)) yield typeof piece === "string" ? { type: "text", text: piece } : piece;
      },
    },
  };
  return provider;
}

/** A synthesiser whose sound is scripted: a chunk is a list of samples at 16 kHz. */
export function speaking(clock: Clock, name: string, ...script: Script<readonly number[]>): Scripted<SynthesizeStage> {
  const provider: Scripted<SynthesizeStage> = {
    name,
    calls: 0,
    closed: 0,
    stage: {
      synthesize: () => {
        const steps = script[Math.min(provider.calls++, script.length - 1)] ?? [];
        const [first] = steps;
        if (first instanceof Error) return Promise.reject(first);
        return Promise.resolve({ kind: "pcm", sampleRate: 16_000, chunks: pcm(played(clock, steps, provider)) });
      },
    },
  };
  return provider;
}

async function* pcm(chunks: AsyncIterable<readonly number[]>): AsyncGenerator<Int16Array<ArrayBuffer>, void, void> {
  for await (const chunk of chunks) yield Int16Array.from(chunk);
}

/** A recogniser whose answers are scripted. */
export function hearing(clock: Clock, name: string, ...script: Script<string>): Scripted<RecognizeStage> {
  const provider: Scripted<RecognizeStage> = {
    name,
    calls: 0,
    closed: 0,
    stage: {
      recognize: async () => {
        const steps = script[Math.min(provider.calls++, script.length - 1)] ?? [];
        for await (const text of played(clock, steps, provider)) return { text };
        return { text: "" };
      },
    },
  };
  return provider;
}

/** Times allowed in these tests, in milliseconds. */
export const TIMEOUT_MS = {
  detect: 3000,
  recognize: 15_000,
  chatFirstToken: 15_000,
  chatIdle: 10_000,
  synthesizeFirstAudio: 10_000,
  synthesizeIdle: 10_000,
};

/** A server of scripted providers, and what it told. */
export interface Built {
  readonly clock: VirtualClock;
  readonly server: ResilientStages;
  readonly events: ResilienceEvent[];
  /** Who served, in order. */
  served(): string[];
  /** Breakers that opened, by provider. */
  opened(): string[];
}

/** What {@link build} takes; stages left out do nothing. */
export interface BuildOptions extends Partial<Pick<ResilientOptions, "limits" | "breaker" | "opus" | "logger">> {
  readonly clock: VirtualClock;
  readonly recognize?: readonly Scripted<RecognizeStage>[];
  readonly chat?: readonly Scripted<ChatStage>[];
  readonly synthesize?: readonly Scripted<SynthesizeStage>[];
}

/** Makes the server. */
export function build({ clock, recognize, chat, synthesize, ...options }: BuildOptions): Built {
  const events: ResilienceEvent[] = [];
  const logger: Logger = options.logger ?? getLogger(["test", "resilience"]);
  const server = resilient({
    detect: [],
    recognize: recognize ?? [hearing(clock, "none", [])],
    chat: chat ?? [chatting(clock, "none", [])],
    synthesize: synthesize ?? [speaking(clock, "none", [])],
  }, {
    clock,
    random: { next: () => 0, bytes: (length) => new Uint8Array(length), uuid: () => "" },
    logger,
    timeoutMs: TIMEOUT_MS,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  return {
    clock,
    server,
    events,
    served: () => events.flatMap((event) => event.type === "served" ? [event.provider] : []),
    opened: () => events.flatMap((event) => event.type === "breaker" && event.to === "open" ? [event.provider] : []),
  };
}

/** A question. */
export function question(role: "user" | "tool" = "user"): ChatRequest {
  const messages = role === "user" ? [{ role, content: "Hello?" }] : [{ role, content: "Done", toolCallId: "1" }];
  return { messages, tools: [], sessionId: "s", deviceId: "d", language: "en" };
}

/** An utterance that nobody looks at. */
export const UTTERANCE: Utterance = {
  sampleRate: 16_000,
  durationMs: 60,
  speechMs: 60,
  trailingSilenceMs: 0,
  end: "stop",
  packets: [],
  pcm: () => new Int16Array(),
};

/** Collects pieces as they come, and how the stream ended. */
export function collecting<T>(source: AsyncIterable<T>): { readonly pieces: T[]; ended: "open" | "end" | Error } {
  const into: { pieces: T[]; ended: "open" | "end" | Error } = { pieces: [], ended: "open" };
  void (async () => {
    try {
      for await (const piece of source) into.pieces.push(piece);
      into.ended = "end";
    } catch (error) {
      into.ended = error as Error;
    }
  })();
  return into;
}

/** The pieces of a sound. */
export function piecesOf(audio: SpeechAudio): AsyncIterable<ArrayLike<number>> {
  return audio.kind === "pcm" ? audio.chunks : audio.packets;
}
