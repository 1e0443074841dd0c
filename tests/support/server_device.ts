/**
 * Strict virtual devices at a real server: they ask its OTA address where to connect, as devices do, and reach it over TCP.
 *
 * @module
 */

import assert from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import type { DeliveryStatus } from "../../actors/delivery/status.ts";
import type { DeviceStatus } from "../../actors/device/status.ts";
import { askOta, type OtaAnswer } from "../../tools/device/ota_client.ts";
import { FIRMWARE_PROFILES, VirtualDevice, type VirtualDeviceOptions, webSocketClient } from "../../tools/device/mod.ts";
import { ViolationLog } from "../../tools/device/violations.ts";
import type { ServerProcess } from "./server_process.ts";

/** How long a machine with other work may take for one step of a conversation, milliseconds. */
export const PATIENCE_MS = 30_000;

/** What may differ between devices. */
export interface ServerDeviceOptions extends Partial<Pick<VirtualDeviceOptions, "mode" | "decoder" | "aec" | "log">> {
  /** The last byte of its MAC address; 1 unless told. */
  readonly number?: number;
}

/** Who a device with this number is. */
export function identityOf(number: number): { readonly deviceId: string; readonly clientId: string } {
  const hex = number.toString(16).padStart(2, "0");
  return { deviceId: `02:00:00:00:00:${hex}`, clientId: `00000000-0000-4000-8000-0000000000${hex}` };
}

/** Asks the OTA address of a server as the device with this number does, and fails where the answer would hurt a device. */
export async function askServer(server: Pick<ServerProcess, "url">, number = 1): Promise<OtaAnswer> {
  const violations = new ViolationLog(systemClock());
  const url = `${server.url}/xiaozhi/ota/`;
  const answer = await askOta({ url, profile: FIRMWARE_PROFILES["2.4"], identity: identityOf(number), violations, fetch });
  assert.deepEqual(violations.violations, []);
  return answer;
}

/** A device that has asked the OTA address and not connected yet. */
export async function deviceOf(server: Pick<ServerProcess, "url">, options: ServerDeviceOptions = {}): Promise<VirtualDevice> {
  const { number = 1, mode = "auto", ...others } = options;
  const clock = systemClock();
  return new VirtualDevice({
    profile: "2.4",
    mode,
    identity: identityOf(number),
    clock,
    openSocket: webSocketClient({ clock }),
    server: await askServer(server, number),
    ...others,
  });
}

/** What the server says of itself. */
export interface ServerStatus {
  readonly draining: boolean;
  readonly sockets: { readonly transport: string; readonly opening: number; readonly open: number; readonly pendingClose: number };
  readonly devices: readonly DeviceStatus[];
  readonly delivery: DeliveryStatus;
}

/** Asks the server from its own machine. */
export async function statusOf(server: Pick<ServerProcess, "url">): Promise<ServerStatus> {
  const response = await fetch(`${server.url}/api/status`);
  if (response.status !== 200) throw new Error(`Status ${response.status}: ${await response.text()}`);
  return await response.json();
}

/** Asks again and again until the answer is as wanted. */
export async function untilStatus(
  server: Pick<ServerProcess, "url">,
  wanted: (status: ServerStatus) => boolean,
  name: string,
): Promise<ServerStatus> {
  return await eventually(name, async () => {
    const status = await statusOf(server);
    return { ok: wanted(status), value: status };
  });
}

/** Between two looks at something that cannot tell of its change, milliseconds. */
const LOOK_MS = 20;

/** Looks again and again until `look` finds what it looks for. */
export async function eventually<T>(name: string, look: () => Promise<{ ok: boolean; value: T }>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { ok, value } = await look();
    if (ok) return value;
    if (performance.now() > deadline) throw new Error(`Waited ${PATIENCE_MS} ms for ${name}, and there is ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** What `waited` resolves to; rejects where that takes too long, so that a test fails instead of hanging. */
export async function within<T>(name: string, waited: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Waited ${PATIENCE_MS} ms for ${name}`)), PATIENCE_MS);
  try {
    return await Promise.race([waited, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until a device's answer number `count` (1 is the first) has been said and has played out. */
export async function untilAnswered(device: VirtualDevice, count: number): Promise<void> {
  const answered = () => device.turns.filter((turn) => turn.ttsStopAt !== undefined).length;
  await device.waitFor(() => answered() >= count && device.silent, { timeoutMs: PATIENCE_MS, name: `the end of answer ${count}` });
}
