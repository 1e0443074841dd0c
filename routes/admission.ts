/**
 * Whether a device may come in now, apart from who it is: how often it comes, how many come from there, and how the server is.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { Config } from "../services/config/mod.ts";
import type { LoadCounters } from "../services/load/counters.ts";
import type { Overload } from "../services/load/load_monitor.ts";
import { RateLimiter, type RateVerdict } from "../services/load/rate_limiter.ts";
import { isLoopback, plainAddress } from "./trusted_proxies.ts";

/** A refusal, before any upgrade: a device shows one at once, while an upgrade that leads nowhere freezes it for 10 s. */
export interface Refusal {
  readonly status: 429 | 503;
  readonly code: string;
  readonly title: string;
  readonly retryAfterS: number;
}

/** Decides on requests of devices; undefined lets them in. */
export interface Admission {
  /** A connection from an address: asked before anything costly is done for it. */
  fromAddress(address: string): Refusal | undefined;
  /** A connection of a device that has shown who it is. */
  ofDevice(deviceId: string): Refusal | undefined;
  /** An OTA request. */
  ota(address: string, deviceId: string): Refusal | undefined;
  /** Hears of every refusal of a device. */
  refused(code: string): void;
}

/** What {@link createAdmission} needs. */
export interface AdmissionOptions {
  readonly clock: Pick<Clock, "now">;
  /** Section `load`, as it is now. */
  readonly limits: () => Config["load"];
  /** Why no new device can be taken. */
  readonly overload: () => Overload | undefined;
  readonly counters: LoadCounters;
}

/** Asked again by a person's button or wake word; web clients wait as long. */
const OVERLOAD_RETRY_S = 15;

const OVERLOADED: Readonly<Record<Overload, string>> = {
  loop_delay: "The server does not keep up; try again in a moment",
  memory: "The server is short of memory; try again in a moment",
};

/** Decides by the configuration and the load. */
export function createAdmission({ clock, limits, overload, counters }: AdmissionOptions): Admission {
  const limiter = (perMinute: () => number) => new RateLimiter({ clock, perMinute });
  const addresses = limiter(() => limits().addressPerMinute);
  const devices = limiter(() => limits().devicePerMinute);
  const otaAddresses = limiter(() => limits().otaPerMinute);
  const otaDevices = limiter(() => limits().devicePerMinute);
  const from = (rates: RateLimiter, address: string, what: string) =>
    isLoopback(address) ? undefined : tooMany(rates.take(networkOf(address)), "too_many_from_address", `${what} come from this address`);
  const of = (rates: RateLimiter, deviceId: string, what: string) =>
    tooMany(rates.take(deviceId), "too_many_of_device", `${what} come from this device`);
  return {
    fromAddress: (address) => from(addresses, address, "connections"),
    ofDevice(deviceId) {
      const found = overload();
      if (found !== undefined) {
        return { status: 503, code: `overloaded_${found}`, title: OVERLOADED[found], retryAfterS: OVERLOAD_RETRY_S };
      }
      return of(devices, deviceId, "connections");
    },
    ota: (address, deviceId) => from(otaAddresses, address, "OTA requests") ?? of(otaDevices, deviceId, "OTA requests"),
    refused: (code) => counters.refused(code),
  };
}

/** What counts as one address: whoever has one of IPv6 has 2^64 of them. */
export function networkOf(address: string): string {
  const plain = plainAddress(address).toLowerCase();
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::");
  const left = head.split(":").filter((part) => part !== "");
  const right = (tail ?? "").split(":").filter((part) => part !== "");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array.from({ length: zeros }, () => "0"), ...right].slice(0, 4).map((part) => part.replace(/^0+(?=.)/, "")).join(":");
}

function tooMany(verdict: RateVerdict, code: string, what: string): Refusal | undefined {
  if (verdict.ok) return undefined;
  const { retryAfterS } = verdict;
  return { status: 429, code, title: `Too many ${what}; try again in ${retryAfterS} s`, retryAfterS };
}
