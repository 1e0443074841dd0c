/**
 * The world of a device chart in which nothing happens, for measuring the chart alone.
 *
 * @module
 */

import type { DevicePorts } from "../../actors/device/ports.ts";
import { Turn } from "../../actors/device/turn.ts";
import type { Clock } from "../../base/clock.ts";

/** Ports that do nothing; every stage is done at once. */
export function idlePorts(clock: Clock, note: DevicePorts["note"]): DevicePorts {
  const nothing = () => {};
  const done = () => Promise.resolve();
  return {
    prepare: done,
    welcome: nothing,
    openMic: nothing,
    resumeMic: nothing,
    closeMic: nothing,
    endSpeech: nothing,
    newTurn: (source) => new Turn({ turnId: "01KDZ000000000000000000001", sessionId: "bench", deviceId: "bench", source, clock }),
    speculate: nothing,
    forgetSpeculation: nothing,
    recognize: done,
    isFarewell: () => false,
    startReply: () => ({ [Symbol.dispose]: nothing }),
    holdReply: nothing,
    resumeReply: nothing,
    finishSentence: nothing,
    quiet: nothing,
    isStuck: () => false,
    persist: done,
    closeLink: nothing,
    idleInMs: () => 60_000,
    touch: nothing,
    note,
    report: nothing,
  };
}
