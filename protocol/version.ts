/**
 * The framing versions of binary messages.
 *
 * @module
 */

/** 1: a bare Opus packet. 2: a 16-byte header with a timestamp. 3: a 4-byte header. */
export type ProtocolVersion = 1 | 2 | 3;

/** The framing that a device uses for a version it was given: anything but 2 and 3 is 1 (firmware `main/protocols/websocket_protocol.cc`). */
export function protocolVersion(value: number): ProtocolVersion {
  return value === 2 || value === 3 ? value : 1;
}
