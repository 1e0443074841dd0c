/**
 * How many device sockets stand where: what the admission limit and the gauges are read from.
 *
 * @module
 */

/** Sockets of one transport by where they are in their life. */
export interface SocketCounts {
  /** Upgrade answered, socket not open yet. */
  readonly opening: number;
  readonly open: number;
  /** Ended for their owner, while TCP still holds them: the peer has not answered the Close frame. */
  readonly pendingClose: number;
}

/** Where a socket is. */
export type SocketPhase = keyof SocketCounts | "gone";

/** Counts sockets and closes them together. One for each transport. */
export class Census {
  readonly #counts = { opening: 0, open: 0, pendingClose: 0 };

  /** A copy of the counts. */
  counts(): SocketCounts {
    return { ...this.#counts };
  }

  /** Starts counting a socket; the returned function moves it, only ever forward. */
  enter(): (phase: SocketPhase) => void {
    const order: readonly SocketPhase[] = ["opening", "open", "pendingClose", "gone"];
    let at: SocketPhase = "opening";
    this.#counts.opening++;
    return (to) => {
      if (order.indexOf(to) <= order.indexOf(at)) return;
      if (at !== "gone") this.#counts[at]--;
      if (to !== "gone") this.#counts[to]++;
      at = to;
    };
  }
}

/** All sockets that cost a file descriptor. */
export function heldSockets(counts: SocketCounts): number {
  return counts.opening + counts.open + counts.pendingClose;
}
