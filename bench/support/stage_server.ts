/**
 * The stages with fixed latencies and answers, in a process of its own: by the HTTP contract, and by the OpenAI API below `/v1`. Takes a
 * `StageOrder` as its argument, prints `{"port"}`, and is told more by `POST /control`.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { print } from "../../tools/output.ts";
import { type PlainAnswer, type PlainRequest, servePlain } from "./plain_http.ts";

/** Milliseconds that each stage takes, from the request's last byte to the answer's first. */
export interface StageLatencies {
  readonly asr: number;
  readonly chat: number;
  readonly tts: number;
}

/** What the server is started with. */
export interface StageOrder {
  readonly latencies: StageLatencies;
  /** A sentence as raw PCM, 24 kHz, little endian. */
  readonly pcmFile: string;
  /** The same as Ogg Opus. */
  readonly oggFile: string;
}

/** What `POST /control` sets; the answer is `StageLateness` since the last call. */
export interface StageControl {
  /** How speech is delivered: whole, in one piece. */
  readonly format: "pcm" | "opus";
  /** Sentences of an answer. */
  readonly sentences: number;
  /** What is recognised; empty for no words. */
  readonly text: string;
}

/** By how much each answer came later than its fixed latency, milliseconds. */
export interface StageLateness {
  readonly lateMs: readonly number[];
}

/** Whole sentences of a length that the sentence splitter leaves alone. */
const SENTENCE = "The weather will be fine until the evening. ";

/** Timers fire up to so much later than they were set for, milliseconds: their unit is one, and it is rounded up. */
const TIMER_ERROR_MS = 2;

/** Waits until a moment, to a tenth of a millisecond where the machine allows: what the stages are late counts as added by the server. */
async function until(due: number): Promise<void> {
  const early = due - performance.now() - TIMER_ERROR_MS;
  if (early > 0) await new Promise<void>((resolve) => setTimeout(resolve, early));
  while (performance.now() < due) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A chat completion as an event stream: all text in one piece. */
function completion(text: string): string {
  const chunk = (delta: object, finish: string | null) =>
    `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  return `${chunk({ content: text }, null)}${chunk({}, "stop")}data: [DONE]\n\n`;
}

async function serve(order: StageOrder): Promise<void> {
  const pcm = await Deno.readFile(order.pcmFile);
  const ogg = await Deno.readFile(order.oggFile);
  let control: StageControl = { format: "opus", sentences: 1, text: "hello" };
  let lateMs: number[] = [];
  const left = async (due: number): Promise<void> => {
    await until(due);
    lateMs.push(performance.now() - due);
  };
  const events = (body: string): PlainAnswer => ({ type: "text/event-stream", body });
  const json = (value: object): PlainAnswer => ({ type: "application/json", body: JSON.stringify(value) });
  const speech = (): PlainAnswer =>
    control.format === "pcm" ? { type: "audio/L16;rate=24000;channels=1", body: pcm } : { type: "audio/ogg", body: ogg };
  const text = () => SENTENCE.repeat(control.sentences);
  const handler = ({ path, body, at }: PlainRequest): PlainAnswer => {
    // Reading the request and making the answer are part of what a stage takes.
    const after = (ms: number, answer: PlainAnswer): PlainAnswer => ({ ...answer, mayLeave: left(at + ms) });
    switch (path) {
      case "/api/asr":
      case "/v1/audio/transcriptions":
        return after(order.latencies.asr, json({ text: control.text }));
      case "/api/chat":
        return after(order.latencies.chat, events(`data: ${JSON.stringify({ text: text() })}\n\ndata: [DONE]\n\n`));
      case "/v1/chat/completions":
        return after(order.latencies.chat, events(completion(text())));
      case "/api/tts":
      case "/v1/audio/speech":
        return after(order.latencies.tts, speech());
      case "/v1/models":
        return json({ object: "list", data: [{ id: "fixed" }] });
      case "/control": {
        control = JSON.parse(new TextDecoder().decode(body)) as StageControl;
        const answer: StageLateness = { lateMs };
        lateMs = [];
        return json(answer);
      }
      default:
        return { status: 404, type: "text/plain", body: "" };
    }
  };
  print(`${JSON.stringify({ port: servePlain(handler) })}\n`);
}

if (import.meta.main) await serve(JSON.parse(Deno.args[0] ?? "{}") as StageOrder);
