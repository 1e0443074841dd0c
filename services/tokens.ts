/**
 * Tokens that prove that a device asked this server's OTA address for them. The form is that of xinnan-tech/xiaozhi-esp32-server
 * (core/auth.py), so that a token serves both: base64url(HMAC-SHA256(key, "client|device|ts")), without padding, "." and ts, where ts is
 * Unix seconds.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { keptSecret } from "./secret_file.ts";

/** As long as the output of SHA-256: RFC 2104 section 3 gains nothing from more. */
const KEY_BYTES = 32;

/** A token dated further ahead than this was not made by this server's clock; NTP steps stay below. Milliseconds. */
const MAX_CLOCK_STEP_MS = 5 * 60 * 1000;

/** 43 characters of base64url for 32 bytes; Unix seconds have 10 digits until the year 2286. */
const TOKEN_FORM = /^([A-Za-z0-9_-]{43})\.(\d{1,11})$/;

/** Why a token was refused. */
export type TokenRefusal = "missing" | "malformed" | "wrong" | "expired" | "future";

/** Issues and checks device tokens. */
export interface DeviceTokens {
  /** A token for this client and device, dated now. */
  issue(clientId: string, deviceId: string): string;
  /** Whether `token` was issued for this client and device and is still good. Takes the same time wherever it differs. */
  verify(token: string, clientId: string, deviceId: string): { readonly ok: true } | { readonly ok: false; readonly reason: TokenRefusal };
}

/** What {@link createDeviceTokens} needs. */
export interface DeviceTokenOptions {
  readonly key: Uint8Array;
  readonly clock: Clock;
  /** Life of a token in milliseconds. Absent or 0: for ever, because a device keeps its token until its next boot, however far off. */
  readonly ttlMs?: number;
}

/** Makes the issuer over one key. */
export function createDeviceTokens({ key, clock, ttlMs = 0 }: DeviceTokenOptions): DeviceTokens {
  const sign = (clientId: string, deviceId: string, seconds: string) =>
    createHmac("sha256", key).update(`${clientId}|${deviceId}|${seconds}`).digest();
  return {
    issue(clientId, deviceId) {
      const seconds = String(Math.floor(clock.wall() / 1000));
      return `${sign(clientId, deviceId, seconds).toString("base64url")}.${seconds}`;
    },
    verify(token, clientId, deviceId) {
      if (token === "") return { ok: false, reason: "missing" };
      const parts = TOKEN_FORM.exec(token);
      const [, signature, seconds] = parts ?? [];
      if (signature === undefined || seconds === undefined) return { ok: false, reason: "malformed" };
      if (!timingSafeEqual(Buffer.from(signature, "base64url"), sign(clientId, deviceId, seconds))) return { ok: false, reason: "wrong" };
      const ageMs = clock.wall() - Number(seconds) * 1000;
      if (ageMs < -MAX_CLOCK_STEP_MS) return { ok: false, reason: "future" };
      if (ttlMs > 0 && ageMs > ttlMs) return { ok: false, reason: "expired" };
      return { ok: true };
    },
  };
}

/**
 * The key of the device tokens, from `<dataDir>/keys/device-token.key`; made at first use.
 *
 * @throws {AppError} `token_key_malformed` when the file holds something else; `secret_unreadable` or `secret_unwritable`.
 */
export async function loadOrCreateKey(dataDir: string, random: Random): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(dataDir, "keys", "device-token.key");
  const { secret } = await keptSecret(path, () => Buffer.from(random.bytes(KEY_BYTES)).toString("base64url"));
  const key = new Uint8Array(Buffer.from(secret, "base64url"));
  if (key.length !== KEY_BYTES) {
    throw new AppError(`The key in ${path} has ${key.length} bytes instead of ${KEY_BYTES}; restore it, or delete it to get a new one`, {
      code: "token_key_malformed",
    });
  }
  return key;
}
