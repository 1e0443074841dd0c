/**
 * `/console/session`: who looks, signing in, signing out.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { z } from "zod";
import { MAX_PASSWORD_CHARS, type SignIn } from "../../services/sign_in/mod.ts";
import { isCrossSite } from "../api/same_origin.ts";
import { crossSiteProblem } from "../api/same_origin.ts";
import type { AppEnv } from "../app_env.ts";
import { readBounded } from "../bounded_body.ts";
import type { OwnerVerdict } from "../owner.ts";
import { API_HEADERS } from "../page/security.ts";
import { problemResponse } from "../problem.ts";
import type { TrustedProxies } from "../trusted_proxies.ts";
import { dropToken, keepToken, sessionToken } from "./cookie.ts";
import type { SessionInfo } from "./types.ts";

/** Header that the console sends with what changes something: no form and no page of another site can. */
export const CONSOLE_HEADER = "x-xiaozhi-console";

/** Room for the longest password, every character of it escaped. */
const MAX_BODY_BYTES = 16_384;

const bodySchema = z.strictObject({ password: z.string().min(1).max(MAX_PASSWORD_CHARS) });

/** What the routes need. */
export interface SessionRouteDeps {
  readonly signIn: SignIn;
  readonly check: (request: Request, peer: string) => OwnerVerdict;
  readonly proxies: TrustedProxies;
  readonly publicUrl: string;
  readonly version: string;
  readonly api: () => boolean;
}

/** Adds the routes. */
export function addSession(app: Hono<AppEnv>, deps: SessionRouteDeps): void {
  const { signIn, check, proxies, publicUrl, version, api } = deps;
  const headers = { "cache-control": "no-store", ...API_HEADERS };
  const info = (c: Context<AppEnv>): SessionInfo => {
    const verdict = check(c.req.raw, c.env.peer);
    return { ...(verdict.owner ? { role: verdict.role, by: verdict.by } : {}), version, api: api() };
  };
  const refusal = (c: Context<AppEnv>): Response | undefined => {
    if (isCrossSite(c.req.raw, c.env.peer, proxies, publicUrl)) return crossSiteProblem();
    return c.req.header(CONSOLE_HEADER) === undefined ? noHeader() : undefined;
  };

  app.get("/console/session", (c) => c.json(info(c), 200, headers));
  app.post("/console/session", async (c) => {
    const refused = refusal(c);
    if (refused !== undefined) return refused;
    const password = await passwordOf(c.req.raw);
    if (password === undefined) {
      return problemResponse({ status: 422, code: "invalid_body", title: 'The body must be JSON: {"password": "..."}' }, API_HEADERS);
    }
    const result = await signIn.try(password, proxies.client(c.req.raw.headers, c.env.peer));
    if (result.ok) {
      const before = sessionToken(c.req.raw.headers);
      if (before !== undefined) signIn.sessions.end(before);
      const body: SessionInfo = { role: result.role, by: "session", version, api: api() };
      return c.json(body, 200, { ...headers, "set-cookie": keepToken(result.token, isSecure(c, deps)) });
    }
    if (result.reason === "limited") {
      const title = "Too many wrong passwords; wait before trying again";
      return problemResponse({ status: 429, code: "too_many_passwords", title }, {
        "retry-after": `${result.retryAfterS}`,
        ...API_HEADERS,
      });
    }
    return problemResponse({ status: 401, code: "wrong_password", title: "The password is wrong" }, API_HEADERS);
  });
  app.delete("/console/session", (c) => {
    const refused = refusal(c);
    if (refused !== undefined) return refused;
    const token = sessionToken(c.req.raw.headers);
    if (token !== undefined) signIn.sessions.end(token);
    return c.body(null, 204, { ...headers, "set-cookie": dropToken(isSecure(c, deps)) });
  });
}

/** The answer for a request of a session that changes something without the console's header. */
export function noHeader(): Response {
  const detail = `Send the header ${CONSOLE_HEADER}: 1`;
  return problemResponse(
    { status: 403, code: "console_header_missing", title: "This is for the console's own pages", detail },
    API_HEADERS,
  );
}

async function passwordOf(request: Request): Promise<string | undefined> {
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get("content-type") ?? "")) return undefined;
  try {
    return bodySchema.parse(JSON.parse(await readBounded(request, MAX_BODY_BYTES))).password;
  } catch {
    return undefined;
  }
}

/** Whether the browser's side of the connection is https. */
function isSecure(c: Context<AppEnv>, { proxies, publicUrl }: SessionRouteDeps): boolean {
  const { headers, url } = c.req.raw;
  if (proxies.forwarded(headers, c.env.peer, "proto") === "https" || new URL(url).protocol === "https:") return true;
  const known = URL.parse(publicUrl);
  return known?.protocol === "https:" && known.host === (proxies.forwarded(headers, c.env.peer, "host") ?? headers.get("host"));
}
