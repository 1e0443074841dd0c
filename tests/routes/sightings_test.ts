import assert from "node:assert/strict";
import type { DeviceLink } from "../../actors/device/link.ts";
import { noteConnections, noteSeen } from "../../routes/sightings.ts";
import type { LinkHandlers } from "../../routes/transport/transport.ts";
import type { DeviceSighting } from "../../services/devices/registry.ts";
import { VirtualClock } from "../support/virtual_clock.ts";
import { startApp } from "./app_fixture.ts";

Deno.test("the registry hears of a connection and of its end, and the device is served as before", async () => {
  const heard: DeviceSighting[] = [];
  const passed: unknown[] = [];
  const clock = new VirtualClock(1000);
  const handlers: LinkHandlers = {
    onText: (text) => void passed.push(text),
    onBinary: (data) => void passed.push(data.length),
    onClosed: (info) => void passed.push(info.code),
  };
  const accept = noteConnections(() => handlers, { note: (sighting) => void heard.push(sighting) }, clock);
  const noted = accept({} as DeviceLink, { deviceId: "aa", clientId: "c", protocolVersion: 1, remoteAddress: "127.0.0.1" });
  noted.onText("hello");
  noted.onBinary(new Uint8Array(3));
  await clock.advance(500);
  noted.onClosed({ code: 1000, reason: "", byUs: false });
  assert.deepEqual(passed, ["hello", 3, 1000]);
  assert.deepEqual(heard, [{ deviceId: "aa", clientId: "c", seenAt: 1000 }, { deviceId: "aa", clientId: "c", seenAt: 1500 }]);
});

Deno.test("the registry hears at OTA what the device says of itself", async () => {
  const heard: DeviceSighting[] = [];
  const clock = new VirtualClock(1000);
  await using app = startApp({ deps: { clock, onDeviceSeen: noteSeen({ note: (sighting) => void heard.push(sighting) }) } });
  const response = await fetch(`${app.base}/xiaozhi/ota/`, {
    method: "POST",
    headers: { "device-id": "AA:BB:CC:DD:EE:FF", "client-id": "c" },
    body: JSON.stringify({ language: "zh-CN", application: { version: "1.8.2" }, board: { type: "bread-compact-wifi" } }),
  });
  await response.body?.cancel();
  const expected = {
    deviceId: "aa:bb:cc:dd:ee:ff",
    clientId: "c",
    seenAt: 1000,
    board: "bread-compact-wifi",
    firmware: "1.8.2",
    language: "zh-CN",
  };
  assert.deepEqual(heard, [expected]);
});
