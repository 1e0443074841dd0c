/**
 * The actors that a device machine invokes, each a thin wrapper around a port.
 *
 * @module
 */

import { fromCallback, fromPromise } from "xstate";
import type { Utterance } from "../../audio/types.ts";
import type { DeviceActorEvent } from "./events.ts";
import type { DevicePorts, ReplyJob } from "./ports.ts";
import type { Turn } from "./turn.ts";

/** Loads what is needed to hear and to speak. */
export const prepare = fromPromise<void, { ports: DevicePorts }>(({ input, signal }) => input.ports.prepare(signal));

/** Recognises an utterance. */
export const recognize = fromPromise<void, { ports: DevicePorts; turn: Turn; utterance: Utterance }>(
  ({ input, signal }) => input.ports.recognize(input.turn, input.utterance, AbortSignal.any([signal, input.turn.signal])),
);

/** Speaks a reply; its milestones come as events. */
export const reply = fromCallback<DeviceActorEvent, { ports: DevicePorts; turn: Turn; job: ReplyJob }>(({ input, sendBack }) => {
  const running = input.ports.startReply(input.turn, input.job, sendBack);
  return () => running[Symbol.dispose]();
});

/** Commits a turn. */
export const persist = fromPromise<void, { ports: DevicePorts; turn: Turn }>(({ input }) => input.ports.persist(input.turn));
