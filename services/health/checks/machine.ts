/**
 * The machine below: event loop, memory, disk.
 *
 * @module
 */

import { statfs } from "node:fs/promises";
import { getHeapStatistics } from "node:v8";
import { type HealthCheck, highIsBad } from "../check.ts";

const MIB = 1024 * 1024;

/** Share of the heap from which garbage collections begin to take the time of the conversation. */
const HEAP_WARN = 0.85;
/** Share of the heap from which the process is about to be ended by the engine. */
const HEAP_FAIL = 0.97;

/** The event loop; late is a warning, because a process that is only slow is not helped by being taken away. */
export function eventLoopCheck(delayMs: () => number | undefined, warnMs: number): HealthCheck {
  return {
    id: "eventloop",
    service: "eventloop",
    required: false,
    run() {
      const value = delayMs();
      if (value === undefined) return [];
      const status = highIsBad(value, warnMs);
      const late = status === "pass"
        ? {}
        : { output: `Timers were up to ${Math.round(value)} ms late within 10 s; sentences stutter from 60 ms on` };
      return [{ component: "eventloop", measurement: "delay", type: "system", status, value, unit: "ms", ...late }];
    },
  };
}

/** Memory of the process. */
export interface MemoryFigures {
  readonly rss: number;
  readonly heapUsed: number;
  /** What the engine gives at most. */
  readonly heapLimit: number;
}

/** Memory as the machine tells it. */
export function machineMemory(): MemoryFigures {
  const { rss, heapUsed } = Deno.memoryUsage();
  return { rss, heapUsed, heapLimit: getHeapStatistics().heap_size_limit };
}

/**
 * Memory. A full heap ends the process soon.
 *
 * @param maxMiB What the process should not exceed, MiB; 0 sets no limit.
 */
export function memoryCheck(maxMiB: number, figures: () => MemoryFigures = machineMemory): HealthCheck {
  return {
    id: "memory",
    service: "memory",
    required: true,
    run() {
      const { rss, heapUsed, heapLimit } = figures();
      const share = heapLimit > 0 ? heapUsed / heapLimit : 0;
      const heap = highIsBad(share, HEAP_WARN, HEAP_FAIL);
      const resident = highIsBad(rss / MIB, maxMiB);
      return [
        {
          component: "memory",
          measurement: "utilization",
          type: "system",
          status: heap,
          value: share * 100,
          unit: "percent",
          ...(heap === "pass" ? {} : { output: `${Math.round(share * 100)} % of the heap are used` }),
        },
        {
          component: "memory",
          measurement: "rss",
          type: "system",
          status: resident,
          value: rss / MIB,
          unit: "MiB",
          ...(resident === "pass" ? {} : { output: `The process takes ${Math.round(rss / MIB)} MiB; health.maxMemoryMib is ${maxMiB}` }),
        },
      ];
    },
  };
}

/** Bytes that are free to this process on the disk of a folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** The disk of the data directory: without room no turn can be kept. Limits are in MiB. */
export function diskCheck(
  folder: string,
  warnMiB: number,
  failMiB: number,
  free: (folder: string) => Promise<number> = freeBytes,
): HealthCheck {
  return {
    id: "disk",
    service: "disk",
    required: true,
    async run() {
      const value = await free(folder) / MIB;
      const status = value < failMiB ? "fail" : value < warnMiB ? "warn" : "pass";
      const full = status === "pass" ? {} : { output: `${Math.floor(value)} MiB are free for the data directory; make room` };
      return [{ component: "disk", measurement: "free", type: "system", status, value, unit: "MiB", ...full }];
    },
  };
}
