/**
 * Limits that more than one section uses.
 *
 * @module
 */

/** The highest TCP port. */
export const MAX_PORT = 65_535;

/**
 * A device counts its channel as dead when the server sent nothing for this long, and then opens a second one whose turn is lost (firmware
 * `main/protocols/protocol.cc`, `IsTimeout`). Whatever closes an idle session must come before it.
 */
export const DEVICE_CHANNEL_MS = 120_000;

/** Ten minutes: nobody waits longer for any part of an answer, so a larger number is a mistake of units. */
export const MAX_STAGE_MS = 600_000;
