/**
 * Binary messages: one Opus packet each, framed by protocol version (firmware `main/protocols/protocol.h` 17-31). Integers are big-endian.
 *
 * @module
 */

import { MAX_FRAME_BYTES } from "./limits.ts";
import { ProtocolError, refused } from "./protocol_error.ts";
import type { ProtocolVersion } from "./version.ts";

/** Version 2: u16 version, u16 type, u32 reserved, u32 timestamp, u32 payload size. */
const V2_HEADER_BYTES = 16;
/** Version 3: u8 type, u8 reserved, u16 payload size. */
const V3_HEADER_BYTES = 4;
/** The largest size that version 3's header can hold. */
const MAX_U16 = 65_535;

/** The bytes that precede the packet. */
export function audioHeaderBytes(version: ProtocolVersion): 0 | 4 | 16 {
  return version === 2 ? V2_HEADER_BYTES : version === 3 ? V3_HEADER_BYTES : 0;
}

/** What {@link decodeAudioFrame} returns. */
export type DecodedAudioFrame =
  | {
    readonly ok: true;
    /** One Opus packet: a view of the message, not a copy. */
    readonly packet: Uint8Array<ArrayBuffer>;
    /** Milliseconds; 0 where the version has no timestamp, or nothing was playing. */
    readonly timestampMs: number;
  }
  | { readonly ok: false; readonly error: ProtocolError };

/**
 * Frames one Opus packet. Devices trust the size in the header, so it is exact.
 *
 * @param timestampMs Kept modulo 2^32 in version 2, unused otherwise.
 * @throws {ProtocolError} `frame_empty`, `frame_too_large`: a packet that no header can announce or no device play.
 */
export function encodeAudioFrame(version: ProtocolVersion, packet: Uint8Array, timestampMs: number): Uint8Array<ArrayBuffer> {
  if (packet.length === 0) throw new ProtocolError("frame_empty", "Audio packet is empty, and an Opus packet has at least 1 byte");
  if (packet.length > MAX_U16) {
    throw new ProtocolError("frame_too_large", `Audio packet of ${packet.length} bytes is larger than ${MAX_U16} bytes`);
  }
  const headerBytes = audioHeaderBytes(version);
  const frame = new Uint8Array(headerBytes + packet.length);
  frame.set(packet, headerBytes);
  const view = new DataView(frame.buffer);
  if (version === 2) {
    view.setUint16(0, version);
    view.setUint32(8, timestampMs);
    view.setUint32(12, packet.length);
  } else if (version === 3) {
    view.setUint16(2, packet.length);
  }
  return frame;
}

/**
 * Takes the Opus packet out of a binary message. Never throws. The header's own version and type are not looked at: the MQTT gateway leaves
 * them 0. Bytes after the payload are ignored.
 *
 * @param maxBytes Longest message accepted, header included.
 * @returns An error of code `frame_empty` for an empty message or payload (ordinary: the browser test page marks the end of its recording
 * so), `frame_truncated` for a size beyond the message, `frame_too_large`.
 */
export function decodeAudioFrame(
  version: ProtocolVersion,
  bytes: Uint8Array<ArrayBuffer>,
  maxBytes: number = MAX_FRAME_BYTES,
): DecodedAudioFrame {
  if (bytes.length === 0) return refused("frame_empty", "Audio frame is empty");
  if (bytes.length > maxBytes) return refused("frame_too_large", `Audio frame of ${bytes.length} bytes is larger than ${maxBytes} bytes`);
  const headerBytes = audioHeaderBytes(version);
  if (headerBytes === 0) return { ok: true, packet: bytes, timestampMs: 0 };
  if (bytes.length < headerBytes) {
    return refused("frame_truncated", `Audio frame of ${bytes.length} bytes is shorter than its header of ${headerBytes} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = version === 2 ? view.getUint32(12) : view.getUint16(2);
  const present = bytes.length - headerBytes;
  if (size > present) return refused("frame_truncated", `Audio frame announces ${size} bytes of payload but holds ${present}`);
  if (size === 0) return refused("frame_empty", "Audio frame has an empty payload");
  return { ok: true, packet: bytes.subarray(headerBytes, headerBytes + size), timestampMs: version === 2 ? view.getUint32(8) : 0 };
}
