/**
 * The version of the file format.
 *
 * @module
 */

/** Version of the file format; raised when a reader of the last one could no longer understand a line. */
export const RECORDING_SCHEMA = 1;
