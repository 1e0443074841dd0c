/**
 * Offsets of time zones, as the OTA answer carries them.
 *
 * @module
 */

/**
 * Minutes that local time in `zone` is ahead of UTC at `atMs` (Unix milliseconds), daylight saving counted in.
 *
 * @param zone An IANA name; empty for the zone of the machine.
 * @throws {RangeError} When the machine does not know the zone.
 */
export function offsetMinutes(zone: string, atMs: number): number {
  const name = new Intl.DateTimeFormat("en-US", { ...(zone === "" ? {} : { timeZone: zone }), timeZoneName: "longOffset" })
    .formatToParts(atMs).find((part) => part.type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name) ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
