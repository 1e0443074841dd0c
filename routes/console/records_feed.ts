/**
 * What one viewer is told of one device's recording: what the recorder holds, then what comes. The viewer's stream looks a few times a second
 * and takes what is new, so that a device never waits for it; the recorder's ring is all the memory that a slow viewer costs.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";
import type { RecordingFollower, TakeLimits } from "../../services/recorder/follower.ts";
import type { RecorderHub } from "../../services/recorder/hub.ts";
import { eventStream, type EventViewer } from "./event_stream.ts";
import type { RecordsMessage } from "./types.ts";

/** Between two looks, milliseconds: ten a second are as good as at once to people. */
export const LOOK_MS = 100;
/** Records that a viewer is told of at most when it comes, or after it was slow: as many as its page keeps. */
export const MAX_BACKLOG = 5_000;
/** Of one message: some hundred kilobytes, which take a few milliseconds to write out, and are all that waits for a slow viewer. */
const LIMITS: TakeLimits = { records: 256, chars: 262_144 };

/** What {@link recordsStream} needs. */
export interface RecordsFeedOptions {
  readonly clock: Clock;
  readonly recorders: Pick<RecorderHub, "get">;
  readonly deviceId: string;
  readonly closing: AbortSignal;
  /** Whether the viewer may still look; asked with every sign of life. */
  readonly allowed: () => boolean;
  /** Called once, when the stream is over. */
  readonly ended: () => void;
}

/** The stream of one viewer: server-sent events. It outlives the device, and goes on when that comes back. */
export function recordsStream(
  { clock, recorders, deviceId, closing, allowed, ended }: RecordsFeedOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let viewer: EventViewer | undefined;
  let recorder: ReturnType<RecorderHub["get"]>;
  let follower: RecordingFollower | undefined;
  let described = "";
  let more = false;
  let timer: TimerId | undefined;

  /** Sends one message at most, where the viewer wants one. */
  const look = (): void => {
    if (viewer?.wants !== true) return;
    const found = recorders.get(deviceId);
    // A device that comes back after its recording was forgotten has another.
    if (found !== recorder) [recorder, follower, described] = [found, found?.follow(MAX_BACKLOG), ""];
    if (recorder === undefined || follower === undefined) return;
    const header = recorder.header();
    // What is overwritten meanwhile is told with the records.
    const description = JSON.stringify({ ...header, dropped: 0 });
    if (description !== described) {
      const message: RecordsMessage = { type: "header", now: clock.wall(), header, again: described !== "" };
      described = description;
      more = true;
      return viewer.send(JSON.stringify(message));
    }
    const taken = follower.take(LIMITS);
    more = taken.more;
    if (taken.lines.length === 0 && taken.missed === 0) return;
    const { missed, lines } = taken;
    viewer.send(`{"type":"records","now":${clock.wall()},"missed":${missed},"more":${more},"records":[${lines.join(",")}]}`);
  };
  const arm = (): void => {
    timer = clock.setTimeout(() => {
      look();
      arm();
    }, LOOK_MS);
  };
  return eventStream({
    clock,
    closing,
    allowed,
    ended,
    begin(own) {
      viewer = own;
      arm();
      return { [Symbol.dispose]: () => timer === undefined ? undefined : clock.clearTimeout(timer) };
    },
    ready() {
      if (more || follower === undefined) look();
    },
  });
}
