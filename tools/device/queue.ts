/**
 * The decode queue of the firmware (main/audio/audio_service.h): a number of packets whatever their duration, and what does not fit is lost.
 *
 * @module
 */

/** A packet waiting to be played. */
export interface QueuedPacket {
  readonly packet: Uint8Array<ArrayBuffer>;
  /** Timestamp of version 2 framing, else 0. */
  readonly timestamp: number;
  /** Clock time of arrival, milliseconds. */
  readonly arrivedAt: number;
}

/** A bounded first-in, first-out queue that drops what comes when it is full. */
export class DecodeQueue {
  readonly #packets: QueuedPacket[] = [];
  readonly #capacity: number;

  /** @param capacity Packets it holds. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Packets waiting. */
  get length(): number {
    return this.#packets.length;
  }

  /** Most packets it holds. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Whether the packet was taken; a full queue drops it. */
  push(packet: QueuedPacket): boolean {
    if (this.#packets.length >= this.#capacity) return false;
    this.#packets.push(packet);
    return true;
  }

  /** The oldest packet. */
  shift(): QueuedPacket | undefined {
    return this.#packets.shift();
  }

  /** Empties the queue. Returns how many packets were lost. */
  flush(): number {
    return this.#packets.splice(0).length;
  }
}
