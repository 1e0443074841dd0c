/**
 * The way out: devices finish their sentences, what they said is delivered, and everything is stopped in order, all before a deadline.
 *
 * @module
 */

import { type Clock, delay } from "../../base/clock.ts";
import type { DevicesDrained } from "../devices/device_supervisor.ts";

/** Of the time there is, when the sentences must be over; what is left of them is cut. */
const SENTENCES_END = 0.55;

/** Of the time there is, when the turns that were cut must be kept. */
const TURNS_END = 0.75;

/** Of the time there is, when the outbox must be delivered. What is left in it is delivered after the next start. */
const OUTBOX_END = 0.85;

/** What is drained. */
export interface DrainParts {
  readonly clock: Clock;
  /** The devices; undefined where they are down at this moment. */
  devices(): { drain(finishMs: number, cutMs: number): Promise<DevicesDrained> } | undefined;
  /** Delivers what waits in the outbox, as long as `signal` allows; resolves to how many turns are left, where that is known. May reject. */
  flushOutbox?(signal: AbortSignal): Promise<number | undefined>;
  /** Stops the whole tree, the listener first. */
  shutdown(): Promise<void>;
}

/** What came of it. */
export interface DrainReport extends DevicesDrained {
  /** Turns that are left in the outbox; absent where nothing delivers, or it could not say in time. */
  readonly outboxLeft?: number;
  /** Whether everything stopped before the deadline. */
  readonly inTime: boolean;
  /** Milliseconds. */
  readonly tookMs: number;
}

/** Drains; resolves when all is stopped, or after `deadlineMs`. Never rejects. */
export async function drain(parts: DrainParts, deadlineMs: number): Promise<DrainReport> {
  const { clock } = parts;
  const startedAt = clock.now();
  const until = (share: number) => Math.max(0, startedAt + deadlineMs * share - clock.now());
  const devices = parts.devices();
  const finishMs = Math.round(deadlineMs * SENTENCES_END);
  const cutMs = Math.round(deadlineMs * TURNS_END) - finishMs;
  // They keep to their time themselves, and what they have to say of it comes right after.
  const drained = await before(clock, until(OUTBOX_END), devices?.drain(finishMs, cutMs));
  const outboxLeft = await flush(parts, until(OUTBOX_END));
  const stopped = await before(clock, until(1), parts.shutdown().then(() => true));
  return {
    ...(drained ?? { devices: 0, cut: 0, lost: 0 }),
    ...(outboxLeft === undefined ? {} : { outboxLeft }),
    inTime: stopped === true,
    tookMs: Math.round(clock.now() - startedAt),
  };
}

async function flush({ clock, flushOutbox }: DrainParts, ms: number): Promise<number | undefined> {
  if (flushOutbox === undefined) return undefined;
  const over = new AbortController();
  const left = await before(clock, ms, flushOutbox(over.signal));
  over.abort();
  return left;
}

/** What `promise` resolves to; undefined where it rejects, or is not settled after `ms`. */
async function before<T>(clock: Clock, ms: number, promise: Promise<T> | undefined): Promise<T | undefined> {
  if (promise === undefined) return undefined;
  const over = new AbortController();
  const late = delay(clock, ms, over.signal).then(() => undefined, () => undefined);
  const settled = promise.catch(() => undefined);
  const result = await Promise.race([settled, late]);
  over.abort();
  return result;
}
