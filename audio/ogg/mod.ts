/**
 * Ogg Opus (RFC 3533, RFC 7845) in and out.
 *
 * @module
 */

export { type OggOpusStream, readOggOpus } from "./demux.ts";
export { OggOpusDemuxer } from "./demuxer.ts";
export { type OggOpusOptions, writeOggOpus } from "./mux.ts";
export type { OpusHead } from "./opus_head.ts";
