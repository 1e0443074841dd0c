/**
 * When the chart's own watchdog ends each state: whoever finds a device in it for longer has found a fault.
 *
 * @module
 */

import { PERSISTING_LIMIT_MS, PREPARING_LIMIT_MS, RECOGNIZING_LIMIT_MS, VAD_GRACE_MS } from "./limits.ts";
import type { DeviceSettings } from "./settings.ts";

/**
 * The watchdog of speaking watches progress and lets a reply be as long as it likes. Longer than this, milliseconds, nobody listens to one.
 */
const LONGEST_REPLY_MS = 15 * 60_000;

/** Settings that watchdogs depend on. */
export type WatchdogSettings =
  & Pick<
    DeviceSettings,
    "helloTimeoutMs" | "idleTimeoutMs" | "policyWaitMs" | "thinkingLimitMs" | "speakingStallMs"
  >
  & { readonly uplink: { readonly maxUtteranceMs: number } };

/** Milliseconds after which each state, as `DeviceStatus.state` names it, is left at the latest; 0 for those that are left at once. */
export function watchdogs(settings: WatchdogSettings): Readonly<Record<string, number>> {
  const { helloTimeoutMs, idleTimeoutMs, policyWaitMs, thinkingLimitMs, speakingStallMs, uplink } = settings;
  return {
    connecting: helloTimeoutMs,
    preparing: PREPARING_LIMIT_MS,
    deciding: 0,
    idle: idleTimeoutMs,
    listening: idleTimeoutMs,
    vad: uplink.maxUtteranceMs + VAD_GRACE_MS,
    recognizing: RECOGNIZING_LIMIT_MS + policyWaitMs,
    thinking: thinkingLimitMs,
    speaking: LONGEST_REPLY_MS + speakingStallMs,
    persisting: PERSISTING_LIMIT_MS,
    closing: 0,
    closed: 0,
  };
}
