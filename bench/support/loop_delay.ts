/**
 * Watches the process that it is preloaded into: how late a timer of 10 ms, armed again and again, fires in its event loop, and how evenly
 * it hands the frames of a reply to its sockets. Appends both to a file, once a second.
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

/** The frames that are sent ahead come at once: their gaps say nothing. The default of devices.leadFrames. */
const LEAD_FRAMES = 2;

/** One line of the file: firings in the second that ended at `at` (wall time), and how late each was, in milliseconds. */
export interface LoopDelays {
  readonly at: number;
  readonly lateMs: readonly number[];
  /** Gaps between neighbouring frames of a reply as they were sent, milliseconds; those of frames sent ahead are left out. */
  readonly gapsMs: readonly number[];
}

const file = Deno.env.get("XIAOZHI_DATA_DIR");
if (file !== undefined) watch(`${file}.loop`);

function watch(path: string): void {
  let lateMs: number[] = [];
  const gapsMs = watchFrames();
  let flushAt = performance.now() + FLUSH_MS;
  let due = performance.now() + PERIOD_MS;
  const tick = () => {
    const now = performance.now();
    lateMs.push(Math.max(0, Math.round((now - due) * 100) / 100));
    if (now >= flushAt) {
      Deno.writeTextFileSync(path, `${JSON.stringify({ at: performance.timeOrigin + now, lateMs, gapsMs: gapsMs.splice(0) })}\n`, {
        append: true,
      });
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

/** The gaps of all frames from now on; whoever has read them empties the list. */
function watchFrames(): number[] {
  const gapsMs: number[] = [];
  const replies = new WeakMap<WebSocket, { frames: number; at: number }>();
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    // A reply begins and ends with a text of its own.
    if (typeof data === "string") {
      if (data.includes('"tts"') && !data.includes("sentence")) replies.delete(this);
      return send.call(this, data);
    }
    const now = performance.now();
    const reply = replies.get(this) ?? { frames: 0, at: now };
    if (reply.frames > LEAD_FRAMES) gapsMs.push(Math.round((now - reply.at) * 100) / 100);
    reply.frames++;
    reply.at = now;
    replies.set(this, reply);
    return send.call(this, data);
  };
  return gapsMs;
}
