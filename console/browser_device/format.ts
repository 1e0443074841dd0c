/**
 * The formats of sound on both ways.
 *
 * @module
 */

/** Samples per second that devices send. */
export const UPLINK_RATE = 16_000;

/** Milliseconds of one packet of a device. */
export const FRAME_MS = 60;

/** Samples of one frame. */
export const FRAME_SAMPLES: number = (UPLINK_RATE * FRAME_MS) / 1000;

/** Bits per second of what is sent: ample for speech of 16 kHz, and what stock servers use. */
export const UPLINK_BITRATE = 24_000;

/** Samples per second that replies are decoded to, whatever they were made at: Opus decodes to any of its rates, and this is its own. */
export const DOWNLINK_RATE = 48_000;
