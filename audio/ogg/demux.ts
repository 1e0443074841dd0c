/**
 * Ogg Opus files and streams in.
 *
 * @module
 */

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
  try {
    for (;;) {
      const packets = await nextPackets(demuxer, iterator);
      if (demuxer.head !== undefined) return { head: demuxer.head, packets: packetsOf(demuxer, packets, iterator) };
    }
  } catch (error) {
    await iterator.return?.();
    throw error;
  }
}

async function* packetsOf(
  demuxer: OggOpusDemuxer,
  first: Uint8Array<ArrayBuffer>[] | undefined,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  try {
    for (let packets = first; packets !== undefined; packets = await nextPackets(demuxer, iterator)) yield* packets;
  } finally {
    await iterator.return?.();
  }
}

/** The packets of the next piece, perhaps none; `undefined` at the end. */
async function nextPackets(
  demuxer: OggOpusDemuxer,
  iterator: AsyncIterator<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>[] | undefined> {
  const next = await iterator.next();
  if (!next.done) return demuxer.push(next.value);
  demuxer.end();
  return undefined;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield await Promise.resolve(bytes);
}
