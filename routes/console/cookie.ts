/**
 * The cookie of a console session.
 *
 * @module
 */

import { MAX_AGE_MS } from "../../services/sign_in/sessions.ts";

/** Behind https the prefix has browsers refuse a cookie that another host of the domain set. */
const NAMES = { http: "xiaozhi_console", https: "__Host-xiaozhi_console" } as const;

/** The token that comes with a request. */
export function sessionToken(headers: Headers): string | undefined {
  for (const pair of (headers.get("cookie") ?? "").split(";")) {
    const [name, value] = pair.trim().split("=", 2);
    if ((name === NAMES.https || name === NAMES.http) && value !== undefined && /^[\w-]{20,100}$/.test(value)) return value;
  }
  return undefined;
}

/** The header that keeps a token in the browser: out of reach of scripts, and sent from pages of this server alone. */
export function keepToken(token: string, secure: boolean): string {
  return cookie(token, MAX_AGE_MS / 1000, secure);
}

/** The header that takes it away. */
export function dropToken(secure: boolean): string {
  return cookie("", 0, secure);
}

function cookie(value: string, maxAgeS: number, secure: boolean): string {
  const name = secure ? NAMES.https : NAMES.http;
  return `${name}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
}
