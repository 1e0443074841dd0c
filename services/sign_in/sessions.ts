/**
 * Who is signed in. Sessions live in memory: a restart signs everybody out, and nothing on disk lets anybody in.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";

/** What somebody may do: a viewer reads, an operator changes, too. */
export type Role = "viewer" | "operator";

/** Milliseconds without a request after which a session is over: a console that is watched asks more often. */
export const IDLE_MS = 12 * 3_600_000;
/** Milliseconds after which a session is over whatever happens. */
export const MAX_AGE_MS = 7 * 86_400_000;
/** Sessions at once; the one that was idle longest makes room. A household or a team has a few dozen. */
const MAX_SESSIONS = 1000;
/** 256 bits: nobody guesses one. */
const TOKEN_BYTES = 32;

interface Session {
  readonly role: Role;
  readonly startedAt: number;
  usedAt: number;
}

/** What {@link Sessions} needs. */
export interface SessionsOptions {
  readonly clock: Clock;
  readonly random: Random;
}

/** The sessions of the console. */
export class Sessions {
  readonly #options: SessionsOptions;
  /** By the hash of their token, so that a copy of the memory or a slip in a log is worth nothing; least recently used first. */
  readonly #sessions = new Map<string, Session>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Begins a session. The token is told once and kept nowhere. */
  start(role: Role): string {
    const { clock, random } = this.#options;
    const token = random.bytes(TOKEN_BYTES).toBase64({ alphabet: "base64url", omitPadding: true });
    const now = clock.now();
    this.#sessions.set(keyOf(token), { role, startedAt: now, usedAt: now });
    const oldest = this.#sessions.keys().next().value;
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    return token;
  }

  /** The role of the session of a token, which is used by that; undefined where it is over or never was. */
  role(token: string): Role | undefined {
    const key = keyOf(token);
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    const now = this.#options.clock.now();
    this.#sessions.delete(key);
    if (now - session.usedAt >= IDLE_MS || now - session.startedAt >= MAX_AGE_MS) return undefined;
    session.usedAt = now;
    this.#sessions.set(key, session);
    return session.role;
  }

  /** Ends the session of a token. */
  end(token: string): void {
    this.#sessions.delete(keyOf(token));
  }
}

function keyOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
