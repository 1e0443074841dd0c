/**
 * Watches the event loop of the process that it is preloaded into: how late a timer of 10 ms, armed again and again, fires. Appends the
 * lateness of every firing to a file, once a second.
 *
 * It is no part of the server and imports nothing of it: `deno run --preload bench/support/loop_delay.ts main.ts`. node:perf_hooks has
 * monitorEventLoopDelay() for this, which in Deno 2.9 does not see a loop that is blocked for 80 ms.
 *
 * @module
 */

/** One timer's period, milliseconds. */
const PERIOD_MS = 10;
/** How often the file is written, milliseconds. */
const FLUSH_MS = 1000;

/** One line of the file: firings in the second that ended at `at` (wall time), and how late each was, in milliseconds. */
export interface LoopDelays {
  readonly at: number;
  readonly lateMs: readonly number[];
}

const file = Deno.env.get("XIAOZHI_DATA_DIR");
if (file !== undefined) watch(`${file}.loop`);

function watch(path: string): void {
  let lateMs: number[] = [];
  let flushAt = performance.now() + FLUSH_MS;
  let due = performance.now() + PERIOD_MS;
  const tick = () => {
    const now = performance.now();
    lateMs.push(Math.max(0, Math.round((now - due) * 100) / 100));
    if (now >= flushAt) {
      Deno.writeTextFileSync(path, `${JSON.stringify({ at: performance.timeOrigin + now, lateMs })}\n`, { append: true });
      lateMs = [];
      flushAt = now + FLUSH_MS;
    }
    due = performance.now() + PERIOD_MS;
    arm();
  };
  // The main module is loaded when nothing keeps the loop of a preloaded one alive.
  const arm = () => Deno.unrefTimer(setTimeout(tick, PERIOD_MS));
  arm();
}
