/**
 * Watchdogs of the device chart: the last resort where a stage's own limit did not act.
 *
 * @module
 */

/** Recognition; above the stage's own default time-out of 15 s with one retry. */
export const RECOGNIZING_LIMIT_MS = 35_000;

/** Loading the codec and the VAD model; below the 10 s that a device waits for the server's hello. */
export const PREPARING_LIMIT_MS = 9000;

/** A commit takes well below a millisecond; a disk that needs longer than this is broken, and the person should not wait for it. */
export const PERSISTING_LIMIT_MS = 5000;

/** How much longer than the longest utterance the uplink may take to report its end. */
export const VAD_GRACE_MS = 5000;

/** A `listen start` this soon after a wake word or typed text belongs to it and is no barge-in: devices send both back to back. */
export const WAKE_GRACE_MS = 1000;

/** The device takes a socket without data from the server for dead after 120 s (firmware `main/protocols/protocol.cc`); close before. */
export const DEVICE_PATIENCE_MS = 110_000;
