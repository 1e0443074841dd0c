/**
 * Ogg Opus files out.
 *
 * @module
 */

import { packetSamples } from "../toc.ts";
import { encodeOpusHead, encodeOpusTags } from "./opus_head.ts";
import { encodePage } from "./page.ts";

/** What goes into an Ogg Opus file. */
export interface OggOpusOptions {
  /** The Opus packets in order; bytes that are no Opus packet are left out. */
  readonly packets: Iterable<Uint8Array>;
  /** Rate of the sound before encoding, in Hz: 16000 for what devices record. */
  readonly inputSampleRate: number;
  /** Samples at 48 kHz that a player drops at the start; default 312, the look-ahead of libopus for voice. */
  readonly preSkip?: number;
  /** Channels of the packets; default 1. */
  readonly channels?: 1 | 2;
  /** Number of the logical stream; only matters where streams are joined in one file. Default 1. */
  readonly serial?: number;
}

const DEFAULT_PRE_SKIP = 312;

/** Granule positions of Opus count samples at this rate, whatever the input rate was (RFC 7845 section 4). */
const GRANULE_RATE = 48000;

/** Longest page: RFC 7845 section 3 asks for no more than a second, so that players can seek and start early. */
const MAX_PAGE_SAMPLES = GRANULE_RATE;

/** Most segments of a page (RFC 3533 section 6). */
const MAX_SEGMENTS = 255;

/** Longest packet that fits a page; the longest valid Opus packet is some 4,000 bytes shorter. */
const MAX_PACKET_BYTES = MAX_SEGMENTS * 255 - 1;

/** Who made the file, in its comment header. */
const VENDOR = "xiaozhi actor runtime";

/** Writes packets into one Ogg Opus file; durations come from the packets themselves. */
export function writeOggOpus(options: OggOpusOptions): Uint8Array<ArrayBuffer> {
  const writer = new PageWriter(options.serial ?? 1);
  writer.add(
    encodeOpusHead({
      channels: options.channels ?? 1,
      preSkip: options.preSkip ?? DEFAULT_PRE_SKIP,
      inputSampleRate: options.inputSampleRate,
      outputGain: 0,
    }),
    0,
  );
  writer.flush(false);
  writer.add(encodeOpusTags(VENDOR), 0);
  writer.flush(false);
  for (const packet of options.packets) {
    const samples = packetSamples(packet, GRANULE_RATE);
    if (samples > 0 && packet.length <= MAX_PACKET_BYTES) writer.add(packet, samples);
  }
  writer.flush(true);
  return writer.bytes();
}

/** Collects packets and writes them out as pages; no packet is cut, since the longest Opus packet fits a page. */
class PageWriter {
  readonly #serial: number;
  readonly #pages: Uint8Array[] = [];
  #lacing: number[] = [];
  #body: Uint8Array[] = [];
  #pageSamples = 0;
  #samples = 0;

  constructor(serial: number) {
    this.#serial = serial;
  }

  add(packet: Uint8Array, samples: number): void {
    const segments = Math.floor(packet.length / 255) + 1;
    const full = this.#lacing.length + segments > MAX_SEGMENTS || this.#pageSamples + samples > MAX_PAGE_SAMPLES;
    if (this.#lacing.length > 0 && full) this.flush(false);
    for (let segment = 1; segment < segments; segment++) this.#lacing.push(255);
    this.#lacing.push(packet.length % 255);
    this.#body.push(packet);
    this.#pageSamples += samples;
    this.#samples += samples;
  }

  flush(last: boolean): void {
    this.#pages.push(encodePage({
      continued: false,
      first: this.#pages.length === 0,
      last,
      granule: BigInt(this.#samples),
      serial: this.#serial,
      sequence: this.#pages.length,
      lacing: Uint8Array.from(this.#lacing),
      body: concat(this.#body),
    }));
    this.#lacing = [];
    this.#body = [];
    this.#pageSamples = 0;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return concat(this.#pages);
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
