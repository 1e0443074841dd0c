/**
 * Days as a time zone has them.
 *
 * @module
 */

/** One day of a time zone. */
export interface LocalDay {
  /** Its date, such as `2026-03-29`. */
  readonly date: string;
  /** Its first instant, Unix milliseconds: midnight, or where the clocks go forward at midnight what comes instead of it. */
  readonly startsAt: number;
  /** The first instant of the next day. */
  readonly endsAt: number;
}

/** More than the longest day, which has 25 hours, and less than two short ones. */
const MORE_THAN_A_DAY_MS = 30 * 3_600_000;

/**
 * The day that `atMs` (Unix milliseconds) falls on.
 *
 * @param zone An IANA name; empty for the zone of the machine.
 * @throws {RangeError} When the machine does not know the zone.
 */
export function localDay(zone: string, atMs: number): LocalDay {
  // Swedish writes dates as ISO 8601 does, so that they sort as text.
  const format = new Intl.DateTimeFormat("sv-SE", zone === "" ? { dateStyle: "short" } : { dateStyle: "short", timeZone: zone });
  const at = Math.floor(atMs);
  const date = format.format(at);
  return {
    date,
    startsAt: first(at - MORE_THAN_A_DAY_MS, at, (ms) => format.format(ms) >= date),
    endsAt: first(at, at + MORE_THAN_A_DAY_MS, (ms) => format.format(ms) > date),
  };
}

/** The first whole number in (`low`, `high`] of which `holds` is true; it is false of `low`, true of `high`, and changes once. */
function first(low: number, high: number, holds: (value: number) => boolean): number {
  let [below, above] = [low, high];
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    if (holds(middle)) above = middle;
    else below = middle;
  }
  return above;
}
