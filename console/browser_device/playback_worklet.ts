/**
 * The loudspeaker's end on the thread of sound: plays from the jitter buffer and says how it goes.
 *
 * @module
 */

import { JitterBuffer } from "./jitter_buffer.ts";
import type { PlaybackReport, PlaybackRequest } from "./output.ts";

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** Between two reports while something is played, milliseconds: often enough for a display, rare for a thread of sound. */
const REPORT_MS = 100;

class Playback extends AudioWorkletProcessor {
  readonly #buffer = new JitterBuffer(sampleRate);
  #taken = 0;
  #reported = 0;
  #wasEmpty = true;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<PlaybackRequest>) => {
      if (data === "flush") {
        this.#buffer.flush();
      } else {
        this.#taken++;
        this.#wasEmpty = false;
        this.#buffer.push(data);
      }
    };
  }

  process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    const [channel] = output ?? [];
    if (channel === undefined) return true;
    this.#buffer.pull(channel);
    this.#reported += channel.length;
    const empty = this.#buffer.length === 0;
    const due = !empty && this.#reported >= (sampleRate * REPORT_MS) / 1000;
    if (due || (empty && !this.#wasEmpty)) this.#report();
    this.#wasEmpty = empty;
    return true;
  }

  #report(): void {
    this.#reported = 0;
    const { length, underruns, dropped, played } = this.#buffer;
    const ms = (samples: number) => Math.round((samples * 1000) / sampleRate);
    const report: PlaybackReport = {
      taken: this.#taken,
      bufferedMs: ms(length),
      playedMs: ms(played),
      droppedMs: ms(dropped),
      underruns,
    };
    this.port.postMessage(report);
  }
}

registerProcessor("playback", Playback);
