/**
 * What is kept of devices, in memory, for tests that look into it.
 *
 * @module
 */

import type { DeviceMemory, DeviceStore } from "../../services/history/device_store.ts";
import type { TurnRecord } from "../../services/history/store.ts";

/** A store over `turns`, which its owner fills. */
export interface FakeDeviceStore extends DeviceStore {
  readonly memories: Map<string, DeviceMemory>;
  readonly roles: Map<string, string>;
  /** Asked before each count of what was used; may throw. */
  onUsage: () => void;
}

/** A store in memory. */
export function fakeDeviceStore(turns: readonly TurnRecord[] = []): FakeDeviceStore {
  const store: FakeDeviceStore = {
    memories: new Map(),
    roles: new Map(),
    onUsage: () => {},
    memoryOf: (deviceId) => Promise.resolve(store.memories.get(deviceId)),
    saveMemory: (memory) => {
      const isNext = memory.version === (store.memories.get(memory.deviceId)?.version ?? 0) + 1;
      if (isNext) store.memories.set(memory.deviceId, memory);
      return Promise.resolve(isNext);
    },
    forgetMemory: (deviceId, at) => {
      const before = store.memories.get(deviceId);
      const coversUntil = Math.max(before?.coversUntil ?? at, at);
      store.memories.set(deviceId, { deviceId, summary: "", coversUntil, version: (before?.version ?? 0) + 1 });
      return Promise.resolve((before?.summary ?? "") !== "");
    },
    roleOf: (deviceId) => Promise.resolve(store.roles.get(deviceId)),
    saveRole: (deviceId, role) => {
      if (role === undefined) store.roles.delete(deviceId);
      else store.roles.set(deviceId, role);
      return Promise.resolve();
    },
    // deno-lint-ignore require-await -- async so that what `onUsage` throws is a rejection
    usageOf: async (deviceId, from, until) => {
      store.onUsage();
      const within = turns.filter((turn) => turn.deviceId === deviceId && turn.startedAt >= from && turn.startedAt < until);
      return {
        turns:
          within.filter(({ source, outcome }) =>
            (source === "speech" || source === "text") && (outcome === "completed" || outcome === "interrupted")
          ).length,
        spokenMs: within.filter(({ source }) => source !== "say").reduce((sum, { heardMs }) => sum + heardMs, 0),
      };
    },
  };
  return store;
}
