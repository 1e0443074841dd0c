/**
 * The browser's microphone as a device's: frames of 60 ms, 16 kHz, one channel.
 *
 * @module
 */

import type { Microphone } from "./ports.ts";
import { microphoneTrouble, TroubleError } from "./trouble.ts";

/** What a person who speaks to a loudspeaker's device needs: that it does not hear itself. */
const CONSTRAINTS: MediaStreamConstraints = {
  audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};

/**
 * Asks for the microphone and begins to listen, closed.
 *
 * @throws {TroubleError} `insecure`, `no_media`, `denied`, `no_microphone`, `microphone_busy`.
 */
export async function openMicrophone(take: (frame: Int16Array<ArrayBuffer>) => void): Promise<Microphone> {
  if (!isSecureContext) throw new TroubleError("insecure");
  if (navigator.mediaDevices === undefined || typeof AudioWorkletNode === "undefined") throw new TroubleError("no_media");
  let stream: MediaStream | undefined;
  let context: AudioContext | undefined;
  const close = () => {
    stream?.getTracks().forEach((track) => track.stop());
    context?.close().catch(() => {});
  };
  try {
    stream = await navigator.mediaDevices.getUserMedia(CONSTRAINTS);
    context = new AudioContext();
    await context.audioWorklet.addModule(new URL("./capture_worklet.ts", import.meta.url));
    const source = context.createMediaStreamSource(stream);
    const node = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0 });
    source.connect(node);
    await context.resume();
    const microphone = { open: false, close };
    node.port.onmessage = ({ data }: MessageEvent<Int16Array<ArrayBuffer>>) => {
      if (microphone.open) take(data);
    };
    return microphone;
  } catch (error) {
    close();
    throw error instanceof TroubleError ? error : new TroubleError(microphoneTrouble(error), "", error);
  }
}
