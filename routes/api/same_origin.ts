/**
 * Keeps pages of other sites from acting in the owner's name: browsers send the owner's password, or are at this machine, whoever's page asks.
 *
 * @module
 */

import { API_HEADERS } from "../page/security.ts";
import { problemResponse } from "../problem.ts";
import type { TrustedProxies } from "../trusted_proxies.ts";

/** Methods that change nothing. What they answer no page of another site can read. */
export const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Refuses a request that a page of another site had a browser make; undefined for any other. Programs send neither header. */
export function crossSiteRefusal(request: Request, peer: string, proxies: TrustedProxies, publicUrl: string): Response | undefined {
  if (SAFE_METHODS.has(request.method)) return undefined;
  return isCrossSite(request, peer, proxies, publicUrl) ? crossSiteProblem() : undefined;
}

/** Whether a page of another site had a browser make a request, whatever its method. */
export function isCrossSite({ headers }: Request, peer: string, proxies: TrustedProxies, publicUrl: string): boolean {
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  // Browsers send Sec-Fetch-Site to https and localhost alone, and Origin with everything that may change something.
  if (site !== null) return site !== "same-origin" && site !== "none";
  return origin !== null && !isOwn(origin, headers, peer, proxies, publicUrl);
}

/** The answer for such a request. */
export function crossSiteProblem(): Response {
  const title = "A page of another site asked for this";
  const detail = "What changes something is taken from pages of this server and from programs, which send no Origin, alone";
  return problemResponse({ status: 403, code: "cross_site", title, detail }, API_HEADERS);
}

function isOwn(origin: string, headers: Headers, peer: string, proxies: TrustedProxies, publicUrl: string): boolean {
  const url = URL.parse(origin);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  const own = [headers.get("host"), proxies.forwarded(headers, peer, "host"), URL.parse(publicUrl)?.host];
  return own.some((host) => host !== undefined && host !== null && host !== "" && URL.parse(`${url.protocol}//${host}`)?.host === url.host);
}
