/**
 * A stream of server-sent events for one viewer, of which only what the viewer reads is made: one message at most waits for a slow one.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";

/** Between two signs of life, milliseconds: proxies give silent answers up after 30 to 60 s. */
export const PING_MS = 15_000;
/** A viewer that has read nothing for so long is gone, milliseconds. */
export const STALLED_MS = 60_000;

/** The viewer of a stream. */
export interface EventViewer {
  /** Whether what was sent is read, so that more may be sent. */
  readonly wants: boolean;
  /** Sends a message: JSON text. Does nothing once the stream is over. */
  send(json: string): void;
}

/** What {@link eventStream} needs. */
export interface EventStreamOptions {
  readonly clock: Clock;
  /** Ends the stream. */
  readonly closing: AbortSignal;
  /** Whether the viewer may still look; asked with every sign of life. */
  readonly allowed: () => boolean;
  /** Begins to gather what the viewer is told, and may send a first message; what it returns is disposed of when the stream is over. */
  readonly begin: (viewer: EventViewer) => Disposable | Promise<Disposable>;
  /** Called when the viewer wants more. */
  readonly ready: () => void;
  /** Called once, when the stream is over. */
  readonly ended: () => void;
}

/** The stream of one viewer. */
export function eventStream(
  { clock, closing, allowed, begin, ready, ended }: EventStreamOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  let controllerOf!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  let wants = false;
  let readAt = clock.now();
  let gathering: Disposable | undefined;
  let ping: TimerId | undefined;
  let over = false;

  const end = (): void => {
    if (over) return;
    over = true;
    gathering?.[Symbol.dispose]();
    if (ping !== undefined) clock.clearTimeout(ping);
    closing.removeEventListener("abort", end);
    ended();
    try {
      controllerOf.close();
    } catch {
      // Its reader has ended it.
    }
  };
  const write = (text: string): void => {
    if (over) return;
    wants = false;
    controllerOf.enqueue(encoder.encode(text));
  };
  const armPing = (): void => {
    ping = clock.setTimeout(() => {
      if (!allowed() || !wants && clock.now() - readAt > STALLED_MS) return end();
      if (wants) write(":\n\n");
      armPing();
    }, PING_MS);
  };
  const viewer: EventViewer = {
    get wants() {
      return wants && !over;
    },
    send: (json) => write(`data: ${json}\n\n`),
  };

  return new ReadableStream({
    async start(controller) {
      controllerOf = controller;
      closing.addEventListener("abort", end);
      if (closing.aborted) return end();
      const begun = await begin(viewer);
      if (over) return begun[Symbol.dispose]();
      gathering = begun;
      armPing();
    },
    pull() {
      wants = true;
      readAt = clock.now();
      ready();
    },
    cancel: end,
  }, { highWaterMark: 1 });
}
