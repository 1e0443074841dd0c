/**
 * Delivery from one real SQLite history to another, and what it costs the event loop.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { HistoryError } from "../../../services/history/errors.ts";
import type { HistoryArchive } from "../../../services/history/archive.ts";
import { openSqliteHistory, type SqliteHistory } from "../../../services/history/sqlite.ts";
import { turn } from "../../services/history/contract.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { DeliveryBench } from "./bench.ts";
import { fillOutbox } from "./fill_outbox.ts";

const MINUTE = 60_000;

/** Everything that is in a history, in one order. */
async function contentOf(store: SqliteHistory): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const list of ["turns", "sessions"] as const) {
    for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
      const page = await store[list]({ limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...page.items);
      cursor = page.next;
    }
  }
  return found;
}

Deno.test("all that is said here is there as well, row by row, also when answers are lost and the delivery is restarted", async () => {
  await using dir = tempDir();
  await using target = await openSqliteHistory({ dataDir: dir.path, clock: new VirtualClock() });
  let calls = 0;
  const remote: Pick<HistoryArchive, "apply"> = {
    apply: async (batch) => {
      const applied = await target.apply(batch);
      if (++calls % 3 === 0) throw new HistoryError("Cannot apply: the answer was lost", "history_unreachable");
      return applied;
    },
  };
  await using bench = await DeliveryBench.open({ remote });
  for (let n = 0; n < 60; n++) {
    const ids = { sessionId: `session-${n % 7}`, deviceId: `device-${n % 7 % 3}` };
    if (n < 7) await bench.history.openSession({ ...ids, clientId: "c", startedAt: n });
    await bench.history.commitTurn(
      turn(n, {
        ...ids,
        userText: "今天天气怎么样？😀",
        ...(n % 5 === 0 ? { outcome: "failed", error: { code: "x", message: "y" } } : {}),
      }),
    );
    bench.history.notePersisted(turn(n).turnId, n);
    if (n % 13 === 0) await bench.clock.advance(20);
    if (n % 29 === 0) {
      bench.stopDelivery();
      bench.startDelivery();
    }
  }
  for (let n = 0; n < 7; n++) await bench.history.closeSession(`session-${n}`, 1000 + n, "idle");
  await bench.clock.advance(10 * MINUTE);
  const { depth, sessions } = await bench.delivery.status();
  assert.deepEqual([depth, sessions], [0, 0]);
  assert.deepEqual(await contentOf(target), await contentOf(bench.store));
  assert.equal((await target.turns({ limit: 1000 })).items.length, 60);
});

Deno.test("what was erased there does not come back by delivery", async () => {
  await using dir = tempDir();
  await using target = await openSqliteHistory({ dataDir: dir.path, clock: new VirtualClock() });
  await using bench = await DeliveryBench.open({ remote: target });
  await bench.commit(1, 2);
  await target.erase({ turnId: turn(1).turnId });
  await bench.clock.advance(MINUTE);
  assert.deepEqual((await target.turns()).items.map(({ turnId }) => turnId), [turn(2).turnId]);
  assert.equal((await bench.delivery.status()).depth, 0);
});

Deno.test("a backlog is delivered in pieces between which other work goes on", async () => {
  await using dir = tempDir();
  await using target = await openSqliteHistory({ dataDir: dir.path, clock: new VirtualClock() });
  await using bench = await DeliveryBench.open({ remote: "none" });
  await bench.store[Symbol.asyncDispose]();
  fillOutbox(join(bench.dir.path, "history.db"), 2_000);
  await using second = await DeliveryBench.open({ remote: target, dir: bench.dir });
  await second.clock.advance(6);
  const after = second.clock.now();
  let pieces = 0;
  for (; (await second.delivery.status()).depth > 0; pieces++) await second.clock.advance(6);
  assert.ok(pieces >= 10, `${pieces} pieces`);
  assert.ok(second.clock.now() - after <= 20 * 6, "each piece is followed by the next after a moment");
  assert.equal((await target.turns({ limit: 1 })).items.length, 1);
  await bench.start();
});
