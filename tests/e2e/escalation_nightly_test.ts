/**
 * A part that cannot be had any more, whatever is tried: the process gives up in good order, for whoever started it to start it again.
 *
 * @module
 */

import assert from "node:assert/strict";
import { HISTORY_FILE } from "../../services/history/sqlite.ts";
import { deviceOf, untilAnswered, within } from "../support/server_device.ts";
import { newDataDir, startServer } from "../support/server_process.ts";

/** Restarts of the daemon wait 15 s in all, and those above it some more, on a machine with other work. */
const GIVES_UP_MS = 120_000;

Deno.test("a daemon that fails again and again ends the process with 75: turns kept, sockets closed, and the log says why", async () => {
  const dataDir = await newDataDir();
  try {
    const env = {
      XIAOZHI_FEATURES_SYNC: "false",
      XIAOZHI_SYNC_PUSH_SECRET: "a secret of the stock server",
      XIAOZHI_ESP32_SERVER_SYNTHESIZE_PROGRAM: "tone",
    };
    await using server = await startServer({ dataDir, env });
    using device = await deviceOf(server);
    await device.typeText("tell me a story");
    await untilAnswered(device, 1);
    // Somebody moves the history away while the server runs. Who has it open goes on; the sync, switched on now, cannot open it.
    const history = `${dataDir}/${HISTORY_FILE}`;
    await Deno.rename(history, `${history}.moved`);
    await Deno.mkdir(history);
    const answer = await fetch(`${server.url}/api/flags`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sync: true }),
    });
    assert.equal(answer.status, 200, await answer.text());
    await server.until(/Stopped in/, GIVES_UP_MS);
    const { code } = await server.ended();
    assert.equal(code, 75);
    await within("the end of the socket", device.waitFor((it) => !it.connected));
    const lines = server.output().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
    const said = lines.filter(({ logger }) => logger === "xiaozhi.supervision").map(({ message }) => message.replaceAll("\\", ""));
    assert.equal(
      said.filter((message) => /^"daemons\/sync" failed and is started again in \d+ ms: "Cannot open the history/.test(message)).length,
      5,
    );
    assert.equal(said.filter((message) => /^"daemons" failed and is started again/.test(message)).length, 3);
    assert.match(said.at(-1), /^"daemons" is given up, and what relies on it stopped: .*Cannot open the history/);
    const [why] = lines.filter(({ logger, message }) => logger === "xiaozhi.main" && message.startsWith("Stopping: "));
    assert.match(why.message, /"daemons.*failed more often than supervisor .*platform.* allows: .*Cannot open the history/);
    const [stopped] = lines.filter(({ message }) => message.startsWith("Stopped in"));
    assert.ok(!("outboxLeft" in stopped.properties), "who delivers had been stopped before, and nobody says what is left");
    await Deno.remove(history);
    await Deno.rename(`${history}.moved`, history);
    const { turns, drafts, outbox, endReasons } = server.history();
    assert.deepEqual(turns.map(({ outcome }) => outcome), ["completed"]);
    assert.deepEqual([drafts, outbox], [[], turns.map(({ turnId }) => turnId)]);
    assert.ok(!endReasons.includes(null), "every session ended");

    await using again = await startServer({ dataDir, env });
    assert.equal((await again.stop("SIGTERM")).code, 0, "a fresh process does better, here with what was in force before");
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
