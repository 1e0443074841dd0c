/**
 * Ogg pages (RFC 3533 section 6).
 *
 * @module
 */

import { AudioError } from "../errors.ts";
import { oggCrc } from "./crc.ts";

/** One page. */
export interface OggPage {
  /** Whether its first packet began on an earlier page. */
  readonly continued: boolean;
  /** Whether it is the first page of its logical stream. */
  readonly first: boolean;
  /** Whether it is the last page of its logical stream. */
  readonly last: boolean;
  /** For Opus: samples at 48 kHz up to the end of the last packet that ends here; -1 when none does. */
  readonly granule: bigint;
  /** Which logical stream it belongs to. */
  readonly serial: number;
  /** Number of the page in its stream. */
  readonly sequence: number;
  /** Lengths of the segments, at most 255 of them; a packet ends with the first one below 255. */
  readonly lacing: Uint8Array;
  /** The segments. */
  readonly body: Uint8Array;
}

/** Bytes of a page before its lacing. */
const HEAD_BYTES = 27;
const CHECKSUM_OFFSET = 22;
const CAPTURE_PATTERN = [0x4f, 0x67, 0x67, 0x53]; // "OggS"

const CONTINUED = 1;
const FIRST = 2;
const LAST = 4;

/** A page as bytes. */
export function encodePage(page: OggPage): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD_BYTES + page.lacing.length + page.body.length);
  const view = new DataView(bytes.buffer);
  bytes.set(CAPTURE_PATTERN);
  bytes[5] = (page.continued ? CONTINUED : 0) | (page.first ? FIRST : 0) | (page.last ? LAST : 0);
  view.setBigInt64(6, page.granule, true);
  view.setUint32(14, page.serial, true);
  view.setUint32(18, page.sequence, true);
  bytes[26] = page.lacing.length;
  bytes.set(page.lacing, HEAD_BYTES);
  bytes.set(page.body, HEAD_BYTES + page.lacing.length);
  view.setUint32(CHECKSUM_OFFSET, oggCrc(bytes), true);
  return bytes;
}

/**
 * Length of the page that `bytes` begins with, or `undefined` when more bytes are needed to tell.
 *
 * @throws `AudioError` with code `ogg_malformed` when no page begins here.
 */
export function pageLength(bytes: Uint8Array): number | undefined {
  for (let i = 0; i < CAPTURE_PATTERN.length && i < bytes.length; i++) {
    if (bytes[i] !== CAPTURE_PATTERN[i]) throw malformed(`Ogg page begins with ${hex(bytes.subarray(0, 4))}; "OggS" is needed`);
  }
  const version = bytes[4];
  if (version !== undefined && version !== 0) throw malformed(`Ogg page has version ${version}; only version 0 exists`);
  const segments = bytes[HEAD_BYTES - 1];
  if (segments === undefined || bytes.length < HEAD_BYTES + segments) return undefined;
  let length = HEAD_BYTES + segments;
  for (let i = 0; i < segments; i++) length += bytes[HEAD_BYTES + i]!;
  return length;
}

/**
 * Reads a whole page of the length that {@link pageLength} gave.
 *
 * @throws `AudioError` with code `ogg_malformed` when the checksum is wrong.
 */
export function decodePage(bytes: Uint8Array<ArrayBuffer>): OggPage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stated = view.getUint32(CHECKSUM_OFFSET, true);
  const sequence = view.getUint32(18, true);
  const zeroed = bytes.slice();
  zeroed.fill(0, CHECKSUM_OFFSET, CHECKSUM_OFFSET + 4);
  const actual = oggCrc(zeroed);
  if (stated !== actual) {
    throw malformed(`Ogg page ${sequence} has checksum ${stated.toString(16)} where ${actual.toString(16)} is right; the data is damaged`);
  }
  const flags = bytes[5]!;
  const bodyOffset = HEAD_BYTES + bytes[HEAD_BYTES - 1]!;
  return {
    continued: (flags & CONTINUED) !== 0,
    first: (flags & FIRST) !== 0,
    last: (flags & LAST) !== 0,
    granule: view.getBigInt64(6, true),
    serial: view.getUint32(14, true),
    sequence,
    lacing: bytes.subarray(HEAD_BYTES, bodyOffset),
    body: bytes.subarray(bodyOffset),
  };
}

/** An error about the container. */
export function malformed(message: string): AudioError {
  return new AudioError(message, { code: "ogg_malformed" });
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
