/**
 * Passwords that cannot be read back: scrypt, in the form `scrypt:N:r:p:salt:hash`, salt and hash in base64url.
 *
 * @module
 */

import { scrypt, timingSafeEqual } from "node:crypto";
import type { Random } from "../../base/random.ts";

/** 2^15 blocks of 1 KiB: 32 MiB and some 100 ms for each guess, which a small machine can spare for a person who signs in. */
const N = 32_768;
const R = 8;
const P = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** What scrypt may use: 128 * N * r bytes, and a little more. */
const MAX_MEMORY = 64 * 1024 * 1024;

/** The form of a hash. Cost is bounded, so that a configured hash cannot stop the server. */
export const PASSWORD_HASH = /^scrypt:(\d{4,5}):(\d{1,2}):(\d):([\w-]{16,64}):([\w-]{43})$/;

/** Hashes a password with a new salt. */
export async function hashPassword(password: string, random: Random): Promise<string> {
  const salt = random.bytes(SALT_BYTES);
  const hash = await derive(password, salt, N, R, P);
  return ["scrypt", N, R, P, base64(salt), base64(hash)].join(":");
}

/** Whether `given` is the password of a hash; false for a hash that has not the form. Takes as long for a wrong one as for the right one. */
export async function verifyPassword(given: string, hash: string): Promise<boolean> {
  const [, n, r, p, salt = "", right = ""] = PASSWORD_HASH.exec(hash) ?? [];
  if (n === undefined) return false;
  const options = { alphabet: "base64url" } as const;
  const found = await derive(given, Uint8Array.fromBase64(salt, options), Number(n), Number(r), Number(p));
  return timingSafeEqual(found, Uint8Array.fromBase64(right, options));
}

function derive(password: string, salt: Uint8Array, n: number, r: number, p: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFC"), salt, HASH_BYTES, { N: n, r, p, maxmem: MAX_MEMORY }, (error, key) => {
      if (error === null) resolve(new Uint8Array(key));
      else reject(error);
    });
  });
}

function base64(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
