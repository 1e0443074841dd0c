/**
 * Times of a column that does not know its time zone.
 *
 * @module
 */

/** Before 1980 nobody talked to a device: an earlier time was given in seconds where milliseconds are needed, or the other way round. */
const NOT_BEFORE = Date.UTC(1980, 0, 1);

/** Reads and writes times of a zone. */
export class LocalTime {
  readonly #format: Intl.DateTimeFormat;

  /** @throws {RangeError} When the machine does not know the zone. */
  constructor(zone: string) {
    // Swedish writes dates as ISO 8601 does.
    this.#format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      dateStyle: "short",
      timeStyle: "medium",
    });
  }

  /**
   * Unix milliseconds of `YYYY-MM-DD HH:MM:SS.mmm`; NaN for what is none. Senders that give seconds where milliseconds are wanted leave
   * times in January 1970 behind, which are put right.
   */
  unix(text: string): number {
    const naive = Date.parse(`${text.slice(0, 23).replace(" ", "T")}Z`);
    if (Number.isNaN(naive)) return NaN;
    // The offset at the local reading taken for UTC may be that of the other side of a change of clocks; at the result of it, it is not.
    const guess = naive - this.#offset(naive);
    return corrected(naive - this.#offset(guess));
  }

  /** Milliseconds that the zone is ahead of UTC. */
  #offset(at: number): number {
    const whole = Math.floor(at / 1000) * 1000;
    return Date.parse(`${this.#format.format(whole).replace(" ", "T")}Z`) - whole;
  }
}

/** Unix milliseconds, out of milliseconds or seconds. */
export function corrected(time: number): number {
  return time > 0 && time < NOT_BEFORE ? time * 1000 : time;
}
