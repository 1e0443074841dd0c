import assert from "node:assert/strict";
import { mariadbOfFile, startMariadb } from "../../../support/mariadb.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";
import { archiveContract } from "../archive_contract.ts";
import { CONTRACT_NOW, stored } from "../archive_harness.ts";
import { draft, turn, turnId } from "../contract.ts";
import { type MysqlNodes, mysqlNodes } from "./harness.ts";

const { ignore, server } = mariadbOfFile();
const DEVICE = draft(1).deviceId;

archiveContract("MySQL", async () => {
  const nodes = await mysqlNodes(server(), new VirtualClock(CONTRACT_NOW));
  return {
    archive: await nodes.open(),
    clock: nodes.clock,
    async reset() {
      await nodes.run(
        ["turns", "sessions", "erased", "device_memory", "device_roles"].map((table) => `DELETE FROM xz_${table}`).join("; "),
      );
    },
    [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose](),
  };
}, { ignore });

function test(name: string, body: (nodes: MysqlNodes) => Promise<void>): void {
  Deno.test({
    name: `MySQL archive: ${name}`,
    ignore,
    fn: async () => {
      await using nodes = await mysqlNodes(server(), new VirtualClock(CONTRACT_NOW));
      await body(nodes);
    },
  });
}

test("a turn under way when its device is erased stays a draft until it is over, and then is gone", async (nodes) => {
  const store = await nodes.open();
  await store.openSession({ sessionId: "session-1", deviceId: DEVICE, clientId: "c", startedAt: draft(0).startedAt });
  await store.commitTurn(turn(1));
  await store.draftTurn(draft(2));
  assert.deepEqual(await store.erase({ deviceId: DEVICE }), { turns: 1, sessions: 1, audioFiles: [] });
  await store.commitTurn(turn(2, { audio: { user: new Uint8Array([2]) } }));
  assert.deepEqual(await nodes.run("SELECT turn_id FROM xz_turns"), []);
  const startedAt = CONTRACT_NOW + 1;
  await store.commitTurn(turn(3, { startedAt, endedAt: startedAt + 1 }));
  assert.deepEqual((await store.listSessions()).map((each) => [each.sessionId, each.turns]), [["session-1", 1]]);
});

test("a draft that was erased before a crash is gone, and one that was not is closed and found", async (nodes) => {
  const store = await nodes.open();
  for (const n of [1, 2, 3]) await store.draftTurn(draft(n, { sessionId: `s${n}` }));
  await store.erase({ turnId: turnId(1) });
  await store.erase({ sessionId: "s2" });
  await nodes.crash();
  const again = await nodes.open();
  assert.deepEqual((await again.listTurns()).map((each) => each.turnId), [turnId(3)]);
  assert.deepEqual((await again.search({ text: "question 3" })).items.map((each) => each.outcome), ["crashed"]);
});

test("an erasure that a crash cut short is finished at the next start of any node", async (nodes) => {
  const store = await nodes.open();
  await store.apply(Array.from({ length: 700 }, (_, n) => ({ turn: stored(n) })));
  await nodes.run(`INSERT INTO xz_erased VALUES ('device', '${DEVICE}', ${stored(600).startedAt}, 0, 1)`);
  const other = await nodes.open("node-2");
  const { items } = await other.turns({ limit: 1_000 });
  assert.deepEqual([items.length, items.at(-1)?.turnId], [99, turnId(601)]);
});

test("nodes that apply the same turns at the same time, in any order, keep each once", async (nodes) => {
  const [one, two] = [await nodes.open("node-1"), await nodes.open("node-2")];
  const batch = Array.from({ length: 200 }, (_, n) => ({ turn: stored(n, { sessionId: `s${n % 7}`, origin: `http:${n}` }) }));
  const parts = [batch, batch.toReversed(), batch.slice(50, 150), batch.toReversed().slice(20, 180)];
  const applied = await Promise.all(parts.flatMap((part) => [one.apply(part), two.apply(part, { replace: true })]));
  assert.equal(applied.reduce((sum, { added }) => sum + added, 0), 200);
  const { items } = await one.turns({ limit: 1_000, order: "oldest" });
  assert.deepEqual(items, batch.map(({ turn }) => turn));
  assert.equal((await two.sessions()).items.reduce((sum, session) => sum + session.turns, 0), 200);
});

Deno.test({
  name: "MySQL archive: what was committed before the server was killed is found after it",
  ignore,
  fn: async () => {
    await using own = await startMariadb();
    await using nodes = await mysqlNodes(own, new VirtualClock(CONTRACT_NOW));
    const store = await nodes.open();
    await store.apply([{ turn: stored(1, { userText: "今天天气" }) }, { turn: stored(2, { userText: "明天" }) }]);
    await store.erase({ turnId: turnId(2) });
    await own.kill();
    await own.restart();
    const again = await nodes.open();
    await again.apply([{ turn: stored(3, { userText: "昨天天气" }) }]);
    assert.deepEqual((await again.search({ text: "天气" })).items.map((each) => each.turnId), [turnId(3), turnId(1)]);
    assert.deepEqual((await again.search({ text: "天" })).items.map((each) => each.turnId), [turnId(3), turnId(1)]);
  },
});
