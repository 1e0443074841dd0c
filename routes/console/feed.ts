/**
 * What one viewer is told: the fleet once, then what changes. A viewer that does not read in time gets several changes as one, so that it
 * costs at most one row a device, however slow it is.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { eventStream, type EventViewer } from "./event_stream.ts";
import type { Fleet, FleetRound } from "./fleet.ts";
import type { FeedMessage, FleetChange } from "./types.ts";

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
  const changed = new Map<string, FleetChange>();
  const gone = new Set<string>();
  let rounds = 0;
  let viewer: EventViewer | undefined;

  const message = (body: FeedMessage): void => viewer?.send(JSON.stringify(body));
  const flush = (): void => {
    if (viewer?.wants !== true || rounds === 0) return;
    const skipped = rounds - 1;
    const body = { type: "change", now: clock.wall(), devices: [...changed.values()], gone: [...gone], skipped } as const;
    changed.clear();
    gone.clear();
    rounds = 0;
    message(body);
  };
  const take = (round: FleetRound): void => {
    if (viewer?.wants === true && rounds === 0) return viewer.send(round.text());
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
  return eventStream({
    clock,
    closing: fleet.closing,
    allowed,
    ended,
    async begin(own) {
      viewer = own;
      const watch = await fleet.watch(take);
      message({ type: "snapshot", now: clock.wall(), devices: watch.devices });
      return watch;
    },
    ready: flush,
  });
}
