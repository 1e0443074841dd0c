/**
 * What every store of devices does, whatever it keeps its rows in.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { DeviceStore } from "../../../services/history/device_store.ts";
import type { TurnRecord } from "../../../services/history/store.ts";
import { type ContractOptions, turn } from "./contract.ts";

/** A store under test. */
export interface DeviceHarness extends AsyncDisposable {
  readonly store: DeviceStore;
  /** Commits a turn to the history that usage is counted from. */
  commit(turn: TurnRecord): Promise<void>;
}

const DEVICE = "aa:bb:cc:dd:ee:01";

/** Runs the contract over one kind of store. */
export function deviceContract(name: string, create: () => Promise<DeviceHarness>, { ignore = false }: ContractOptions = {}): void {
  const test = (says: string, body: (store: DeviceStore, harness: DeviceHarness) => Promise<void>) =>
    Deno.test({
      name: `${name}: ${says}`,
      ignore,
      fn: async () => {
        await using harness = await create();
        await body(harness.store, harness);
      },
    });
  const memory = (version: number, summary: string, coversUntil = 1000) => ({ deviceId: DEVICE, summary, coversUntil, version });

  test("a memory is read back as it was kept, for its device alone", async (store) => {
    assert.equal(await store.memoryOf(DEVICE), undefined);
    assert.equal(await store.saveMemory(memory(1, "她叫小雨。 She likes tea.")), true);
    assert.deepEqual(await store.memoryOf(DEVICE), memory(1, "她叫小雨。 She likes tea."));
    assert.equal(await store.memoryOf("another"), undefined);
  });

  test("a memory made from an older one than is kept is turned away", async (store) => {
    await store.saveMemory(memory(1, "first"));
    assert.equal(await store.saveMemory(memory(1, "also first")), false);
    assert.equal(await store.saveMemory(memory(3, "third")), false);
    assert.equal(await store.saveMemory(memory(2, "second", 2000)), true);
    assert.deepEqual(await store.memoryOf(DEVICE), memory(2, "second", 2000));
  });

  test("what is forgotten is gone, and what was being made from it is turned away", async (store) => {
    await store.saveMemory(memory(1, "first"));
    assert.equal(await store.forgetMemory(DEVICE, 5000), true);
    assert.equal(await store.saveMemory(memory(2, "made from the first")), false);
    const kept = await store.memoryOf(DEVICE);
    assert.deepEqual([kept?.summary, kept?.coversUntil], ["", 5000]);
    assert.equal(await store.forgetMemory(DEVICE, 4000), false);
    assert.equal((await store.memoryOf(DEVICE))?.coversUntil, 5000);
  });

  test("where nothing was remembered yet, forgetting keeps what was said before out of the first memory", async (store) => {
    assert.equal(await store.forgetMemory(DEVICE, 5000), false);
    assert.equal(await store.saveMemory(memory(1, "made meanwhile")), false);
    assert.equal((await store.memoryOf(DEVICE))?.coversUntil, 5000);
  });

  test("the role of a device is kept, changed and taken back", async (store) => {
    assert.equal(await store.roleOf(DEVICE), undefined);
    await store.saveRole(DEVICE, "teacher");
    await store.saveRole(DEVICE, "pirate");
    assert.equal(await store.roleOf(DEVICE), "pirate");
    assert.equal(await store.roleOf("another"), undefined);
    await store.saveRole(DEVICE, undefined);
    assert.equal(await store.roleOf(DEVICE), undefined);
  });

  test("usage counts answered questions and heard speech of the device within the time", async (store, { commit }) => {
    const heard = (n: number, change: Partial<TurnRecord> = {}) => commit(turn(n, { heardMs: 1000, ...change }));
    await heard(1);
    await heard(2, { outcome: "interrupted", source: "text" });
    await heard(3, { source: "wake" });
    await heard(4, { source: "say" });
    await heard(5, { outcome: "failed" });
    await heard(6, { outcome: "empty", heardMs: 0 });
    await heard(7, { deviceId: "another" });
    const at = (n: number) => turn(n).startedAt;
    assert.deepEqual(await store.usageOf(DEVICE, at(1), at(9)), { turns: 2, spokenMs: 4000 });
    assert.deepEqual(await store.usageOf(DEVICE, at(1), at(2)), { turns: 1, spokenMs: 1000 });
    assert.deepEqual(await store.usageOf(DEVICE, at(8), at(9)), { turns: 0, spokenMs: 0 });
  });
}
