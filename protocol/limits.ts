/**
 * Sizes beyond which a message is refused unread.
 *
 * @module
 */

/**
 * Longest text message, in bytes of UTF-8. A device cannot send more than 65,535 bytes in one message (esp-ml307 `src/web_socket.cc`
 * 204-208), so nothing real is lost.
 */
export const MAX_TEXT_BYTES = 65_536;

/**
 * Deepest nesting of objects and arrays. The deepest real message, a page of MCP tools with schemas, nests 9 deep; without a bound, code
 * that walks the value recursively could overflow the stack.
 */
export const MAX_JSON_DEPTH = 32;

/**
 * Longest binary message, in bytes, header included. An Opus packet of 120 ms holds at most 6 frames of 1,275 bytes (RFC 6716, 3.2.1) and
 * 7 bytes of framing, 7,657 in all; a header adds 16.
 */
export const MAX_FRAME_BYTES = 8_192;

/** Longest name of an unknown message type that is kept, in UTF-16 units: enough to recognise it, too little to flood a log. */
export const MAX_UNKNOWN_NAME = 64;
