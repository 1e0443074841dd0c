/**
 * How long a device's first page of sessions takes, from any archive and through any cache.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { HistoryArchive } from "../../services/history/archive.ts";
import { fixed, quantile } from "./stats.ts";

/** What can be asked for a device's sessions: a whole archive can. */
export type SessionLister = Pick<HistoryArchive, "sessions">;

/** How often each device is asked for: as people look, the device at place n of N is asked for about 1/n as often as the first. */
export function popular(devices: readonly string[], random: () => number): string {
  // The inverse of the distribution function of 1/x on [1, N + 1).
  const place = Math.floor((devices.length + 1) ** random()) - 1;
  return devices[Math.min(place, devices.length - 1)]!;
}

/** What came of asking, milliseconds. */
export interface ListTimes {
  readonly times: readonly number[];
}

/** Asks for `devices` one after the other. */
export async function timeLists(lister: SessionLister, devices: readonly string[]): Promise<ListTimes> {
  const times: number[] = [];
  for (const deviceId of devices) {
    const from = performance.now();
    await lister.sessions({ deviceId });
    times.push(performance.now() - from);
    // SQLite answers without giving way, and sockets and timers need their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { times };
}

/** Cells of a table: median, 95th and 99th percentile in microseconds, and how many times faster the median is than `than`. */
export function listCells({ times }: ListTimes, than?: ListTimes): string[] {
  const us = (q: number) => fixed(1000 * quantile(times, q), 0);
  const faster = than === undefined ? undefined : quantile(than.times, 0.5) / quantile(times, 0.5);
  return [String(times.length), us(0.5), us(0.95), us(0.99), fixed(faster, 1)];
}
