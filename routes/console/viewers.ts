/**
 * How many may watch a feed at once.
 *
 * @module
 */

import { ApiProblem } from "../api/problem.ts";

/** Consoles that are open at once: each costs a socket, and a message where it is slow. */
const MAX_VIEWERS = 50;

/** Headers of a feed. */
export const FEED_HEADERS = { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" };

/** Counts those who watch. */
export class Viewers {
  #count = 0;

  /**
   * Lets one more in, until `left` is called.
   *
   * @throws {ApiProblem} Where the server stops, or too many watch.
   */
  enter(closing: AbortSignal): { readonly left: () => void } {
    if (closing.aborted) throw new ApiProblem({ status: 503, code: "draining", title: "The server is stopping" });
    if (this.#count >= MAX_VIEWERS) {
      throw new ApiProblem({ status: 503, code: "too_many_viewers", title: `${MAX_VIEWERS} consoles are open; close one` });
    }
    this.#count++;
    return { left: () => void this.#count-- };
  }
}
