/**
 * Who may see what devices and people say: somebody at this machine, somebody with the password, or somebody who signed in to the console.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";
import { samePassword } from "../services/owner_password.ts";
import type { Role } from "../services/sign_in/sessions.ts";
import { isForwarded, isLoopback, plainAddress, type TrustedProxies } from "./trusted_proxies.ts";

/** What the check needs. */
export interface OwnerCheckDeps {
  readonly password: string;
  readonly proxies: TrustedProxies;
  readonly clock: Clock;
  /** The role of the console's session that a request belongs to. */
  readonly session?: (request: Request) => Role | undefined;
}

/** How somebody is known to be the owner, or a guest: `local` is at this machine. */
export type OwnerProof = "local" | "session" | "password";

/** Whether a request is the owner's. `limited`: too many wrong passwords from there; `retryAfterS` says when to try again. */
export type OwnerVerdict =
  | { readonly owner: true; readonly role: Role; readonly by: OwnerProof }
  | { readonly owner: false; readonly reason: "anonymous" | "wrong" }
  | { readonly owner: false; readonly reason: "limited"; readonly retryAfterS: number };

/** Judges a request that came from the address `peer`. */
export type OwnerCheck = (request: Request, peer: string) => OwnerVerdict;

/** Wrong passwords that one address may give within {@link WINDOW_MS}: more than a person mistypes. */
const MAX_FAILURES = 10;

/** With {@link MAX_FAILURES}, 14,400 guesses a day: nothing against 99 bits, little against a chosen password of eight letters. */
const WINDOW_MS = 60_000;

/** Addresses remembered at once. A thousand guessers are an attack that a firewall has to stop; the oldest is forgotten. */
const MAX_ADDRESSES = 1024;

/** Makes the check. */
export function createOwnerCheck({ password, proxies, clock, session = () => undefined }: OwnerCheckDeps): OwnerCheck {
  const failures = new Map<string, { count: number; since: number }>();
  return (request, peer) => {
    if (isLocal(request, peer)) return { owner: true, role: "operator", by: "local" };
    const role = session(request);
    if (role !== undefined) return { owner: true, role, by: "session" };
    const given = basicPassword(request.headers.get("authorization"));
    if (given === undefined) return { owner: false, reason: "anonymous" };
    const address = proxies.client(request.headers, peer);
    const now = clock.now();
    const known = failures.get(address);
    const recent = known !== undefined && now - known.since < WINDOW_MS ? known : { count: 0, since: now };
    if (recent.count >= MAX_FAILURES) {
      return { owner: false, reason: "limited", retryAfterS: Math.ceil((recent.since + WINDOW_MS - now) / 1000) };
    }
    if (password !== "" && samePassword(given, password)) {
      failures.delete(address);
      return { owner: true, role: "operator", by: "password" };
    }
    failures.delete(address);
    failures.set(address, { count: recent.count + 1, since: recent.since });
    const oldest = failures.keys().next().value;
    if (failures.size > MAX_ADDRESSES && oldest !== undefined) failures.delete(oldest);
    return { owner: false, reason: "wrong" };
  };
}

/**
 * Whether somebody at this machine asks directly. The Host matters because a page of any site can have its own name resolve to 127.0.0.1
 * (DNS rebinding), and the forwarded headers because a proxy on this machine speaks for strangers.
 */
function isLocal(request: Request, peer: string): boolean {
  return isLoopback(peer) && !isForwarded(request.headers) && isLocalHost(request.headers.get("host") ?? "");
}

function isLocalHost(host: string): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(:\d{1,5})?$/.exec(host.toLowerCase())?.[1] ?? "";
  return name === "localhost" || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(plainAddress(name));
}

function basicPassword(authorization: string | null): string | undefined {
  const encoded = /^basic\s+([A-Za-z0-9+/=]+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : text.slice(colon + 1);
}
