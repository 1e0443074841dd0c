import assert from "node:assert/strict";
import { openSqliteHistory } from "../../../services/history/sqlite.ts";
import type { TurnRecord } from "../../../services/history/store.ts";
import { fakeDeviceStore } from "../../support/fake_device_store.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { draft } from "./contract.ts";
import { deviceContract } from "./device_contract.ts";

deviceContract("SQLite", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "devices-" });
  const store = await openSqliteHistory({ dataDir, clock: new VirtualClock() });
  return {
    store,
    commit: (turn) => store.commitTurn(turn),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
});

deviceContract("the fake of the tests", () => {
  const turns: TurnRecord[] = [];
  return Promise.resolve({
    store: fakeDeviceStore(turns),
    commit: (turn) => Promise.resolve(void turns.push(turn)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

Deno.test("a draft is not counted, and memory and role outlive the process", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "devices-" });
  const clock = new VirtualClock();
  const { deviceId, startedAt } = draft(1);
  {
    await using store = await openSqliteHistory({ dataDir, clock });
    await store.draftTurn(draft(1));
    assert.deepEqual(await store.usageOf(deviceId, 0, startedAt + 1), { turns: 0, spokenMs: 0 });
    await store.saveMemory({ deviceId, summary: "tea", coversUntil: 1, version: 1 });
    await store.saveRole(deviceId, "pirate");
  }
  {
    await using store = await openSqliteHistory({ dataDir, clock });
    assert.equal((await store.memoryOf(deviceId))?.summary, "tea");
    assert.equal(await store.roleOf(deviceId), "pirate");
  }
  await Deno.remove(dataDir, { recursive: true });
});
