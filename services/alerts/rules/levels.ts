/**
 * Rules over what is read at this moment.
 *
 * @module
 */

import { EVERYTHING } from "../alert.ts";
import { type AlertRule, one } from "../rule.ts";
import type { Thresholds } from "../thresholds.ts";

/** Beyond its age the outbox has been waiting long enough; only one bad reading in a row is let pass. */
const AGE_FOR_MS = 30_000;
/** Cleaning up takes minutes, too. */
const DISK_FOR_MS = 60_000;
/** A garbage collection or one large export passes; audio that stutters for a minute is heard by everybody. */
const LOOP_FOR_MS = 60_000;

const MIB = 1_048_576;

/** Rules over ages, free space and delays. */
export function levelRules(thresholds: Thresholds): AlertRule[] {
  return [
    {
      id: "outbox_old",
      severity: "critical",
      forMs: AGE_FOR_MS,
      assess: ({ outboxOldestSeconds: value }) => aboveLimit(value, thresholds.outboxAgeSeconds),
    },
    {
      id: "sync_lag",
      severity: "warning",
      forMs: AGE_FOR_MS,
      assess: ({ syncLagSeconds: value }) => aboveLimit(value, thresholds.syncLagSeconds),
    },
    {
      id: "disk_low",
      severity: "critical",
      forMs: DISK_FOR_MS,
      assess({ diskFreeBytes }) {
        if (diskFreeBytes === undefined) return undefined;
        const value = diskFreeBytes / MIB;
        const limit = thresholds.diskFreeMib;
        return one({ subject: EVERYTHING, value, limit }, value < limit);
      },
    },
    {
      id: "event_loop_slow",
      severity: "warning",
      forMs: LOOP_FOR_MS,
      assess: ({ eventLoopDelaySeconds: seconds }) =>
        aboveLimit(seconds === undefined ? undefined : seconds * 1000, thresholds.eventLoopDelayMs),
    },
  ];
}

function aboveLimit(value: number | undefined, limit: number) {
  return value === undefined ? undefined : one({ subject: EVERYTHING, value, limit }, value > limit);
}
