/**
 * Virtual time beside real connections.
 *
 * @module
 */

import { VirtualClock } from "./virtual_clock.ts";

/** Real milliseconds after each step, in which connections on this machine get on. */
const PAUSE_MS = 1;

/** A virtual clock that waits a moment after each step, so that what goes over a socket takes little virtual time and not all of it. */
export class PacedClock extends VirtualClock {
  override async advance(ms: number): Promise<void> {
    await super.advance(ms);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
