/**
 * The session of `tests/recordings/stuck_in_recognizing.ndjson`: three questions, of which the recogniser never answers the second.
 *
 * Run as a program it prints the recording, to make the file again where the format of recordings has grown.
 *
 * @module
 */

import { RecorderHub } from "../../services/recorder/hub.ts";
import { print } from "../../tools/output.ts";
import { conversation } from "./conversation.ts";
import { fileOf } from "./recorded.ts";
import { VirtualClock } from "./virtual_clock.ts";

const DEVICE = "02:00:00:00:00:01";
/** Longer than any limit of a turn: the recogniser never answers, milliseconds. */
const NEVER_MS = 600_000;

/**
 * Silence of the microphone after which it counts as dead, milliseconds: longer than half of the limit of recognising, so that the device
 * says so once while it stands there.
 */
const SILENT_MIC_MS = 21_000;

/** Records that session with the charts of now, so that its transitions have the numbers that they have now; returns the file. */
export async function recordStuckTalk(): Promise<string> {
  const clock = new VirtualClock();
  const recorders = new RecorderHub({ clock, appVersion: "0.1.0" });
  await using talk = conversation({ clock, settings: { silentMicMs: SILENT_MIC_MS }, deps: { recorders } });
  const device = talk.connect(DEVICE);
  await device.hello();
  const ask = async (thenMs: number) => {
    device.listen();
    await device.say();
    await clock.advance(thenMs);
  };
  const { script } = talk.server;
  const answersAfterMs = script.hearsAfterMs;
  await ask(5_000);
  script.hearsAfterMs = NEVER_MS;
  await ask(46_000);
  script.hearsAfterMs = answersAfterMs;
  await ask(5_000);
  device.vanish();
  await clock.advance(0);
  return fileOf(recorders, DEVICE);
}

if (import.meta.main) print(await recordStuckTalk());
