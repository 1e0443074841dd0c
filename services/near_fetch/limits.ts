/**
 * Limits on what a near server may send, and on how long its connections are kept.
 *
 * @module
 */

/** Longest head of an answer, bytes; real ones stay below 2 kB, and `fetch` allows about as much. */
export const MAX_HEAD_BYTES = 32 * 1024;

/** Longest line that begins a chunk, bytes: its size in hexadecimal, and extensions that nobody uses. */
export const MAX_CHUNK_LINE_BYTES = 256;

/** Longest trailer after the last chunk, bytes; nothing in it is used. */
export const MAX_TRAILER_BYTES = 8 * 1024;

/** Read in one go, bytes: a transcript, an answer and most sentences of Opus whole. */
export const READ_BYTES = 64 * 1024;

/**
 * How long a connection that nobody uses is kept, milliseconds. Below the 5 s after which uvicorn and Node close theirs: what is sent in that
 * moment would be lost.
 */
export const IDLE_MS = 4000;

/** Connections to one server that are kept while nobody uses them: as many calls as a busy process makes at once. */
export const MAX_IDLE = 64;
