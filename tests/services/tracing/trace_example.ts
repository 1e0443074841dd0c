/**
 * What is said in the traced conversations.
 *
 * @module
 */

/** A device id that no hash contains. */
export const DEVICE = "aa:bb:cc:dd:ee:42";
/** What the person says. */
export const QUESTION = "where did I put the marmalade";
/** What is answered. */
export const ANSWER = ["It stands behind the teapot. ", "Second sentence of the answer."];
/** What the stages take, milliseconds. */
export const LATENCIES = { hearsAfterMs: 150, saysAfterMs: 300, speaksAfterMs: 200 };
