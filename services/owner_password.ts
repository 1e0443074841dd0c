/**
 * The password of the owner's pages: the configured one, or one made at first start and kept in `<dataDir>/keys/owner-password`. It is
 * kept as it is, mode 600, because an owner who has lost it reads it there; who can read that file can read the conversations beside it.
 *
 * @module
 */

import { createHash, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { AppError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { keptSecret } from "./secret_file.ts";

/** No `0`, `o`, `1`, `l`, `i`: people type this from a terminal into a phone. 31 characters. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

/** Five groups of four of 31 characters are 99 bits. */
const GROUPS = 5;
const GROUP_LENGTH = 4;

/** Where the owner's password came from. */
export interface OwnerPassword {
  readonly password: string;
  /** `configured`; `created` by this call, so to be printed once; or `stored` at an earlier start. */
  readonly source: "configured" | "created" | "stored";
  /** The file that keeps it, where one does. */
  readonly path?: string;
}

/** A password such as `k3fd-9x2m-...`. */
export function generatePassword(random: Random): string {
  // A byte above the last whole multiple of the alphabet would make its first characters likelier.
  const limit = 256 - (256 % ALPHABET.length);
  let letters = "";
  while (letters.length < GROUPS * GROUP_LENGTH) {
    for (const byte of random.bytes(GROUPS * GROUP_LENGTH - letters.length)) {
      if (byte < limit) letters += ALPHABET[byte % ALPHABET.length];
    }
  }
  return letters.match(new RegExp(`.{${GROUP_LENGTH}}`, "g"))!.join("-");
}

/**
 * The owner's password: `configured` when it is not empty, else the stored one, else a new one, stored.
 *
 * @throws {AppError} `owner_password_empty` when the file is empty; `secret_unreadable` or `secret_unwritable`.
 */
export async function ownerPassword(dataDir: string, configured: string, random: Random): Promise<OwnerPassword> {
  if (configured !== "") return { password: configured, source: "configured" };
  const path = join(dataDir, "keys", "owner-password");
  const { secret, created } = await keptSecret(path, () => generatePassword(random));
  if (secret === "") {
    throw new AppError(`The owner's password in ${path} is empty; write one there, or delete the file to get a new one`, {
      code: "owner_password_empty",
    });
  }
  return { password: secret, source: created ? "created" : "stored", path };
}

/** Compares in a time that tells nothing about where, or in what length, the two differ. */
export function samePassword(given: string, right: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}
