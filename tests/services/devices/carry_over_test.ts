import assert from "node:assert/strict";
import { carryDevicesOver, forgetCarryOver } from "../../../services/devices/carry_over.ts";
import { mysqlDeviceTable } from "../../../services/devices/mysql.ts";
import type { DeviceTable } from "../../../services/devices/store.ts";
import { openSqliteHistory } from "../../../services/history/sqlite.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { mariadbOfFile } from "../../support/mariadb.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { mysqlNodes } from "../history/mysql/harness.ts";

const { ignore, server } = mariadbOfFile();

const [A, B, C] = ["aa:aa:aa:aa:aa:aa", "bb:bb:bb:bb:bb:bb", "cc:cc:cc:cc:cc:cc"] as const;

/** A data directory with devices of its own, in front of a registry that may be shared with others. */
async function node(seen: readonly string[]) {
  const dir = tempDir();
  const log = captureLogger();
  const store = await openSqliteHistory({ dataDir: dir.path, clock: new VirtualClock() });
  const from = store.deviceTable;
  await from.see(seen.map((deviceId) => ({ deviceId, clientId: "here", firstSeenAt: 10, seenAt: 20, language: "zh-CN" })));
  return {
    dir,
    log,
    from,
    carry: (to: DeviceTable, target = "db") => carryDevicesOver({ from, to, target, dataDir: dir.path, logger: log.logger }),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      log[Symbol.dispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** A shared registry. */
async function shared() {
  const nodes = await mysqlNodes(server());
  await nodes.open();
  return { nodes, to: mysqlDeviceTable(nodes.database), [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose]() };
}

Deno.test({
  ignore,
  name: "names and retentions of a node are in the shared registry; what stands there stays, and what is empty there is filled",
  async fn() {
    await using here = await node([A, B, C]);
    await using there = await shared();
    const { to } = there;
    await here.from.update(A, { name: "厨房", alias: "K", room: "Kitchen", language: "en", flags: { quiet: true } });
    await here.from.setRetention(A, 0);
    await here.from.update(B, { name: "Old name", room: "Hall", flags: { quiet: true } });
    await here.from.setRetention(B, 400);
    await to.see([{ deviceId: B, clientId: "there", firstSeenAt: 15, seenAt: 30, firmware: "2.0" }]);
    await to.update(B, { name: "New name", flags: { loud: true } });
    await to.setRetention(B, 7);
    assert.equal(await here.carry(to), 3);
    assert.deepEqual(await to.get(A), await here.from.get(A));
    assert.deepEqual(await to.get(B), {
      deviceId: B,
      clientId: "there",
      firstSeenAt: 10,
      lastSeenAt: 30,
      firmware: "2.0",
      name: "New name",
      room: "Hall",
      language: "zh-CN",
      flags: { loud: true },
      retentionDays: 7,
    });
    assert.deepEqual(await to.get(C), await here.from.get(C));
    assert.deepEqual(await to.retentions(), new Map([[A, 0], [B, 7]]));
  },
});

Deno.test({
  ignore,
  name: "devices are carried over once: what is taken away afterwards stays away, and a registry that was made anew gets them again",
  async fn() {
    await using here = await node([A, B]);
    await using there = await shared();
    const { nodes, to } = there;
    await here.from.update(A, { name: "Kitchen" });
    await here.from.setRetention(A, 400);
    await here.carry(to);
    await to.update(A, { name: null });
    await to.setRetention(A, undefined);
    await to.remove(B);
    assert.equal(await here.carry(to), 0);
    assert.deepEqual([(await to.get(A))?.name, (await to.get(A))?.retentionDays, await to.get(B)], [undefined, undefined, undefined]);
    await nodes.run("DELETE FROM xz_devices");
    assert.equal(await here.carry(to), 2);
    assert.deepEqual(await to.retentions(), new Map([[A, 400]]));
    await forgetCarryOver(here.dir.path);
    await forgetCarryOver(here.dir.path);
    await here.from.update(B, { name: "Hall" });
    assert.equal(await here.carry(to), 2, "after a time without a server what was said meanwhile comes along");
    assert.equal((await to.get(B))?.name, "Hall");
    assert.equal(await here.carry(to, "another db"), 2);
  },
});

Deno.test({
  ignore,
  name: "two nodes carry hundreds of devices over at once, and none is lost or overwritten",
  async fn() {
    const ids = Array.from({ length: 400 }, (_, index) => `device-${String(index).padStart(3, "0")}`);
    await using first = await node(ids);
    await using second = await node(ids);
    await using there = await shared();
    await first.from.setRetention(ids[7]!, 30);
    await second.from.setRetention(ids[390]!, 60);
    const patiently = async (each: typeof first): Promise<void> => {
      // A deadlock is the database's word for try again, as the opening of the archive does.
      for (;;) {
        try {
          return void await each.carry(there.to);
        } catch (error) {
          assert.equal((error as { retryable?: boolean }).retryable, true);
        }
      }
    };
    await Promise.all([patiently(first), patiently(second)]);
    assert.deepEqual((await there.to.rows("", 1_000)).map((row) => row.device_id), ids);
    assert.deepEqual(await there.to.retentions(), new Map([[ids[7], 30], [ids[390], 60]]));
  },
});

Deno.test({
  ignore,
  name: "a device that the shared registry cannot hold is named and stays here, and the others arrive",
  async fn() {
    await using here = await node([A, B, C]);
    await using there = await shared();
    await here.from.update(B, { name: "x".repeat(600) });
    assert.equal(await here.carry(there.to), 2);
    assert.equal(await there.to.get(B), undefined);
    assert.match(here.log.messages("warning").join(), new RegExp(`Device ${B} cannot be carried over`));
    assert.equal((await here.from.get(B))?.name?.length, 600);
  },
});
