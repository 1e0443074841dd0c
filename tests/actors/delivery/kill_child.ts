/**
 * A process that commits turns and delivers them to a second history, and prints the id of each turn once its commit has returned, until it
 * is killed; or, told to `drain`, delivers what waits and ends.
 *
 * @module
 */

import { Delivery } from "../../../actors/delivery/delivery.ts";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import { systemClock } from "../../../base/clock.ts";
import { createIds } from "../../../base/ids.ts";
import { systemRandom } from "../../../base/random.ts";
import { announcing } from "../../../services/delivery/announce.ts";
import { openSqliteHistory } from "../../../services/history/sqlite.ts";
import { createLogger } from "../../../services/logging/mod.ts";

const [dataDir = "", targetDir = "", what] = Deno.args;
const clock = systemClock();
const random = systemRandom();
const nextId = createIds(clock, random);
const store = await openSqliteHistory({ dataDir, clock });
const remote = await openSqliteHistory({ dataDir: targetDir, clock });
const supervisor = new Supervisor({ clock });
const delivery = new Delivery({
  outbox: store,
  remote,
  clock,
  random,
  logger: createLogger("delivery"),
  localDays: 30,
  audioBudget: { bytes: 0, maxBytes: 1, full: false },
});
if (delivery.spec !== undefined) supervisor.start(delivery.spec);
const history = announcing(store, () => delivery.nudge());

if (what === "drain") {
  await delivery.drain(new AbortController().signal);
  await remote[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
} else {
  const encoder = new TextEncoder();
  const sessionId = nextId();
  const deviceId = "aa:bb:cc:dd:ee:01";
  await history.openSession({ sessionId, deviceId, clientId: "child", startedAt: clock.wall() });
  for (let n = 0;; n++) {
    const turnId = nextId();
    await history.commitTurn({
      turnId,
      sessionId,
      deviceId,
      startedAt: clock.wall(),
      source: "speech",
      userText: `turn ${n}`,
      outcome: "completed",
      replyText: "reply ".repeat(n % 50),
      heardText: "",
      heardMs: 0,
      endedAt: clock.wall(),
      timings: { recognizedMs: 1 },
    });
    Deno.stdout.writeSync(encoder.encode(`${turnId}\n`));
    // Turns come in bursts, so that a kill meets single turns and batches, and the delivery gets its turn.
    if (n % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 7));
  }
}
