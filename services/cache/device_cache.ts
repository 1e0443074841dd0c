/**
 * What is kept of devices, with its hot reads cached, which its own writes keep true.
 *
 * @module
 */

import { z } from "zod";
import type { DeviceMemory, DeviceStore } from "../history/device_store.ts";
import type { Cache } from "./cache.ts";
import { deviceKey, deviceTag } from "./keys.ts";

const memory = z.object({ deviceId: z.string(), summary: z.string(), coversUntil: z.number(), version: z.number() });

function parseMemory(value: unknown): DeviceMemory | undefined {
  return memory.safeParse(value).data;
}

function parseRole(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/**
 * A store that remembers memories and roles, and that there are none. For a store on another machine: one in this process is faster than any
 * cache. How much a device has used is never remembered, because a limit depends on it.
 */
export function cachedDeviceStore(store: DeviceStore, cache: Cache, absentTtlMs: number): DeviceStore {
  const changing = async <T>(deviceId: string, write: Promise<T>): Promise<T> => {
    try {
      return await write;
    } finally {
      await cache.invalidate([deviceTag(deviceId)]);
    }
  };
  return {
    memoryOf: (deviceId) =>
      cache.read<DeviceMemory | undefined>(
        deviceKey("memory", deviceId),
        { tags: [deviceTag(deviceId)], parse: parseMemory, absentTtlMs },
        () => store.memoryOf(deviceId),
      ),
    saveMemory: (memory) => changing(memory.deviceId, store.saveMemory(memory)),
    forgetMemory: (deviceId, at) => changing(deviceId, store.forgetMemory(deviceId, at)),
    roleOf: (deviceId) =>
      cache.read<string | undefined>(
        deviceKey("role", deviceId),
        { tags: [deviceTag(deviceId)], parse: parseRole, absentTtlMs },
        () => store.roleOf(deviceId),
      ),
    saveRole: (deviceId, role) => changing(deviceId, store.saveRole(deviceId, role)),
    usageOf: (deviceId, from, until) => store.usageOf(deviceId, from, until),
  };
}
