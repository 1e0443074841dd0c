/**
 * Conversations that are recorded, and their replays.
 *
 * @module
 */

import assert from "node:assert/strict";
import { readRecording, type Recording } from "../../services/recorder/read.ts";
import { RecorderHub } from "../../services/recorder/hub.ts";
import type { ReplayReport } from "../../tools/replay/run.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** A hub whose rings hold a whole conversation. */
export function wholeRecorders(clock: VirtualClock, transcripts = false): RecorderHub {
  return new RecorderHub({ clock, appVersion: "0", records: 200_000, bytes: 200_000_000, transcripts });
}

/** The recording of a device as a file. */
export function fileOf(hub: RecorderHub, deviceId = "aa:bb:cc:dd:ee:ff"): string {
  return [...hub.get(deviceId)?.lines() ?? []].map((line) => `${line}\n`).join("");
}

/** The recording of a device as it is read from a file. */
export function recordingOf(hub: RecorderHub, deviceId?: string): Recording {
  return readRecording(fileOf(hub, deviceId));
}

/** Fails where a recording did not replay to the same path, or was not replayed. */
export function assertSame(report: ReplayReport): void {
  for (const { difference, skipped } of report.sessions) {
    assert.deepEqual({ difference, skipped }, { difference: undefined, skipped: undefined });
  }
  assert.notEqual(report.sessions.length, 0, "nothing was replayed");
}
