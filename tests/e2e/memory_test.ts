/**
 * The real process when its memory is short, and when it is out.
 *
 * @module
 */

import assert from "node:assert/strict";
import { deviceOf, PATIENCE_MS, within } from "../support/server_device.ts";
import { startServer } from "../support/server_process.ts";

/** Every process has more. */
const ABOVE_MIB = 1;

Deno.test("short memory refuses new devices and leaves those that talk alone; memory that is out ends the process in good order with 71", async () => {
  await using server = await startServer({ env: { XIAOZHI_ESP32_SERVER_SYNTHESIZE_PROGRAM: "tone" } });
  const file = `${server.dataDir}/config.yaml`;
  using device = await deviceOf(server);
  using late = await deviceOf(server, { number: 2 });
  await device.open();
  await Deno.writeTextFile(file, `load: { softMemoryMiB: ${ABOVE_MIB} }\n`);
  await server.until(/Memory is short/);
  await assert.rejects(late.open());
  const { load } = await (await fetch(`${server.url}/api/status`)).json();
  assert.deepEqual([load.overload, load.refused.overloaded_memory], ["memory", 1]);
  await device.typeText("tell me a story");
  await device.waitFor((it) => it.state === "speaking" && it.played.length > 10, { timeoutMs: PATIENCE_MS });
  await Deno.writeTextFile(file, `load: { hardMemoryMiB: ${ABOVE_MIB} }\n`);
  const { code } = await server.ended();
  assert.equal(code, 71);
  assert.match(server.output(), /Memory is out, \d+ MiB in use[^]*Stopping: .*memory is out[^]*the turns of 0 lost/);
  await within("the end of the socket", device.waitFor((it) => !it.connected));
  const { turns, drafts, endReasons } = server.history();
  assert.deepEqual(turns.map(({ userText }) => userText), ["tell me a story"]);
  assert.deepEqual([drafts, endReasons], [[], ["shutdown"]]);
});
