/**
 * A device that talks and is recorded, on a clock of its own: for pages that show what it does.
 *
 * @module
 */

import { systemClock } from "../../base/clock.ts";
import { RecorderHub } from "../../services/recorder/hub.ts";
import { type Conversation, conversation, type ScriptedDevice } from "../support/conversation.ts";
import { VirtualClock } from "../support/virtual_clock.ts";

/** How long ago it begins, milliseconds: longer than what is played. */
const BEGAN_MS = 30_000;

/** A conversation and its recording. */
export interface SampleTalk extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly recorders: RecorderHub;
  readonly talk: Conversation;
  /** Connects the device. */
  connect(): ScriptedDevice;
}

/** What may be different. */
export interface SampleTalkOptions {
  readonly transcripts?: boolean;
  /** Of the ring. */
  readonly records?: number;
}

/** A device that is not connected yet. */
export function sampleTalk(
  deviceId: string,
  { transcripts = false, records = 2_048 }: SampleTalkOptions = {},
): SampleTalk {
  const clock = new VirtualClock(systemClock().wall() - BEGAN_MS);
  const recorders = new RecorderHub({ clock, appVersion: "0.1.0", transcripts, records });
  const talk = conversation({ clock, deps: { recorders } });
  return {
    clock,
    recorders,
    talk,
    connect: () => talk.connect(deviceId),
    [Symbol.asyncDispose]: () => talk[Symbol.asyncDispose](),
  };
}

/** Has it talk: a question and its answer, an announcement refused, and a question whose answer is being said. */
export async function playSample({ connect, clock, talk }: SampleTalk): Promise<ScriptedDevice> {
  const { script } = talk.server;
  const device = connect();
  await device.hello({ mcp: true });
  device.send({ type: "listen", state: "stop" });
  device.listen("auto");
  await device.record("silence", 600);
  script.hears = ["what is the capital of France", "and of Italy", "tell me a story"];
  script.hearsAfterMs = 240;
  script.saysAfterMs = 180;
  for (let turn = 0; turn < 2; turn++) {
    await device.say(1_200);
    await clock.advance(3_000);
    device.listen("auto");
  }
  script.speaksForMs = () => 20_000;
  await device.say(1_500);
  await clock.advance(2_000);
  return device;
}
