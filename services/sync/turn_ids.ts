/**
 * Ids of imported turns: the same record always gets the same id, on every node and after every restart.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** Crockford's base 32, the alphabet of ULIDs. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** The first 10 of a ULID's 26 characters are its time: 48 bits of Unix milliseconds. */
const TIME_CHARS = 10;
/** The other 16 are 80 bits, here of a hash: a billion records of one millisecond would be needed for a collision to be likely. */
const HASH_CHARS = 16;
/** The last instant that 48 bits hold, in the year 10889. */
const MAX_TIME = 2 ** 48 - 1;

/** Whether a text is a ULID, as the turns of this runtime have. */
export function isUlid(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
}

/**
 * The id of an imported turn, in the shape of a ULID: the time of the record, so that ids sort as records began, and a hash of where it came
 * from.
 *
 * @param origin The source's name, a colon, and the key of the record there: what makes two records different.
 * @param at When the record was made at the source, Unix milliseconds; undefined where the source does not say. Then the id begins with
 * zeros, because a time that this machine chose would differ at the next reading, and with it the id.
 */
export function importedTurnId(origin: string, at: number | undefined): string {
  const time = at === undefined || !Number.isFinite(at) ? 0 : Math.min(Math.max(0, Math.floor(at)), MAX_TIME);
  const digest = createHash("sha256").update(origin).digest();
  const bits = digest.readBigUInt64BE(0) << 16n | BigInt(digest.readUInt16BE(8));
  return base32(BigInt(time), TIME_CHARS) + base32(bits, HASH_CHARS);
}

function base32(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest >>= 5n) text = ALPHABET[Number(rest & 31n)] + text;
  return text;
}
