/**
 * An ESP32 server whose every stage does what a test says.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { delay } from "../../base/clock.ts";
import type { ChatEvent, ChatRequest, Esp32Server, SpeechRequest } from "../../services/esp32_server/stages.ts";
import type { Utterance } from "../../audio/types.ts";

/** What the stages do; each may be changed at any time. */
export interface Script {
  /** Text of the next recognitions; the last one repeats. An error is thrown. */
  hears: (string | Error)[];
  /** Milliseconds until the text is there. */
  hearsAfterMs: number;
  /** Pieces of the answer. */
  says: (request: ChatRequest) => readonly (string | ChatEvent | Error)[];
  /** Milliseconds before each piece. */
  saysAfterMs: number;
  /** Milliseconds of audio that a sentence takes; an error is thrown. */
  speaksForMs: (text: string) => number | Error;
  /** Milliseconds until the audio of a sentence begins. */
  speaksAfterMs: number;
}

/** What was asked of the stages. */
export interface Asked {
  readonly utterances: Utterance[];
  readonly chats: ChatRequest[];
  readonly spoken: SpeechRequest[];
  /** Stage calls that ended by their signal. */
  aborted: number;
}

const RATE = 16_000;

/** A server that hears `text` and answers "Fine." unless told otherwise. */
export function fakeServer(clock: Clock, script: Partial<Script> = {}): Esp32Server & { readonly script: Script; readonly asked: Asked } {
  const full: Script = {
    hears: ["hello"],
    hearsAfterMs: 10,
    says: () => ["Fine."],
    saysAfterMs: 10,
    speaksForMs: () => 600,
    speaksAfterMs: 10,
    ...script,
  };
  const asked: Asked = { utterances: [], chats: [], spoken: [], aborted: 0 };
  const wait = async (ms: number, signal: AbortSignal) => {
    try {
      await delay(clock, ms, signal);
    } catch (reason) {
      asked.aborted++;
      throw reason;
    }
  };
  return {
    script: full,
    asked,
    detectSpeech: () => Promise.resolve(true),
    async recognize(utterance, { signal }) {
      asked.utterances.push(utterance);
      await wait(full.hearsAfterMs, signal);
      const heard = full.hears.length > 1 ? full.hears.shift()! : full.hears[0]!;
      if (heard instanceof Error) throw heard;
      return { text: heard };
    },
    async *chat(request, { signal }) {
      asked.chats.push(request);
      for (const piece of full.says(request)) {
        await wait(full.saysAfterMs, signal);
        if (piece instanceof Error) throw piece;
        yield typeof piece === "string" ? { type: "text", text: piece } : piece;
      }
    },
    async synthesize(request, { signal }) {
      asked.spoken.push(request);
      await wait(full.speaksAfterMs, signal);
      const ms = full.speaksForMs(request.text);
      if (ms instanceof Error) throw ms;
      return { kind: "pcm", sampleRate: RATE, chunks: once(new Int16Array(RATE * ms / 1000)) };
    },
    recentHistory: () => Promise.resolve([]),
    health: () => Promise.resolve([]),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield await Promise.resolve(value);
}
