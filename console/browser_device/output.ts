/**
 * Two ways of playing samples: from the jitter buffer on the thread of sound, and, on pages that browsers do not call secure and that have no
 * such thread, piece by piece on the context's own clock.
 *
 * @module
 */

import { PREFILL_MS } from "./jitter_buffer.ts";
import type { PlaybackStats } from "./ports.ts";

/** What the thread of sound is told: samples, or to throw away what waits. */
export type PlaybackRequest = Float32Array<ArrayBuffer> | "flush";

/** What it says. */
export interface PlaybackReport extends PlaybackStats {
  /** Pieces that it has taken so far. */
  readonly taken: number;
}

/** Plays samples of the context's rate. */
export interface Output {
  readonly node: AudioNode;
  push(samples: Float32Array<ArrayBuffer>): void;
  /** Throws away what waits. */
  flush(): void;
  /** Whether all of it has been played. */
  silent(): boolean;
}

/** Hears of each change. */
export type OutputNews = (stats: PlaybackStats) => void;

/** Plays through the worklet that the context has loaded. */
export function workletOutput(context: AudioContext, news: OutputNews): Output {
  const node = new AudioWorkletNode(context, "playback", { numberOfInputs: 0, outputChannelCount: [1] });
  let given = 0;
  let last: PlaybackReport = { taken: 0, bufferedMs: 0, playedMs: 0, droppedMs: 0, underruns: 0 };
  node.port.onmessage = ({ data }: MessageEvent<PlaybackReport>) => news(last = data);
  const tell = (request: PlaybackRequest) => node.port.postMessage(request, request === "flush" ? [] : [request.buffer]);
  return {
    node,
    push(samples) {
      given++;
      tell(samples);
    },
    flush: () => tell("flush"),
    silent: () => last.taken === given && last.bufferedMs === 0,
  };
}

/** Plays without the worklet. */
export function scheduledOutput(context: AudioContext, news: OutputNews): Output {
  const node = context.createGain();
  const playing = new Set<AudioBufferSourceNode>();
  let nextAt = 0;
  let underruns = 0;
  let playedMs = 0;
  let fresh = true;
  const tell = () => {
    const bufferedMs = Math.max(0, Math.round((nextAt - context.currentTime) * 1000));
    news({ bufferedMs: playing.size === 0 ? 0 : bufferedMs, playedMs: Math.round(playedMs), droppedMs: 0, underruns });
  };
  return {
    node,
    push(samples) {
      const buffer = context.createBuffer(1, samples.length, context.sampleRate);
      buffer.copyToChannel(samples, 0);
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(node);
      if (nextAt < context.currentTime) {
        if (!fresh) underruns++;
        nextAt = context.currentTime + PREFILL_MS / 1000;
      }
      fresh = false;
      playing.add(source);
      source.onended = () => {
        if (!playing.delete(source)) return;
        playedMs += buffer.duration * 1000;
        tell();
      };
      source.start(nextAt);
      nextAt += buffer.duration;
    },
    flush() {
      const stopped = [...playing];
      playing.clear();
      stopped.forEach((source) => source.stop());
      nextAt = 0;
      fresh = true;
      tell();
    },
    silent: () => playing.size === 0,
  };
}
