/**
 * Opus packets taken apart into frames and put together again (RFC 6716 section 3.2), without touching the sound in them.
 *
 * @module
 */

import { AudioError } from "../errors.ts";
import { frameLength, MAX_FRAME_BYTES, readToc } from "../toc.ts";

/** Most frames of a packet: 120 ms of 2.5 ms each (RFC 6716 section 3.2.5, rule R5). */
const MAX_FRAMES = 48;

/** Flag of the frame count byte: lengths follow. */
const VARIABLE = 0x80;

/** Flag of the frame count byte: padding follows. */
const PADDED = 0x40;

/** The frames of one packet. */
export interface PacketFrames {
  /** The TOC byte with a frame count code of 0: equal for two packets exactly where their frames may share one. */
  readonly head: number;
  /** Whether each frame holds two channels. */
  readonly stereo: boolean;
  /** Duration of one frame in milliseconds: 2.5 to 60. */
  readonly frameMs: number;
  /** The frames, views of the packet; an empty one stands for silence (DTX) or loss. */
  readonly frames: readonly Uint8Array[];
}

/**
 * Takes a packet apart. Padding is left behind.
 *
 * @throws `AudioError` with code `opus_undecodable` for bytes that are no Opus packet.
 */
export function splitFrames(packet: Uint8Array): PacketFrames {
  const toc = readToc(packet);
  const first = packet[0];
  if (toc === undefined || first === undefined) {
    throw new AudioError(`Opus packet of ${packet.length} bytes has no valid layout; whole packets are needed`, {
      code: "opus_undecodable",
    });
  }
  return { head: first & ~3, stereo: toc.stereo, frameMs: toc.frameMs, frames: framesOf(packet, first & 3, toc.frames) };
}

/**
 * Makes one packet of frames of one configuration, in the shortest layout there is.
 *
 * @param head As in {@link PacketFrames.head}.
 * @throws `AudioError` with code `opus_unjoinable` for no frames, more than 120 ms, or a frame of more than 1275 bytes.
 */
export function joinFrames(head: number, frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const equal = frames.every((frame) => frame.length === frames[0]?.length);
  const prefix = frames.length === 1
    ? [head]
    : frames.length === 2
    ? (equal ? [head | 1] : [head | 2, ...lengthBytes(frames[0]?.length ?? 0)])
    : [
      head | 3,
      frames.length | (equal ? 0 : VARIABLE),
      ...(equal ? [] : frames.slice(0, -1).flatMap((frame) => lengthBytes(frame.length))),
    ];
  const packet = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, prefix.length));
  packet.set(prefix);
  let offset = prefix.length;
  for (const frame of frames) {
    packet.set(frame, offset);
    offset += frame.length;
  }
  // What was written is read back, so that nothing leaves here that a decoder would refuse.
  if (frames.length > MAX_FRAMES || readToc(packet)?.frames !== frames.length) {
    const longest = frames.reduce((most, frame) => Math.max(most, frame.length), 0);
    throw new AudioError(
      `Opus packet cannot be made of ${frames.length} frames of up to ${longest} bytes; 1 to 120 ms and ${MAX_FRAME_BYTES} bytes a frame fit`,
      { code: "opus_unjoinable" },
    );
  }
  return packet;
}

/** The frames of a packet whose layout is known to be valid. */
function framesOf(packet: Uint8Array, code: number, count: number): Uint8Array[] {
  if (code === 0) return [packet.subarray(1)];
  if (code === 1) return equalParts(packet.subarray(1), 2);
  if (code === 2) return variableParts(packet.subarray(1), 2);
  const flags = packet[1] ?? 0;
  const body = (flags & PADDED) === 0 ? packet.subarray(2) : withoutPadding(packet.subarray(2));
  return (flags & VARIABLE) === 0 ? equalParts(body, count) : variableParts(body, count);
}

function equalParts(body: Uint8Array, count: number): Uint8Array[] {
  const size = body.length / count;
  return Array.from({ length: count }, (_, index) => body.subarray(index * size, (index + 1) * size));
}

/** All lengths but the last stand in front, one after the other. */
function variableParts(body: Uint8Array, count: number): Uint8Array[] {
  const lengths: number[] = [];
  let offset = 0;
  while (lengths.length < count - 1) {
    const { size, length } = frameLength(body, offset) ?? { size: 0, length: 0 };
    lengths.push(length);
    offset += size;
  }
  const frames = lengths.map((length) => body.subarray(offset, offset += length));
  return [...frames, body.subarray(offset)];
}

/** Padding lengths stand in front (255 means 254 and another byte), the padding itself at the end. */
function withoutPadding(body: Uint8Array): Uint8Array {
  let offset = 0;
  let padding = 0;
  for (let more = true; more; offset++) {
    const byte = body[offset] ?? 0;
    more = byte === 255;
    padding += more ? 254 : byte;
  }
  return body.subarray(offset, body.length - padding);
}

/** A frame length as it stands in a packet: one byte up to 251, else two (RFC 6716 section 3.2.1). */
function lengthBytes(length: number): number[] {
  if (length < 252) return [length];
  const first = 252 + (length & 3);
  return [first, (length - first) >> 2];
}
