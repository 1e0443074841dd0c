/**
 * Signing in to the console: one secret an operator has, another a viewer.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { Attempts } from "./attempts.ts";
import { hashPassword, PASSWORD_HASH, verifyPassword } from "./password_hash.ts";
import { type Role, Sessions } from "./sessions.ts";

export type { Role } from "./sessions.ts";

/** Longest password that is looked at, characters: more than any that is typed, little to hash. */
export const MAX_PASSWORD_CHARS = 1024;

/** What {@link SignIn} needs. */
export interface SignInOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly operator: string;
  /** A password, or its hash as `deno task password` prints it; empty where there is no viewer. */
  readonly viewer: string;
}

/** What became of a try. */
export type SignInResult =
  | { readonly ok: true; readonly role: Role; readonly token: string }
  | { readonly ok: false; readonly reason: "wrong" }
  | { readonly ok: false; readonly reason: "limited"; readonly retryAfterS: number };

/** Signs people in. */
export class SignIn {
  readonly sessions: Sessions;
  readonly #options: SignInOptions;
  readonly #attempts: Attempts;
  #hashes: Promise<readonly (readonly [Role, string])[]> | undefined;

  constructor(options: SignInOptions) {
    this.#options = options;
    this.#attempts = new Attempts(options.clock);
    this.sessions = new Sessions(options);
  }

  /** Tries a password that came from an address. Every password is compared with every secret, so that the time tells nothing. */
  async try(password: string, address: string): Promise<SignInResult> {
    const retryAfterS = this.#attempts.begin(address);
    if (retryAfterS > 0) return { ok: false, reason: "limited", retryAfterS };
    const given = password.slice(0, MAX_PASSWORD_CHARS);
    let role: Role | undefined;
    for (const [each, hash] of await (this.#hashes ??= this.#secrets())) {
      if (await verifyPassword(given, hash)) role ??= each;
    }
    if (role === undefined) return { ok: false, reason: "wrong" };
    this.#attempts.succeeded(address);
    return { ok: true, role, token: this.sessions.start(role) };
  }

  #secrets(): Promise<readonly (readonly [Role, string])[]> {
    const { operator, viewer, random } = this.#options;
    return Promise.all([
      ...(operator === "" ? [] : [hashPassword(operator, random).then((hash) => ["operator", hash] as const)]),
      ...(viewer === "" ? [] : [viewerHash(viewer, random).then((hash) => ["viewer", hash] as const)]),
    ]);
  }
}

async function viewerHash(secret: string, random: Random): Promise<string> {
  return PASSWORD_HASH.test(secret) ? secret : await hashPassword(secret, random);
}
