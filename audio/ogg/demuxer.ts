/**
 * Ogg Opus (RFC 7845) to Opus packets, fed by hand.
 *
 * @module
 */

import { ByteQueue } from "../byte_queue.ts";
import { AudioError } from "../errors.ts";
import { codecName, decodeOpusHead, isOpusHead, isOpusTags, type OpusHead } from "./opus_head.ts";
import { PacketAssembler } from "./packets.ts";
import { decodePage, malformed, type OggPage, pageLength } from "./page.ts";

/** The logical stream that is being read. */
interface Current {
  readonly serial: number;
  readonly assembler: PacketAssembler;
  /** Whether the comment header has passed, so that packets are audio. */
  audio: boolean;
}

/**
 * Takes an Ogg stream in pieces of any length. The first Opus stream in it is read, others beside it are skipped; Opus streams chained
 * one after the other, as some synthesisers send them sentence by sentence, are read as one.
 */
export class OggOpusDemuxer {
  readonly #queue = new ByteQueue();
  #current: Current | undefined;
  #head: OpusHead | undefined;
  #otherCodec: string | undefined;
  #failure: unknown;

  /** The identification header of the first Opus stream, once it has come. */
  get head(): OpusHead | undefined {
    return this.#head;
  }

  /**
   * The Opus packets that the next piece completes. Packets before a damaged page are given first; the next call then throws.
   *
   * @throws `AudioError` with code `ogg_malformed` or `ogg_unsupported`; the demuxer is of no use afterwards.
   */
  push(piece: Uint8Array): Uint8Array<ArrayBuffer>[] {
    const packets: Uint8Array<ArrayBuffer>[] = [];
    try {
      for (const some of this.pages(piece)) packets.push(...some);
    } catch (error) {
      if (packets.length === 0) throw error;
    }
    return packets;
  }

  /**
   * The same page by page, each looked at when it is asked for: the first packets need not wait for the rest.
   *
   * @throws As {@link OggOpusDemuxer.push}, at the damaged page.
   */
  *pages(piece: Uint8Array): Generator<Uint8Array<ArrayBuffer>[], void, void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#queue.push(piece);
    try {
      for (;;) {
        const length = pageLength(this.#queue.view);
        if (length === undefined || length > this.#queue.length) return;
        yield this.#page(decodePage(this.#queue.take(length)));
      }
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  /**
   * Says that no more will come.
   *
   * @throws `AudioError` when the stream cannot be whole: no header, or the end of a page or packet is missing.
   */
  end(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#queue.length > 0) throw malformed(`Ogg stream ends ${this.#queue.length} bytes into a page; its end is missing`);
    if (this.#head === undefined) throw this.#noOpus();
    if (this.#current?.assembler.open) throw malformed("Ogg stream ends inside a packet; its last page is missing");
  }

  #page(page: OggPage): Uint8Array<ArrayBuffer>[] {
    if (page.first) this.#begin(page);
    else if (this.#head === undefined) throw this.#noOpus();
    if (page.serial !== this.#current?.serial || page.first) return [];
    const packets: Uint8Array<ArrayBuffer>[] = [];
    for (const packet of this.#current.assembler.push(page, this.#current.audio ? "whole" : "start")) {
      if (this.#current.audio) {
        if (packet.length > 0) packets.push(packet);
      } else if (isOpusTags(packet)) {
        this.#current.audio = true;
      } else {
        throw malformed(`Ogg Opus stream has ${packet.length} bytes of something else where OpusTags is due`);
      }
    }
    return packets;
  }

  /** A first page: a stream beside the current one is skipped, one after it continues it. */
  #begin(page: OggPage): void {
    const assembler = new PacketAssembler();
    const [packet] = assembler.push(page, "start");
    if (packet === undefined || !isOpusHead(packet)) {
      this.#otherCodec ??= codecName(packet ?? page.body);
      return;
    }
    if (this.#current !== undefined && !this.#current.audio) return;
    const head = decodeOpusHead(packet);
    this.#head ??= head;
    this.#current = { serial: page.serial, assembler, audio: false };
  }

  #noOpus(): AudioError {
    return this.#otherCodec === undefined
      ? malformed("Ogg stream has no first page with OpusHead; the data is cut off or no Ogg Opus")
      : new AudioError(`Ogg stream holds ${this.#otherCodec}; Opus is needed`, { code: "ogg_unsupported" });
  }
}
