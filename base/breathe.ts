/**
 * Giving way: long work that is done in steps lets everything else of the event loop run in between.
 *
 * @module
 */

import { setImmediate } from "node:timers";

/** Resolves when the event loop has been round once: sockets and timers that were due have had their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
