/**
 * Packets out of the pages of one logical Ogg stream (RFC 3533 section 5).
 *
 * @module
 */

import { malformed, type OggPage } from "./page.ts";

/** Longest Opus packet: 48 frames of 1275 bytes and their lengths, rounded up. Longer ones are an attack or damage. */
export const MAX_PACKET_BYTES = 1 << 16;

/** Joins segments to packets, across pages. */
export class PacketAssembler {
  #parts: Uint8Array[] = [];
  #size = 0;
  #open = false;
  #sequence: number | undefined;

  /** Whether a packet has begun that has not ended. */
  get open(): boolean {
    return this.#open;
  }

  /**
   * The packets that end on this page. A packet whose beginning or middle is missing, as after a lost page, is left out.
   *
   * @param keep How much of an overlong packet to keep: `whole` refuses it, `start` cuts it (comments with pictures in them).
   * @throws `AudioError` with code `ogg_malformed` for an overlong packet.
   */
  push(page: OggPage, keep: "whole" | "start"): Uint8Array<ArrayBuffer>[] {
    const gap = this.#sequence !== undefined && page.sequence !== (this.#sequence + 1) >>> 0;
    this.#sequence = page.sequence;
    const orphan = page.continued && (gap || !this.#open);
    if (gap || !page.continued) this.#clear();
    const packets: Uint8Array<ArrayBuffer>[] = [];
    let skipping = orphan;
    let offset = 0;
    for (const length of page.lacing) {
      if (!skipping) this.#add(page.body.subarray(offset, offset + length), keep);
      offset += length;
      if (length === 255) continue;
      if (!skipping) packets.push(this.#finish());
      skipping = false;
    }
    return packets;
  }

  #add(part: Uint8Array, keep: "whole" | "start"): void {
    this.#open = true;
    if (this.#size + part.length > MAX_PACKET_BYTES) {
      if (keep === "start") return;
      throw malformed(`Ogg packet is over ${MAX_PACKET_BYTES} bytes; no Opus packet is that long`);
    }
    this.#parts.push(part);
    this.#size += part.length;
  }

  #finish(): Uint8Array<ArrayBuffer> {
    const packet = new Uint8Array(this.#size);
    let offset = 0;
    for (const part of this.#parts) {
      packet.set(part, offset);
      offset += part.length;
    }
    this.#clear();
    return packet;
  }

  #clear(): void {
    this.#parts = [];
    this.#size = 0;
    this.#open = false;
  }
}
