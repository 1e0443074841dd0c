/**
 * A configuration as it is kept: what differs from the defaults, without secrets.
 *
 * @module
 */

import { createHmac } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { ConfigKey } from "../keys.ts";
import { MASK, masked } from "../problem.ts";
import type { Config } from "../schema.ts";

/** Stands for a secret: two of the same key are equal where the secrets are. It tells nothing without the key of the data directory. */
export interface HiddenValue {
  readonly hidden: string;
}

/** Values by the names of their keys; what is absent has its default. */
export type ConfigSnapshot = Readonly<Record<string, unknown>>;

/** Enough characters of the hash to tell two secrets apart, too few to be of use to whoever guesses. */
const HASH_CHARS = 12;

/** Whether a recorded value stands for a secret. */
export function isHidden(value: unknown): value is HiddenValue {
  return typeof value === "object" && value !== null && "hidden" in value && Object.keys(value).length === 1;
}

/** Whether a value must not be written anywhere: a secret, or an address with a password in it. */
export function holdsSecret(key: ConfigKey, value: unknown): boolean {
  return masked(value, key.secret) !== value;
}

/** The value of a key. */
export function valueOf(config: Config, key: ConfigKey): unknown {
  return key.path.reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], config);
}

/** What is kept of a configuration; `secret` is the key behind the hashes. */
export function snapshotOf(config: Config, keys: readonly ConfigKey[], secret: Uint8Array): ConfigSnapshot {
  const kept: Record<string, unknown> = {};
  for (const key of keys) {
    const value = valueOf(config, key);
    if (isDeepStrictEqual(value, key.default)) continue;
    kept[key.name] = holdsSecret(key, value) ? { hidden: hashOf(key, value, secret) } : value;
  }
  return kept;
}

/** A recorded value as it may be shown. */
export function shown(value: unknown): unknown {
  return isHidden(value) ? MASK : value;
}

function hashOf({ name }: ConfigKey, value: unknown, secret: Uint8Array): string {
  return createHmac("sha256", secret).update(`config\n${name}\n${JSON.stringify(value)}`).digest("hex").slice(0, HASH_CHARS);
}
