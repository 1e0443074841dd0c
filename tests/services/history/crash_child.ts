/**
 * A process that commits turns as fast as it can, and prints the id of each once its commit has returned, until it is killed.
 *
 * @module
 */

import { systemClock } from "../../../base/clock.ts";
import { createIds } from "../../../base/ids.ts";
import { systemRandom } from "../../../base/random.ts";
import { openSqliteHistory } from "../../../services/history/sqlite.ts";

const clock = systemClock();
const nextId = createIds(clock, systemRandom());
const store = await openSqliteHistory({ dataDir: Deno.args[0] ?? "", clock, flushBeside: true });
const encoder = new TextEncoder();
const sessionId = nextId();
await store.openSession({ sessionId, deviceId: "aa:bb:cc:dd:ee:01", clientId: "child", startedAt: clock.wall() });
for (let n = 0;; n++) {
  const startedAt = clock.wall();
  const draft = { turnId: nextId(), sessionId, deviceId: "aa:bb:cc:dd:ee:01", startedAt, source: "speech", userText: `turn ${n}` } as const;
  await store.draftTurn(draft);
  await store.commitTurn({
    ...draft,
    outcome: "completed",
    replyText: "reply ".repeat(n % 50),
    heardText: "",
    heardMs: 0,
    endedAt: clock.wall(),
    timings: { recognizedMs: 1 },
    ...(n % 3 === 0 ? { audio: { user: new Uint8Array(500) } } : {}),
  });
  Deno.stdout.writeSync(encoder.encode(`${draft.turnId}\n`));
}
