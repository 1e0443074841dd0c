/**
 * What a device socket may carry, and which close codes it may use.
 *
 * @module
 */

/** Limits of one device socket. */
export interface LinkLimits {
  /** Largest text message taken from a device, in bytes of UTF-8; a larger one closes the socket with 1009. */
  readonly maxTextBytes: number;
  /** Largest binary message taken from a device, in bytes; a larger one closes the socket with 1009. */
  readonly maxFrameBytes: number;
  /** Bytes that may wait for a device that does not read; one more closes the socket with 1008. */
  readonly maxBufferedBytes: number;
}

/**
 * Default of {@link LinkLimits.maxBufferedBytes}. At 24 kbit/s it holds about 85 s of speech, far more than the playout ever lets wait, so
 * only a peer that has stopped reading gets there; unbounded, such a peer costs the process the whole reply in memory.
 */
export const MAX_BUFFERED_BYTES = 256 * 1024;

/**
 * How long a peer may take to answer a Close frame before its TCP connection is cut, in milliseconds. Stock devices never answer, so the
 * wait serves other clients alone: one slow round trip on a bad mobile network.
 */
export const CLOSE_TIMEOUT_MS = 1000;

/** Close codes of RFC 6455 section 7.4.1 that this server uses on its own account. */
export const CLOSE_CODE = {
  goingAway: 1001,
  noStatus: 1005,
  abnormal: 1006,
  policy: 1008,
  tooBig: 1009,
  internal: 1011,
} as const;

/** Codes that RFC 6455 reserves for reports and forbids on the wire, or leaves undefined. */
const NEVER_SENT: ReadonlySet<number> = new Set([1004, 1005, 1006, 1015]);

/** Last code that the IANA registry of WebSocket close codes defines below 3000 and allows on the wire. */
const LAST_REGISTERED = 1014;

/** A Close frame is a control frame of at most 125 bytes, two of them the code (RFC 6455 section 5.5). */
const MAX_REASON_BYTES = 123;

/** Whether `code` may stand in a Close frame (RFC 6455 section 7.4). */
export function isSendableCode(code: number): boolean {
  if (!Number.isInteger(code) || NEVER_SENT.has(code)) return false;
  return (code >= 1000 && code <= LAST_REGISTERED) || (code >= 3000 && code <= 4999);
}

/** Cuts `reason` to what a Close frame holds, never inside a character. */
export function fitReason(reason: string): string {
  const target = new Uint8Array(MAX_REASON_BYTES);
  const { read } = new TextEncoder().encodeInto(reason, target);
  return reason.slice(0, read);
}

/** The code to report for a code that a socket reported: Deno says 0 where the web says 1006. */
export function reportedCode(code: number): number {
  return code === 0 ? CLOSE_CODE.abnormal : code;
}
