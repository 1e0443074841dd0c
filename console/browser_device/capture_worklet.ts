/**
 * The microphone's end on the thread of sound: posts frames of 60 ms. A file of its own, because browsers load it as one.
 *
 * @module
 */

import { MicFrames } from "./mic_frames.ts";

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

class Capture extends AudioWorkletProcessor {
  readonly #frames = new MicFrames(sampleRate);

  process([input]: Float32Array[][]): boolean {
    const channel = input?.[0];
    if (channel !== undefined) this.#frames.push(channel, (frame) => this.port.postMessage(frame, [frame.buffer]));
    return true;
  }
}

registerProcessor("capture", Capture);
