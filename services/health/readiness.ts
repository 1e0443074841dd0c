/**
 * Whether the process lives, has started, and takes devices: three questions of whoever runs it, with different answers.
 *
 * @module
 */

import type { HealthReport } from "./report.ts";

/** What readiness depends on. */
export interface ReadinessFacts {
  /** Whether the process has begun to end. */
  readonly draining: boolean;
  /** Whether everything was up once. */
  readonly started: boolean;
  /** Device sockets that are held, those that TCP holds included. */
  readonly sockets: number;
  /** Most of them. */
  readonly maxSockets: number;
  /** Absent where nobody checks. */
  readonly report?: Pick<HealthReport, "status" | "checks"> | undefined;
}

/** Why devices are not taken. */
export type NotReady = "draining" | "starting" | "full" | "unhealthy";

/** Whether devices are taken. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason?: NotReady;
  /** Required checks that fail, by id. */
  readonly failing?: readonly string[];
}

/** Judges whether devices are taken. Something optional that is away makes no difference. */
export function readiness({ draining, started, sockets, maxSockets, report }: ReadinessFacts): Readiness {
  if (draining) return { ready: false, reason: "draining" };
  if (!started) return { ready: false, reason: "starting" };
  const failing = (report?.checks ?? []).filter(({ required, status }) => required && status === "fail").map(({ id }) => id);
  if (failing.length > 0) return { ready: false, reason: "unhealthy", failing };
  if (sockets >= maxSockets) return { ready: false, reason: "full" };
  return { ready: true };
}
