/**
 * Fixed figures of the uplink.
 *
 * @module
 */

/** Samples per second of the uplink: devices record at 16 kHz (firmware main/audio/audio_service.h). */
export const UPLINK_RATE = 16_000;

/** Samples per millisecond. */
export const SAMPLES_PER_MS = UPLINK_RATE / 1000;

/** Bytes up to which a packet carries no audio: a table of contents, a frame count, a length. Encoders with DTX send these for silence. */
export const DTX_MAX_BYTES = 3;

/**
 * Bytes that a packet may have per millisecond: Opus ends at 510 kbit/s (RFC 6716 section 2.1.1). What is larger was padded on purpose;
 * the limit bounds an utterance's packets to 64 kB/s.
 */
export const MAX_BYTES_PER_MS = 64;
/** Bytes that a packet may have beyond {@link MAX_BYTES_PER_MS}, for its table of contents and the lengths of its frames. */
export const MAX_HEADER_BYTES = 64;

/** Length of a packet whose own word about it is unreadable, before any other was heard: the firmware's 60 ms, in samples. */
export const USUAL_PACKET_SAMPLES = 60 * SAMPLES_PER_MS;

/**
 * Samples that the uplink keeps while it waits for the VAD. Above what the engines themselves allow (10 s), so that it only catches an
 * engine that has fallen silent.
 */
export const MAX_VAD_LAG_SAMPLES = 15 * UPLINK_RATE;
