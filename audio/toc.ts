/**
 * What the first bytes of an Opus packet say about its length in time: the table of contents (TOC) of RFC 6716 section 3. No decoding.
 *
 * @module
 */

/** Durations of one frame, in units of 2.5 ms, by the low bits of the configuration (RFC 6716 table 2). */
const SILK_FRAME_UNITS = [4, 8, 16, 24];
const HYBRID_FRAME_UNITS = [4, 8];
const CELT_FRAME_UNITS = [1, 2, 4, 8];

/** The unit of Opus durations in milliseconds. */
const UNIT_MS = 2.5;

/** No packet is longer than 120 ms (RFC 6716 section 3.2.5, rule R5), in units. */
const MAX_PACKET_UNITS = 48;

/** No frame is longer than 1275 bytes (RFC 6716 section 3.2.1, rule R2). */
export const MAX_FRAME_BYTES = 1275;

/** What is read from the head of a packet. */
export interface PacketToc {
  /** The configuration, 0 to 31: mode, bandwidth and frame duration. */
  readonly config: number;
  /** Which of the three codecs made it. */
  readonly mode: "silk" | "hybrid" | "celt";
  /** Whether the packet holds two channels. */
  readonly stereo: boolean;
  /** Frames in the packet, 1 to 48. */
  readonly frames: number;
  /** Duration of one frame in milliseconds: 2.5 to 60. */
  readonly frameMs: number;
  /** Duration of the packet in milliseconds: 2.5 to 120. */
  readonly durationMs: number;
}

/**
 * Reads the TOC of a packet and checks the layout that follows it (RFC 6716 section 3.4, rules R1 to R7).
 *
 * Packets of 1 to 3 bytes are valid: an encoder with DTX sends a bare TOC, frames of zero length, for silence.
 *
 * @returns `undefined` for bytes that are no Opus packet.
 */
export function readToc(packet: Uint8Array): PacketToc | undefined {
  const toc = packet[0];
  if (toc === undefined) return undefined;
  const config = toc >> 3;
  const units = frameUnits(config);
  const frames = layout(packet, toc & 3);
  if (frames === 0 || frames * units > MAX_PACKET_UNITS) return undefined;
  return {
    config,
    mode: config < 12 ? "silk" : config < 16 ? "hybrid" : "celt",
    stereo: (toc & 4) !== 0,
    frames,
    frameMs: units * UNIT_MS,
    durationMs: frames * units * UNIT_MS,
  };
}

/** Duration of a packet in milliseconds; 0 for bytes that are no Opus packet. */
export function packetDurationMs(packet: Uint8Array): number {
  return readToc(packet)?.durationMs ?? 0;
}

/** Samples that a packet decodes to at `rate` samples per second; 0 for bytes that are no Opus packet. */
export function packetSamples(packet: Uint8Array, rate: number): number {
  return (packetDurationMs(packet) * rate) / 1000;
}

function frameUnits(config: number): number {
  if (config < 12) return SILK_FRAME_UNITS[config & 3] ?? 0;
  if (config < 16) return HYBRID_FRAME_UNITS[config & 1] ?? 0;
  return CELT_FRAME_UNITS[config & 3] ?? 0;
}

/** Number of frames when the lengths in the packet fit together, else 0. */
function layout(packet: Uint8Array, code: number): number {
  const rest = packet.length - 1;
  if (code === 0) return rest <= MAX_FRAME_BYTES ? 1 : 0;
  if (code === 1) return rest % 2 === 0 && rest / 2 <= MAX_FRAME_BYTES ? 2 : 0;
  if (code === 2) {
    const first = frameLength(packet, 1);
    if (first === undefined) return 0;
    const second = rest - first.size - first.length;
    return second >= 0 && second <= MAX_FRAME_BYTES ? 2 : 0;
  }
  return layoutOfMany(packet);
}

/** Code 3 (RFC 6716 section 3.2.5): a frame count byte, padding lengths, frame lengths when the bit rate varies. */
function layoutOfMany(packet: Uint8Array): number {
  const head = packet[1];
  if (head === undefined) return 0;
  const frames = head & 63;
  if (frames === 0) return 0;
  let offset = 2;
  let padding = 0;
  if ((head & 0x40) !== 0) {
    for (let more = true; more; offset++) {
      const byte = packet[offset];
      if (byte === undefined) return 0;
      more = byte === 255;
      padding += more ? 254 : byte;
    }
  }
  let bytes = packet.length - offset - padding;
  if ((head & 0x80) === 0) {
    return bytes >= 0 && bytes % frames === 0 && bytes / frames <= MAX_FRAME_BYTES ? frames : 0;
  }
  for (let frame = 1; frame < frames; frame++) {
    const length = frameLength(packet, offset);
    if (length === undefined) return 0;
    offset += length.size;
    bytes -= length.size + length.length;
  }
  return bytes >= 0 && bytes <= MAX_FRAME_BYTES ? frames : 0;
}

/** Reads a frame length of one or two bytes (RFC 6716 section 3.2.1); `undefined` where the packet ends before it. */
export function frameLength(packet: Uint8Array, offset: number): { readonly size: number; readonly length: number } | undefined {
  const first = packet[offset];
  if (first === undefined) return undefined;
  if (first < 252) return { size: 1, length: first };
  const second = packet[offset + 1];
  return second === undefined ? undefined : { size: 2, length: second * 4 + first };
}
