/**
 * Devices that take their audio more slowly than it is spoken: they are told, and when that goes on, disconnected.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock, TimerId } from "../base/clock.ts";
import { encodeMessage } from "../protocol/mod.ts";
import type { Config } from "../services/config/mod.ts";
import type { LoadCounters } from "../services/load/counters.ts";
import { CLOSE_CODE } from "./transport/limits.ts";
import type { AcceptDevice } from "./transport/transport.ts";

type Link = Parameters<AcceptDevice>[0];

/** What {@link watchSlowClients} needs. */
export interface SlowClientsOptions {
  readonly clock: Clock;
  /** Section `load`, as it is now. */
  readonly limits: () => Pick<Config["load"], "slowNoticeMs" | "slowCloseMs">;
  readonly counters: LoadCounters;
  readonly logger: Logger;
}

/** Milliseconds between two looks at all devices. */
const LOOK_MS = 500;

/** Bytes that may always wait: a third of a second of speech. A reply holds its audio back when 2,048 wait, so more than this stays long. */
const SLOW_BYTES = 1024;

/** What a device that is slow shows, as far as it still gets it. */
const NOTICE = { type: "alert", status: "网络 Network", message: "网络太慢 The network is slow", emotion: "sad" } as const;

interface Watched {
  readonly link: Link;
  readonly deviceId: string;
  /** Since when it is slow. */
  since: number | undefined;
  told: boolean;
}

/** Accepts devices as `accept` does, and watches their sockets. One timer watches all of them, and none while there are none. */
export function watchSlowClients(accept: AcceptDevice, { clock, limits, counters, logger }: SlowClientsOptions): AcceptDevice {
  const all = new Map<string, Watched>();
  let timer: TimerId | undefined;
  const look = (watched: Watched, now: number) => {
    const { link, deviceId } = watched;
    const waiting = link.bufferedAmount();
    if (waiting <= SLOW_BYTES) {
      watched.since = undefined;
      watched.told = false;
      return;
    }
    const slowMs = now - (watched.since ??= now);
    const { slowNoticeMs, slowCloseMs } = limits();
    if (slowMs >= slowCloseMs) {
      counters.slow("closed");
      logger.warn("Device {deviceId} took its audio too slowly for {slowMs} ms and is disconnected", { deviceId, slowMs, waiting });
      link.close(CLOSE_CODE.policy, "The client does not read");
    } else if (slowMs >= slowNoticeMs && !watched.told) {
      watched.told = true;
      counters.slow("noticed");
      logger.warn("Device {deviceId} takes its audio too slowly: {waiting} bytes wait", { deviceId, waiting });
      link.sendText(encodeMessage(NOTICE));
    }
  };
  const arm = () => {
    timer ??= clock.setTimeout(() => {
      timer = undefined;
      const now = clock.now();
      for (const watched of [...all.values()]) look(watched, now);
      if (all.size > 0) arm();
    }, LOOK_MS);
  };
  return (link, identity) => {
    const handlers = accept(link, identity);
    const { connectionId } = link;
    all.set(connectionId, { link, deviceId: identity.deviceId, since: undefined, told: false });
    arm();
    return {
      ...handlers,
      onClosed(info) {
        all.delete(connectionId);
        if (all.size === 0 && timer !== undefined) {
          clock.clearTimeout(timer);
          timer = undefined;
        }
        handlers.onClosed(info);
      },
    };
  };
}
