import assert from "node:assert/strict";
import { systemRandom } from "../../../base/random.ts";
import { cachedDeviceStore } from "../../../services/cache/device_cache.ts";
import { memoryTier } from "../../../services/cache/memory.ts";
import { tieredCache } from "../../../services/cache/tiered.ts";
import type { DeviceStore } from "../../../services/history/device_store.ts";
import { openSqliteHistory } from "../../../services/history/sqlite.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { silent } from "../redis/support.ts";
import { ROOMY } from "./nodes.ts";

Deno.test("memory and role of a device are read once, and what is saved or forgotten shows at once", async () => {
  await using dir = tempDir();
  const clock = new VirtualClock();
  await using sqlite = await openSqliteHistory({ dataDir: dir.path, clock });
  const reads: string[] = [];
  const counting = new Proxy<DeviceStore>(sqlite, {
    get: (target, name: keyof DeviceStore) => (...args: never[]) => {
      reads.push(name);
      return (target[name] as (...args: never[]) => unknown).apply(target, args);
    },
  });
  const cache = tieredCache({ tier: memoryTier(clock, ROOMY), random: systemRandom(), logger: silent, ttlMs: 1_800_000 });
  const store = cachedDeviceStore(counting, cache, 60_000);
  const twice = async <T>(read: () => Promise<T>): Promise<T> => {
    assert.deepEqual(await read(), await read());
    return await read();
  };
  assert.equal(await twice(() => store.memoryOf("a")), undefined);
  assert.equal(await twice(() => store.roleOf("a")), undefined);
  assert.deepEqual(reads.splice(0), ["memoryOf", "roleOf"]);
  const memory = { deviceId: "a", summary: "Likes tea", coversUntil: 5, version: 1 };
  assert.equal(await store.saveMemory(memory), true);
  assert.equal(await store.saveMemory(memory), false);
  assert.deepEqual(await twice(() => store.memoryOf("a")), memory);
  await store.saveRole("a", "teacher");
  assert.equal(await twice(() => store.roleOf("a")), "teacher");
  assert.equal(await store.forgetMemory("a", 10), true);
  assert.equal((await twice(() => store.memoryOf("a")))?.summary, "");
  await store.saveRole("a", undefined);
  assert.equal(await twice(() => store.roleOf("a")), undefined);
  assert.deepEqual(reads.filter((name) => name.endsWith("Of")), ["memoryOf", "roleOf", "memoryOf", "roleOf"]);
  await twice(() => store.usageOf("a", 0, 1));
  assert.equal(reads.filter((name) => name === "usageOf").length, 3);
});
