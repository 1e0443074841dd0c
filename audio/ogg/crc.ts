/**
 * The checksum of Ogg pages (RFC 3533 section 6): CRC-32 with polynomial 0x04c11db7, not reflected, start and final value 0.
 *
 * @module
 */

const POLYNOMIAL = 0x04c11db7;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ POLYNOMIAL : value << 1;
  return value;
});

/** The checksum of a page whose own checksum field is zero. */
export function oggCrc(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = (crc << 8) ^ TABLE[((crc >>> 24) ^ byte) & 255]!;
  return crc >>> 0;
}
