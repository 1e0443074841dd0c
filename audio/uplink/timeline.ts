/**
 * The audio that the uplink still needs, by sample position.
 *
 * @module
 */

/** One packet on the timeline. */
export interface TimedPacket {
  /** The packet as the device sent it. */
  readonly packet: Uint8Array<ArrayBuffer>;
  /** Position of its first sample. */
  readonly start: number;
  /** Position after its last sample. */
  readonly end: number;
  /** Its samples, where they were decoded; `undefined` for silence and for packets not decoded yet. */
  readonly samples: Int16Array<ArrayBuffer> | undefined;
}

/** Packets in order, without gaps; the oldest are forgotten on request. */
export class Timeline {
  #packets: TimedPacket[] = [];
  #end = 0;

  /** Position after the last sample. */
  get end(): number {
    return this.#end;
  }

  /** Samples held. */
  get length(): number {
    return this.#end - (this.#packets[0]?.start ?? this.#end);
  }

  /** Adds a packet of `length` samples at the end. */
  append(packet: Uint8Array<ArrayBuffer>, length: number, samples?: Int16Array<ArrayBuffer>): void {
    const start = this.#end;
    this.#end += length;
    this.#packets.push({ packet, start, end: this.#end, samples });
  }

  /** Forgets the packets that end at `position` or before. */
  forget(position: number): void {
    const keep = this.#packets.findIndex((packet) => packet.end > position);
    if (keep === -1) this.#packets = [];
    else if (keep > 0) this.#packets.splice(0, keep);
  }

  /** The last packet border at or before `position`, or the first border of all where everything held comes after it. */
  borderBefore(position: number): number {
    return this.#packets.find((packet) => packet.end > position)?.start ?? this.#end;
  }

  /** The first packet border at or after `position`. */
  borderAfter(position: number): number {
    return this.#packets.find((packet) => packet.end >= position)?.end ?? this.#end;
  }

  /** The packets from one border to another. */
  between(start: number, end: number): TimedPacket[] {
    return this.#packets.filter((packet) => packet.start >= start && packet.end <= end);
  }
}
