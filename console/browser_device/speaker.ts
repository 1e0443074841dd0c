/**
 * The browser's loudspeaker as a device's: takes packets, plays them from a jitter buffer, knows how loud it is.
 *
 * @module
 */

import { type CodecOptions, openDecoder } from "./codec.ts";
import { DOWNLINK_RATE } from "./format.ts";
import { type Output, scheduledOutput, workletOutput } from "./output.ts";
import type { OpenSpeaker, PlaybackStats } from "./ports.ts";
import { TroubleError } from "./trouble.ts";

/** Samples that the level is measured over: 43 ms. */
const LEVEL_SAMPLES = 2048;

/** Makes {@link OpenSpeaker} over the browser's sound. Rejects with a {@link TroubleError} `no_codec`. */
export function browserSpeaker(options: CodecOptions): OpenSpeaker {
  return async (volume, news) => {
    let context: AudioContext | undefined;
    try {
      context = new AudioContext({ sampleRate: DOWNLINK_RATE });
      const opened = context;
      const resumed = opened.resume();
      const output = await openOutput(opened, news);
      const decoder = await openDecoder(options, { done: (samples) => output.push(samples), failed: () => {} });
      const gain = opened.createGain();
      const meter = opened.createAnalyser();
      meter.fftSize = LEVEL_SAMPLES;
      output.node.connect(gain).connect(meter).connect(opened.destination);
      const setVolume = (to: number) => void (gain.gain.value = to / 100);
      setVolume(volume);
      await resumed;
      const samples = new Float32Array(LEVEL_SAMPLES);
      return {
        codec: decoder.kind,
        play: (packet) => decoder.decode(packet),
        flush: () => output.flush(),
        silent: () => decoder.pending === 0 && output.silent(),
        setVolume,
        level() {
          meter.getFloatTimeDomainData(samples);
          return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
        },
        close() {
          decoder.close();
          opened.close().catch(() => {});
        },
      };
    } catch (error) {
      context?.close().catch(() => {});
      throw new TroubleError("no_codec", "", error);
    }
  };
}

async function openOutput(context: AudioContext, news: (stats: PlaybackStats) => void): Promise<Output> {
  if (context.audioWorklet === undefined) return scheduledOutput(context, news);
  await context.audioWorklet.addModule(new URL("./playback_worklet.ts", import.meta.url));
  return workletOutput(context, news);
}
