import assert from "node:assert/strict";
import { mysqlDeviceTable } from "../../../services/devices/mysql.ts";
import { mariadbOfFile } from "../../support/mariadb.ts";
import { mysqlNodes } from "../history/mysql/harness.ts";

const { ignore, server } = mariadbOfFile();

const [A, B] = ["aa:aa:aa:aa:aa:aa", "bb:bb:bb:bb:bb:bb"] as const;

Deno.test({
  ignore,
  name: "on MySQL the registry keeps first and last instants, what is said and what people chose, for all nodes",
  async fn() {
    await using nodes = await mysqlNodes(server());
    await nodes.open();
    const table = mysqlDeviceTable(nodes.database);
    await nodes.open("node-2");
    const other = mysqlDeviceTable(nodes.database);
    await table.see([{ deviceId: A, clientId: "c", firstSeenAt: 50, seenAt: 100, board: "bread", language: "zh-CN" }]);
    await other.see([
      { deviceId: A, firstSeenAt: 20, seenAt: 70, firmware: "1.6.0" },
      { deviceId: B, firstSeenAt: 5, seenAt: 5 },
    ]);
    const seen = { deviceId: A, clientId: "c", firstSeenAt: 20, lastSeenAt: 100, board: "bread", firmware: "1.6.0", flags: {} };
    assert.deepEqual(await table.get(A), { ...seen, language: "zh-CN" });
    assert.equal(await other.update(A, { name: "厨房", room: "Kitchen", language: "en-US", flags: { quiet: true } }), true);
    assert.equal(await other.update("nobody", { name: "x" }), false);
    const named = { ...seen, name: "厨房", room: "Kitchen", language: "en-US", flags: { quiet: true } };
    assert.deepEqual(await table.get(A), named);
    assert.equal(await table.setRetention(A, 0), true);
    assert.equal(await table.setRetention(A, 0), true, "the same again is no absence");
    assert.deepEqual(await other.retentions(), new Map([[A, 0]]));
    const first = await other.list({ limit: 1 });
    assert.deepEqual(first.items.map(({ deviceId }) => deviceId), [A]);
    assert.deepEqual((await other.list({ limit: 1, cursor: first.next! })).items.map(({ deviceId }) => deviceId), [B]);
    assert.equal(await other.remove(A), true);
    assert.equal(await table.remove(A), false);
    assert.equal(await table.get(A), undefined);
  },
});
