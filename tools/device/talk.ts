/**
 * One turn after the other, as a person at the device would have them.
 *
 * @module
 */

import type { ListenMode } from "../../protocol/mod.ts";
import type { VirtualDevice } from "./device.ts";
import { DeviceError } from "./errors.ts";

/** What is said, and how often. */
export interface TalkOptions {
  readonly mode: ListenMode;
  readonly turns: number;
  /** Longest wait for the answer, milliseconds. */
  readonly timeoutMs: number;
  /** Speech as packets, or text. */
  readonly words: { readonly packets: readonly Uint8Array<ArrayBuffer>[] } | { readonly text: string };
}

/**
 * Has the conversation.
 *
 * @throws DeviceError `wait_timeout`, `connection_lost`, or what opening the channel throws.
 */
export async function talk(device: VirtualDevice, options: TalkOptions): Promise<void> {
  for (let turn = 1; turn <= options.turns; turn++) {
    const answered = device.turns.filter((past) => past.ttsStopAt !== undefined).length;
    if ("text" in options.words) await device.typeText(options.words.text);
    else await say(device, options.mode, options.words.packets);
    await answer(device, answered, options.timeoutMs);
  }
}

async function say(device: VirtualDevice, mode: ListenMode, packets: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
  if (mode === "manual") await device.pressTalk();
  else if (device.state === "idle") await device.pressToggle();
  await device.waitFor(() => device.microphoneOn, { name: "its microphone" });
  await device.speak(packets);
  if (mode === "manual") await device.releaseTalk();
}

async function answer(device: VirtualDevice, answered: number, timeoutMs: number): Promise<void> {
  const stopped = () => device.turns.filter((turn) => turn.ttsStopAt !== undefined).length > answered;
  await device.waitFor(() => stopped() || !device.connected, { timeoutMs, name: "the end of the answer" });
  // A server may close instead of saying tts stop when it says goodbye; what is queued still plays.
  if (!stopped() && device.turns.at(-1)?.firstFrameAt === undefined) {
    throw new DeviceError("Server closed the connection before it answered", { code: "connection_lost" });
  }
  await device.waitFor(() => device.silent, { timeoutMs, name: "the end of playback" });
}
