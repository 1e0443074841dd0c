/**
 * Tells the registry of devices who comes by: at OTA, with a connection, and when it ends.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { DeviceRegistry } from "../services/devices/registry.ts";
import type { SeenDevice } from "./ota.ts";
import type { AcceptDevice } from "./transport/transport.ts";

/** The same acceptance, with the registry told of each connection and of its end. */
export function noteConnections(accept: AcceptDevice, registry: Pick<DeviceRegistry, "note">, clock: Clock): AcceptDevice {
  return (link, identity) => {
    const note = () => registry.note({ deviceId: identity.deviceId, clientId: identity.clientId, seenAt: clock.wall() });
    note();
    const handlers = accept(link, identity);
    return {
      onText: (text) => handlers.onText(text),
      onBinary: (data) => handlers.onBinary(data),
      onClosed: (info) => {
        note();
        handlers.onClosed(info);
      },
    };
  };
}

/** Tells the registry of a device that OTA answered. */
export function noteSeen(registry: Pick<DeviceRegistry, "note">): (device: SeenDevice) => void {
  return ({ deviceId, clientId, seenAt, board, version, language }) =>
    registry.note({
      deviceId,
      clientId,
      seenAt,
      ...(board === undefined ? {} : { board }),
      ...(version === undefined ? {} : { firmware: version }),
      ...(language === undefined ? {} : { language }),
    });
}
