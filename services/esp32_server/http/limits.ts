/**
 * Limits on what a server may answer.
 *
 * @module
 */

/** Largest JSON answer of recognition and chat: an hour of speech is 60 kB of text. */
export const MAX_JSON_BYTES = 1 << 20;

/** Longest chat answer in characters: read aloud it takes an hour; a model that goes on is stuck. */
export const MAX_CHAT_CHARS = 1 << 16;

/** Longest line of an event stream: a piece of text is some words, with some framing by the server. */
export const MAX_EVENT_CHARS = 1 << 17;

/** Largest sound of one sentence: 5 minutes of 48 kHz 16 bit stereo, above every device rate. */
export const MAX_AUDIO_BYTES = 5 * 60 * 48000 * 4;

/** Largest list of records: 30 minutes of a busy fleet, with the founding contract's `audio_data` in it. */
export const MAX_HISTORY_BYTES = 1 << 26;

/** Largest error body that is looked at. */
export const MAX_PROBLEM_BYTES = 1 << 14;

/** Longest part of a server's own words in an error text. */
export const MAX_DETAIL_CHARS = 200;

/** Waits before another try of what is safe to try again: the first at once to people's eyes, the second past a restart of a proxy. */
export const RETRY_DELAYS_MS: readonly number[] = [100, 500];

/** Milliseconds for `GET /health`: a check every few seconds must not pile up. */
export const HEALTH_MS = 3000;

/** Milliseconds for the history list, which runs in the background. */
export const HISTORY_MS = 20_000;
