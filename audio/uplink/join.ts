/**
 * Two utterances that turned out to be one.
 *
 * @module
 */

import { packetSamples } from "../toc.ts";
import type { Utterance } from "../types.ts";

/**
 * The utterance that consists of `first` and then `second`: the person paused for longer than the endpoint allows and went on. A packet that
 * the endpoint cut belongs to both, and is taken once.
 */
export function joinUtterances(first: Utterance, second: Utterance): Utterance {
  const shared = sharedSamples(first, second);
  return {
    sampleRate: first.sampleRate,
    durationMs: first.durationMs + second.durationMs - 1000 * shared / first.sampleRate,
    speechMs: first.speechMs + second.speechMs,
    trailingSilenceMs: second.trailingSilenceMs,
    end: second.end,
    packets: [...first.packets, ...second.packets.slice(shared > 0 ? 1 : 0)],
    pcm: () => {
      const [head, tail] = [first.pcm(), second.pcm().subarray(shared)];
      const joined = new Int16Array(head.length + tail.length);
      joined.set(head);
      joined.set(tail, head.length);
      return joined;
    },
  };
}

/** Length of the packet that ends `first` and begins `second`; 0 where each has its own. */
function sharedSamples(first: Utterance, second: Utterance): number {
  const packet = second.packets[0];
  return packet !== undefined && packet === first.packets.at(-1) ? packetSamples(packet, second.sampleRate) : 0;
}
