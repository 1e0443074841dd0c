/**
 * Who this browser is as a device: a MAC address and a client id, made once and kept.
 *
 * @module
 */

import type { Random } from "../../base/random.ts";

/** Who the device says that it is. */
export interface Identity {
  /** A MAC address in lower case. */
  readonly deviceId: string;
  /** A UUID. */
  readonly clientId: string;
}

/** The part of the browser's storage that is used. Either may throw where the browser keeps nothing. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const KEY = "xiaozhi-browser-device";
const MAC_FORM = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
const UUID_FORM = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The identity that is kept, or a new one. Where nothing can be kept it lasts as long as the page. */
export function identityOf(store: Store, random: Random): Identity {
  const kept = readIdentity(store);
  if (kept !== undefined) return kept;
  const identity = { deviceId: randomMac(random), clientId: uuid(random) };
  try {
    store.setItem(KEY, JSON.stringify(identity));
  } catch {
    // A private window keeps nothing, and needs nothing kept.
  }
  return identity;
}

function readIdentity(store: Store): Identity | undefined {
  try {
    const { deviceId, clientId } = JSON.parse(store.getItem(KEY) ?? "") as Partial<Record<string, unknown>>;
    if (typeof deviceId !== "string" || !MAC_FORM.test(deviceId)) return undefined;
    return typeof clientId === "string" && UUID_FORM.test(clientId) ? { deviceId, clientId } : undefined;
  } catch {
    return undefined;
  }
}

/** An address that no manufacturer has: locally administered and of one device (IEEE 802, bits 1 and 0 of the first byte). */
function randomMac(random: Random): string {
  const bytes = random.bytes(6);
  bytes[0] = (bytes[0]! & 0xfc) | 0x02;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** `random.uuid()` is for secure pages alone, and this one is opened at addresses of a home network as well. */
function uuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
