/**
 * Ogg Opus files and streams in.
 *
 * @module
 */

import { AudioError } from "../errors.ts";
import { OggOpusDemuxer } from "./demuxer.ts";
import type { OpusHead } from "./opus_head.ts";

/** An Ogg Opus stream whose header has been read. */
export interface OggOpusStream {
  /** The identification header. */
  readonly head: OpusHead;
  /** The Opus packets, of any duration. To be iterated once; leaving the loop closes the source. Iteration throws `AudioError`. */
  readonly packets: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads Ogg Opus while it arrives, in pieces of any length; resolves when the header is there.
 *
 * @throws `AudioError` with code `ogg_malformed` or `ogg_unsupported`, and what the source throws.
 */
export async function readOggOpus(source: AsyncIterable<Uint8Array> | Uint8Array): Promise<OggOpusStream> {
  const iterator = source instanceof Uint8Array ? once(source) : source[Symbol.asyncIterator]();
  const demuxer = new OggOpusDemuxer();
  const pages = pagesOf(demuxer, iterator);
  try {
    for (;;) {
      const { value = [], done } = await pages.next();
      if (demuxer.head !== undefined) return { head: demuxer.head, packets: packetsOf(value, pages) };
      // The demuxer has said by then what is wrong.
      if (done) throw new AudioError("Ogg stream has no header", { code: "ogg_malformed" });
    }
  } catch (error) {
    await iterator.return?.();
    throw error;
  }
}

async function* packetsOf(
  first: Uint8Array<ArrayBuffer>[],
  pages: AsyncGenerator<Uint8Array<ArrayBuffer>[], void, void>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  try {
    yield* first;
    for await (const packets of pages) yield* packets;
  } finally {
    await pages.return();
  }
}

/** The packets of each page. */
async function* pagesOf(
  demuxer: OggOpusDemuxer,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>[], void, void> {
  try {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield* demuxer.pages(next.value);
    demuxer.end();
  } finally {
    await iterator.return?.();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield await Promise.resolve(bytes);
}
