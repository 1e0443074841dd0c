/**
 * What one viewer is told: the fleet once, then what changes. A viewer that does not read in time gets several changes as one, so that it
 * costs at most one row a device, however slow it is.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";
import type { Fleet, FleetRound } from "./fleet.ts";
import type { FeedMessage, FleetChange } from "./types.ts";

/** Between two signs of life, milliseconds: proxies give silent answers up after 30 to 60 s. */
export const PING_MS = 15_000;
/** A viewer that has read nothing for so long is gone, milliseconds. */
export const STALLED_MS = 60_000;

/** What {@link feedStream} needs. */
export interface FeedOptions {
  readonly clock: Clock;
  readonly fleet: Fleet;
  /** Whether the viewer may still look; asked with every sign of life. */
  readonly allowed: () => boolean;
  /** Called once, when the stream is over. */
  readonly ended: () => void;
}

/** The stream of one viewer: server-sent events. */
export function feedStream({ clock, fleet, allowed, ended }: FeedOptions): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const changed = new Map<string, FleetChange>();
  const gone = new Set<string>();
  let rounds = 0;
  let wanted = false;
  let readAt = clock.now();
  let watching: Disposable | undefined;
  let ping: TimerId | undefined;
  let over = false;

  const end = (): void => {
    if (over) return;
    over = true;
    watching?.[Symbol.dispose]();
    if (ping !== undefined) clock.clearTimeout(ping);
    fleet.closing.removeEventListener("abort", end);
    ended();
    try {
      controllerOf.close();
    } catch {
      // Its reader has ended it.
    }
  };
  let controllerOf!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  const send = (text: string): void => {
    wanted = false;
    controllerOf.enqueue(encoder.encode(text));
  };
  const event = (json: string): void => send(`data: ${json}\n\n`);
  const message = (body: FeedMessage): void => event(JSON.stringify(body));
  const flush = (): void => {
    if (over || !wanted || rounds === 0) return;
    const skipped = rounds - 1;
    const body = { type: "change", now: clock.wall(), devices: [...changed.values()], gone: [...gone], skipped } as const;
    changed.clear();
    gone.clear();
    rounds = 0;
    message(body);
  };
  const take = (round: FleetRound): void => {
    if (wanted && rounds === 0) return event(round.text());
    rounds++;
    for (const change of round.changed) {
      gone.delete(change.id);
      changed.set(change.id, { ...changed.get(change.id), ...change });
    }
    for (const id of round.gone) {
      changed.delete(id);
      gone.add(id);
    }
    flush();
  };
  const armPing = (): void => {
    ping = clock.setTimeout(() => {
      if (!allowed() || !wanted && clock.now() - readAt > STALLED_MS) return end();
      if (wanted) send(":\n\n");
      armPing();
    }, PING_MS);
  };

  return new ReadableStream({
    async start(controller) {
      controllerOf = controller;
      fleet.closing.addEventListener("abort", end);
      const watch = await fleet.watch(take);
      if (over) return watch[Symbol.dispose]();
      watching = watch;
      armPing();
      message({ type: "snapshot", now: clock.wall(), devices: watch.devices });
    },
    pull() {
      wanted = true;
      readAt = clock.now();
      flush();
    },
    cancel: end,
  }, { highWaterMark: 1 });
}
