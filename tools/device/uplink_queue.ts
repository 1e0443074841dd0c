/**
 * The send queue between encoder and network: it fills while the main loop is blocked and leaves in one burst.
 *
 * @module
 */

/** Packets the firmware keeps (main/audio/audio_service.h: 2400 ms of 60 ms). */
const CAPACITY = 40;

/** An encoded packet with the timestamp for echo cancellation, 0 for none. */
export interface UplinkPacket {
  readonly packet: Uint8Array<ArrayBuffer>;
  readonly timestamp: number;
}

/** A bounded queue that gives way at the end the firmware gives way at. */
export class UplinkQueue {
  readonly #packets: UplinkPacket[] = [];
  readonly #overflow: "oldest" | "newest";
  #dropped = 0;

  constructor(overflow: "oldest" | "newest") {
    this.#overflow = overflow;
  }

  /** Packets lost because the main loop was blocked for too long. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds a packet; a full queue loses one. */
  push(packet: UplinkPacket): void {
    if (this.#packets.length >= CAPACITY) {
      this.#dropped++;
      if (this.#overflow === "newest") return;
      this.#packets.shift();
    }
    this.#packets.push(packet);
  }

  /** Takes everything out, oldest first. */
  takeAll(): UplinkPacket[] {
    return this.#packets.splice(0);
  }
}
