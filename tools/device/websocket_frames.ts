/**
 * WebSocket frames (RFC 6455 section 5) as a strict client sees them: nothing is put together or hidden.
 *
 * @module
 */

import { DeviceError } from "./errors.ts";

/** Opcodes of RFC 6455 section 5.2. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** One frame as it came. */
export interface Frame {
  readonly fin: boolean;
  /** The three reserved bits, 0 to 7. */
  readonly reserved: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Longest payload a device can send: its client refuses larger ones (78/esp-ml307 src/web_socket.cc). */
export const MAX_SENT_BYTES = 65_535;

/** Longest payload taken. No device has this much memory, so a longer one is a broken length, not a message. */
const MAX_RECEIVED_BYTES = 16 * 1024 * 1024;

/** Cuts a byte stream into frames. */
export class FrameParser {
  #rest = new Uint8Array(0);

  /**
   * Frames completed by `chunk`, in order.
   *
   * @throws DeviceError `frame_too_large` at a length beyond 16 MiB; the stream is unusable afterwards.
   */
  push(chunk: Uint8Array): Frame[] {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const frames: Frame[] = [];
    let offset = 0;
    for (let read = readFrame(bytes, offset); read !== undefined; read = readFrame(bytes, offset)) {
      frames.push(read.frame);
      offset = read.end;
    }
    this.#rest = bytes.slice(offset);
    return frames;
  }
}

function readFrame(bytes: Uint8Array<ArrayBuffer>, start: number): { frame: Frame; end: number } | undefined {
  if (bytes.length < start + 2) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const first = view.getUint8(start);
  const second = view.getUint8(start + 1);
  const masked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const header = start + 2 + lengthBytes + (masked ? 4 : 0);
  if (bytes.length < header) return undefined;
  const length = short === 126 ? view.getUint16(start + 2) : short === 127 ? Number(view.getBigUint64(start + 2)) : short;
  if (length > MAX_RECEIVED_BYTES) {
    throw new DeviceError(`WebSocket frame of ${length} bytes is longer than the ${MAX_RECEIVED_BYTES} accepted`, {
      code: "frame_too_large",
    });
  }
  const end = header + length;
  if (bytes.length < end) return undefined;
  const payload = bytes.slice(header, end);
  if (masked) applyMask(payload, bytes.subarray(header - 4, header));
  return { frame: { fin: (first & 0x80) !== 0, reserved: (first >> 4) & 7, opcode: first & 0x0f, masked, payload }, end };
}

/**
 * One final client frame, masked with the 4 bytes of `mask`.
 *
 * @throws DeviceError `message_too_large` beyond 65,535 bytes, where the firmware's client fails too.
 */
export function encodeClientFrame(opcode: number, payload: Uint8Array, mask: Uint8Array): Uint8Array<ArrayBuffer> {
  if (payload.length > MAX_SENT_BYTES) {
    throw new DeviceError(`Message of ${payload.length} bytes cannot be sent: a device sends at most ${MAX_SENT_BYTES}`, {
      code: "message_too_large",
    });
  }
  const extended = payload.length > 125;
  const header = extended ? 8 : 6;
  const frame = new Uint8Array(header + payload.length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extended ? 126 : payload.length);
  if (extended) new DataView(frame.buffer).setUint16(2, payload.length);
  frame.set(mask, header - 4);
  frame.set(payload, header);
  applyMask(frame.subarray(header), mask);
  return frame;
}

function applyMask(payload: Uint8Array, mask: Uint8Array): void {
  for (let i = 0; i < payload.length; i++) payload[i] = payload[i]! ^ mask[i & 3]!;
}
