/**
 * How the process is, as the machine tells it.
 *
 * @module
 */

import { monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";

/** Memory of the process, bytes. */
export interface MemoryUse {
  readonly rss: number;
  readonly heapUsed: number;
  /** What the JavaScript heap may grow to. */
  readonly heapLimit: number;
}

/** What is asked of the machine. */
export interface MachineLoad extends Disposable {
  /** The longest standstill of the event loop since this was last asked, milliseconds. */
  loopDelayMs(): number;
  memory(): MemoryUse;
}

/** How often the event loop is looked at, milliseconds: a third of an audio frame. */
const RESOLUTION_MS = 20;

const NANOSECONDS = 1e6;

/** Asks the machine. */
export function machineLoad(): MachineLoad {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return {
    loopDelayMs() {
      const longest = delays.max / NANOSECONDS;
      delays.reset();
      return Number.isFinite(longest) ? Math.max(0, longest - RESOLUTION_MS) : 0;
    },
    memory() {
      const { rss, heapUsed } = Deno.memoryUsage();
      return { rss, heapUsed, heapLimit: getHeapStatistics().heap_size_limit };
    },
    [Symbol.dispose]: () => void delays.disable(),
  };
}
