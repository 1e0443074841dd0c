/**
 * Opus packets of any duration turned into packets of one duration without loss: frames of one configuration are regrouped as RFC 6716
 * section 3.2 allows. A decoder makes the same sound of them, bit for bit, except where the sound is so loud that a decoder to 16 bit
 * softens its peaks: it does that packet by packet.
 *
 * @module
 */

import { AudioError } from "../errors.ts";
import { joinFrames, splitFrames } from "./packet_frames.ts";

/** Why a stretch cannot be regrouped without loss. */
export type RecutReason =
  /** Frames of different mode, bandwidth or length fall into one packet. */
  | "config_change"
  /** Frames do not end where a packet must end, such as 40 ms frames in 60 ms packets. */
  | "duration"
  /** Two channels; devices are made for one. */
  | "stereo"
  /** The stream ended in the middle of a packet. */
  | "unfinished";

/** A packet that needs no more work, or packets that somebody must decode and encode again. */
export type Repacketized =
  | { readonly kind: "ready"; readonly packet: Uint8Array<ArrayBuffer> }
  | {
    readonly kind: "recut";
    /** Packets of one frame each. Stretches of one run follow each other without a gap in the sound. */
    readonly packets: readonly Uint8Array<ArrayBuffer>[];
    /** The packet before them, when it was a ready one: a decoder that begins here needs it to begin without a click. */
    readonly before: Uint8Array<ArrayBuffer> | undefined;
    readonly reason: RecutReason;
  };

interface Frame {
  readonly head: number;
  readonly stereo: boolean;
  readonly ms: number;
  readonly bytes: Uint8Array;
}

/** Longest packet in milliseconds (RFC 6716 section 3.2.5, rule R5), and the unit of durations. */
const MAX_PACKET_MS = 120;
const UNIT_MS = 2.5;

/**
 * Regroups the frames of one stream. Each packet stands for its place in time: after a stretch that was re-cut, the next packet that
 * begins where one must begin is regrouped without loss again.
 */
export class Repacketizer {
  readonly #packetMs: number;
  #held: Frame[] = [];
  #heldMs = 0;
  /** How much of a packet the re-cut stretches before have left open. */
  #openMs = 0;
  #before: Uint8Array<ArrayBuffer> | undefined;

  /** @throws `AudioError` with code `opus_unsupported` for a duration that no packet has. */
  constructor(packetMs: number) {
    if (!(packetMs >= UNIT_MS && packetMs <= MAX_PACKET_MS && Number.isInteger(packetMs / UNIT_MS))) {
      throw new AudioError(`Opus has no packets of ${packetMs} ms; a multiple of ${UNIT_MS} up to ${MAX_PACKET_MS} is needed`, {
        code: "opus_unsupported",
      });
    }
    this.#packetMs = packetMs;
  }

  /**
   * What this packet completes.
   *
   * @throws `AudioError` with code `opus_undecodable` for bytes that are no Opus packet; the stream may go on with the next one.
   */
  push(packet: Uint8Array<ArrayBuffer>): Repacketized[] {
    const { head, stereo, frameMs, frames } = splitFrames(packet);
    const fresh = this.#held.length === 0;
    const done: Repacketized[] = [];
    for (const bytes of frames) {
      this.#held.push({ head, stereo, ms: frameMs, bytes });
      this.#heldMs += frameMs;
      if (this.#openMs + this.#heldMs >= this.#packetMs) {
        done.push(this.#take(fresh && this.#held.length === frames.length ? packet : undefined));
      }
    }
    return done;
  }

  /** What is left at the end of the stream. */
  finish(): Repacketized[] {
    return this.#held.length === 0 ? [] : [this.#recut("unfinished")];
  }

  /** @param original The packet that the held frames are all of. */
  #take(original: Uint8Array<ArrayBuffer> | undefined): Repacketized {
    const reason = this.#obstacle();
    if (reason !== undefined) return this.#recut(reason);
    const frames = this.#held.map(({ bytes }) => bytes);
    const joined = joinFrames(this.#held[0]?.head ?? 0, frames);
    const packet = original !== undefined && original.length <= joined.length ? original : joined;
    this.#clear(packet);
    return { kind: "ready", packet };
  }

  #obstacle(): RecutReason | undefined {
    if (this.#held.some(({ stereo }) => stereo)) return "stereo";
    if (this.#openMs !== 0 || this.#heldMs !== this.#packetMs) return "duration";
    return this.#held.some(({ head }) => head !== this.#held[0]?.head) ? "config_change" : undefined;
  }

  #recut(reason: RecutReason): Repacketized {
    const packets = this.#held.map(({ head, bytes }) => joinFrames(head, [bytes]));
    const before = this.#before;
    this.#openMs = (this.#openMs + this.#heldMs) % this.#packetMs;
    this.#clear(undefined);
    return { kind: "recut", packets, before, reason };
  }

  #clear(before: Uint8Array<ArrayBuffer> | undefined): void {
    this.#held = [];
    this.#heldMs = 0;
    this.#before = before;
  }
}

/**
 * Regroups a whole stream. Leaving the loop closes the source.
 *
 * @throws `AudioError` with code `opus_unsupported` or `opus_undecodable`; what the source throws.
 */
export async function* repacketize(
  packets: AsyncIterable<Uint8Array<ArrayBuffer>>,
  packetMs: number,
): AsyncGenerator<Repacketized, void, void> {
  const repacketizer = new Repacketizer(packetMs);
  for await (const packet of packets) yield* repacketizer.push(packet);
  yield* repacketizer.finish();
}
