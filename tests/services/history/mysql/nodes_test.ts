import assert from "node:assert/strict";
import { HistoryError } from "../../../../services/history/errors.ts";
import { mariadbOfFile, startMariadb } from "../../../support/mariadb.ts";
import { draft, turn, turnId } from "../contract.ts";
import { mysqlNodes } from "./harness.ts";

const { ignore, server } = mariadbOfFile();

Deno.test({
  name: "a node that starts closes its own drafts and sessions, and leaves those of nodes that run",
  ignore,
  fn: async () => {
    await using nodes = await mysqlNodes(server());
    const one = await nodes.open("node-1");
    const two = await nodes.open("node-2");
    for (const [store, n] of [[one, 1], [two, 2]] as const) {
      await store.openSession({ sessionId: `s${n}`, deviceId: "d", clientId: "c", startedAt: n });
      await store.draftTurn(draft(n, { sessionId: `s${n}` }));
    }
    const again = await nodes.open("node-1");
    assert.deepEqual((await again.listTurns()).map((t) => [t.turnId, t.outcome]), [[turnId(1), "crashed"]]);
    assert.deepEqual((await again.listSessions()).map((s) => [s.sessionId, s.endReason]), [["s2", undefined], ["s1", "crashed"]]);
    await two.commitTurn(turn(2, { sessionId: "s2" }));
    assert.deepEqual((await again.listTurns()).map((t) => t.outcome), ["crashed", "completed"]);
  },
});

Deno.test({
  name: "many turns at once, with and without drafts, meet in the database without a loss",
  ignore,
  fn: async () => {
    await using nodes = await mysqlNodes(server());
    const stores = [await nodes.open("node-1"), await nodes.open("node-2")];
    await Promise.all(Array.from({ length: 200 }, async (_, n) => {
      const store = stores[n % 2]!;
      if (n % 3 === 0) await store.draftTurn(draft(n));
      await store.commitTurn(turn(n));
    }));
    const read = await stores[0]!.listTurns({ limit: 1_000 });
    assert.deepEqual(read.map((t) => t.turnId), Array.from({ length: 200 }, (_, n) => turnId(n)));
  },
});

Deno.test({
  name: "every turn that was reported as committed outlives kills of the database server in the middle of others",
  ignore,
  fn: async () => {
    await using own = await startMariadb();
    await using nodes = await mysqlNodes(own);
    const store = await nodes.open();
    const reported: string[] = [];
    let n = 0;
    for (let kill = 0; kill < 2; kill++) {
      let killed: Promise<void> | undefined;
      const writer = async () => {
        while (killed === undefined || n % 2 === 0) {
          const next = turn(n++);
          try {
            await store.commitTurn(next);
            reported.push(next.turnId);
          } catch (error) {
            assert.ok(error instanceof HistoryError && error.retryable, String(error));
            return;
          }
          if (reported.length >= 20 * (kill + 1)) killed ??= own.kill();
        }
      };
      await Promise.all([writer(), writer(), writer()]);
      await killed;
      await own.restart();
      while (!await nodes.database.ping().then(() => true, () => false)) { /* it is just back */ }
    }
    const kept = new Set((await store.listTurns({ limit: 1_000 })).map((t) => t.turnId));
    assert.deepEqual(reported.filter((id) => !kept.has(id)), []);
    assert.ok(reported.length >= 40);
  },
});

Deno.test({
  name: "a history whose server is frozen is disposed of all the same",
  ignore,
  fn: async () => {
    await using own = await startMariadb();
    await using nodes = await mysqlNodes(own);
    const store = await nodes.open();
    await store.commitTurn(turn(1));
    store.notePersisted(turnId(1), 903);
    await own.pause();
    const disposed = store[Symbol.asyncDispose]();
    await nodes.clock.advance(1_000);
    await disposed;
    own.resume();
  },
});
