/**
 * Server-sent events (WHATWG HTML, section 9.2), read from bytes in pieces of any length.
 *
 * @module
 */

import { AppError } from "../../../base/errors.ts";
import { MAX_EVENT_CHARS } from "./limits.ts";

/** One event. */
export interface ServerEvent {
  /** Its name; `message` by default. */
  readonly event: string;
  readonly data: string;
}

/**
 * The events of a stream, in order. Comments, ids and empty events are left out.
 *
 * @throws AppError with code `event_too_large` or, when the stream ends within an event, `event_cut_off`; what the source throws.
 */
export async function* readEvents(source: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, void, void> {
  const decoder = new TextDecoder();
  const parser = new EventParser();
  for await (const piece of source) yield* parser.push(decoder.decode(piece, { stream: true }));
  yield* parser.end(decoder.decode());
}

class EventParser {
  #rest = "";
  #event = "message";
  #data: string[] = [];
  #size = 0;

  *push(text: string): Generator<ServerEvent, void, void> {
    // A CR at the end may be the first half of a CRLF: it waits for what follows.
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) yield* this.#line(line);
    if (this.#rest.length + this.#size > MAX_EVENT_CHARS) {
      throw new AppError(`Event is longer than the ${MAX_EVENT_CHARS} characters allowed`, { code: "event_too_large" });
    }
  }

  *end(text: string): Generator<ServerEvent, void, void> {
    yield* this.push(text);
    if (this.#rest.endsWith("\r")) yield* this.push("\n");
    if (this.#data.length > 0 || this.#rest.trim() !== "") {
      throw new AppError("Event stream ended within an event; each event ends with an empty line", { code: "event_cut_off" });
    }
  }

  *#line(line: string): Generator<ServerEvent, void, void> {
    if (line === "") {
      if (this.#data.length > 0) yield { event: this.#event, data: this.#data.join("\n") };
      this.#event = "message";
      this.#data = [];
      this.#size = 0;
      return;
    }
    const [, name = "", value = ""] = /^([^:]*)(?::\x20?(.*))?$/s.exec(line) ?? [];
    if (name === "event") this.#event = value;
    if (name !== "data") return;
    this.#data.push(value);
    this.#size += value.length;
  }
}
