/**
 * A chat answer as one JSON object or as a stream of events.
 *
 * @module
 */

import type { ChatEvent } from "../stages.ts";
import { problemBody } from "./problem.ts";

/** Called with the whole text when the answer is complete. */
type OnDone = (text: string) => void;

/** `{"text": "…"}`. */
export async function chatJson(events: AsyncIterable<ChatEvent>, onDone: OnDone): Promise<Response> {
  let text = "";
  let emotion: string | undefined;
  for await (const event of events) {
    if (event.type === "text") text += event.text;
    if (event.type === "emotion") emotion ??= event.emotion;
  }
  onDone(text);
  return Response.json({ text, ...(emotion === undefined ? {} : { emotion }) });
}

/** `data: {"text": "…"}` for each piece and `data: [DONE]` at the end; a failure on the way is an event named `error`. */
export function chatStream(events: AsyncIterable<ChatEvent>, signal: AbortSignal, onDone: OnDone): Response {
  const encoder = new TextEncoder();
  async function* frames(): AsyncGenerator<Uint8Array> {
    let text = "";
    try {
      for await (const event of events) {
        if (event.type === "tool_call") continue;
        if (event.type === "text") text += event.text;
        const data = event.type === "text" ? { text: event.text } : { emotion: event.emotion };
        yield encoder.encode(`data: ${JSON.stringify(data)}\n\n`);
      }
      onDone(text);
      yield encoder.encode("data: [DONE]\n\n");
    } catch (error) {
      if (signal.aborted) return;
      yield encoder.encode(`event: error\ndata: ${JSON.stringify(problemBody(error))}\n\n`);
    }
  }
  return new Response(ReadableStream.from(frames()), {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
  });
}
