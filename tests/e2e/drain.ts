/**
 * Many devices talk when the server is told to end.
 *
 * @module
 */

import assert from "node:assert/strict";
import { deviceOf, PATIENCE_MS, within } from "../support/server_device.ts";
import { startServer } from "../support/server_process.ts";

/** Container managers kill after 10 s; within this the server has to be gone, milliseconds. */
const SHUTDOWN_MS = 8000;

/** What an exit takes beyond the deadline on a busy machine: ending a process with its threads. */
const SLACK_MS = 4000;

/** A question whose answer takes about five seconds to speak. */
const LONG = "tell me a story";

/** Has `count` devices listen to a long answer, sends SIGTERM, and looks at what was kept. */
export async function drainWhileTalking(count: number): Promise<void> {
  await using server = await startServer({
    env: {
      XIAOZHI_ESP32_SERVER_SYNTHESIZE_PROGRAM: "tone",
      XIAOZHI_SERVER_SHUTDOWN_MS: String(SHUTDOWN_MS),
      XIAOZHI_AUDIO_COMPLEXITY: "0",
    },
  });
  using devices = new DisposableStack();
  const all = await Promise.all(Array.from({ length: count }, async (_, index) => {
    const device = devices.use(await deviceOf(server, { number: index + 1 }));
    await device.typeText(LONG);
    return device;
  }));
  await Promise.all(all.map((device) => device.waitFor((it) => it.state === "speaking", { timeoutMs: PATIENCE_MS })));
  const { code, tookMs } = await server.stop("SIGTERM");
  assert.equal(code, 0, server.output());
  assert.ok(tookMs < SHUTDOWN_MS + SLACK_MS, `${tookMs} ms`);
  await within("the end of all sockets", Promise.all(all.map((device) => device.waitFor((it) => it.state === "idle"))));
  const { turns, drafts, endReasons } = server.history();
  assert.equal(turns.length, count);
  assert.deepEqual(drafts, []);
  assert.ok(turns.every(({ outcome }) => outcome === "interrupted" || outcome === "completed"));
  assert.deepEqual(new Set(endReasons), new Set(["shutdown"]));
  assert.match(server.output(), new RegExp(`Stopped in \\d+ ms; of ${count} devices \\d+ were cut off, and the turns of 0 lost`));
}
