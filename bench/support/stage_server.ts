/**
 * The stages with fixed latencies and answers, in a process of its own: by the HTTP contract, and by the OpenAI API below `/v1`. Takes a
 * `StageOrder` as its argument, prints `{"port"}`, and is told more by `POST /control`.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { print } from "../../tools/output.ts";

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
  const after = async (request: Request, ms: number) => {
    await request.arrayBuffer();
    const due = performance.now() + ms;
    await until(due);
    lateMs.push(performance.now() - due);
  };
  const speech = () =>
    control.format === "pcm"
      ? new Response(pcm, { headers: { "content-type": "audio/L16;rate=24000;channels=1" } })
      : new Response(ogg, { headers: { "content-type": "audio/ogg" } });
  const handler = async (request: Request): Promise<Response> => {
    switch (new URL(request.url).pathname) {
      case "/api/asr":
      case "/v1/audio/transcriptions":
        await after(request, order.latencies.asr);
        return Response.json({ text: control.text });
      case "/api/chat":
        await after(request, order.latencies.chat);
        return new Response(
          `data: ${JSON.stringify({ text: SENTENCE.repeat(control.sentences) })}\n\ndata: [DONE]\n\n`,
          { headers: { "content-type": "text/event-stream" } },
        );
      case "/v1/chat/completions":
        await after(request, order.latencies.chat);
        return new Response(completion(SENTENCE.repeat(control.sentences)), { headers: { "content-type": "text/event-stream" } });
      case "/api/tts":
      case "/v1/audio/speech":
        await after(request, order.latencies.tts);
        return speech();
      case "/v1/models":
        return Response.json({ object: "list", data: [{ id: "fixed" }] });
      case "/control": {
        control = await request.json() as StageControl;
        const answer: StageLateness = { lateMs };
        lateMs = [];
        return Response.json(answer);
      }
      default:
        return new Response(null, { status: 404 });
    }
  };
  Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => print(`${JSON.stringify({ port })}\n`) }, handler);
}

if (import.meta.main) await serve(JSON.parse(Deno.args[0] ?? "{}") as StageOrder);
