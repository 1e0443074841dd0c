import assert from "node:assert/strict";
import { DailyUsage } from "../../../services/history/daily_usage.ts";
import type { TurnRecord } from "../../../services/history/store.ts";
import { fakeDeviceStore } from "../../support/fake_device_store.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { turn } from "./contract.ts";

const DEVICE = turn(1).deviceId;
const HOUR_MS = 3_600_000;

function day(startHourUtc = 0) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1, startHourUtc));
  const turns: TurnRecord[] = [];
  const store = fakeDeviceStore(turns);
  const usage = new DailyUsage({ clock, timezone: "Asia/Shanghai", store });
  let n = 0;
  const commit = async (change: Partial<TurnRecord> = {}) => {
    const record = turn(++n, { startedAt: clock.wall(), heardMs: 1000, ...change });
    turns.push(record);
    await usage.add(record);
  };
  return { clock, turns, store, usage, commit };
}

Deno.test("usage goes on after a start from what the history holds, and is then counted without asking it again", async () => {
  const { usage, commit, store } = day();
  await commit();
  await commit({ source: "say" });
  assert.deepEqual(await usage.of(DEVICE), { turns: 1, spokenMs: 1000 });
  store.onUsage = () => assert.fail("the history is asked again");
  await commit();
  await commit({ source: "say" });
  await commit({ source: "wake" });
  await commit({ outcome: "failed", heardMs: 500 });
  assert.deepEqual(await usage.of(DEVICE), { turns: 2, spokenMs: 3500 });
  assert.deepEqual(await store.usageOf.call(store, "another", 0, 1).catch(() => "asked"), "asked");
});

Deno.test("the count begins anew at midnight of the zone, and a turn that began before it is yesterday's", async () => {
  const { clock, usage, commit } = day(15);
  await usage.of(DEVICE);
  await commit();
  await clock.advance(HOUR_MS - 1000);
  assert.equal((await usage.of(DEVICE)).turns, 1);
  const startedAt = clock.wall();
  await clock.advance(1000);
  assert.deepEqual(await usage.of(DEVICE), { turns: 0, spokenMs: 0 });
  await commit({ startedAt });
  assert.deepEqual(await usage.of(DEVICE), { turns: 0, spokenMs: 0 });
});

Deno.test("a history that cannot be read is asked again the next time", async () => {
  const { usage, store } = day();
  store.onUsage = () => {
    throw new Error("locked");
  };
  await assert.rejects(usage.of(DEVICE), /locked/);
  store.onUsage = () => {};
  assert.deepEqual(await usage.of(DEVICE), { turns: 0, spokenMs: 0 });
});
