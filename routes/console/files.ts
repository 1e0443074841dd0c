/**
 * The console's document, scripts and styles. The document is the same for everybody and holds no data.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import type { Logger } from "@logtape/logtape";
import { messageOf } from "../../base/errors.ts";
import type { BuiltBundle, BuiltFile, ConsoleBundle } from "../../services/console_bundle/mod.ts";
import type { AppEnv } from "../app_env.ts";
import { API_HEADERS } from "../page/security.ts";
import { problemResponse } from "../problem.ts";

/** Nothing but what this server serves is loaded, run, framed or sent to; no script or style stands in a document. */
export const CONSOLE_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/**
 * What a worker of the console may do. It obeys the policy that comes with its own script and not that of the document, so every script
 * has one. The codec of browsers that have none of their own is WebAssembly, which nothing but a worker may compile.
 */
const WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";

/** Names hold a hash of the contents, so that what was loaded once never has to be asked for again. */
const FOREVER = "public, max-age=31536000, immutable";

/** A voice: five bars of a level meter. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1">` +
  `<stop stop-color="#5b6bff"/><stop offset="1" stop-color="#c04fd6"/></linearGradient></defs>` +
  `<rect width="36" height="36" rx="10" fill="url(#g)"/><g stroke="#fff" stroke-width="3" stroke-linecap="round">` +
  `<path d="M8 16v4M13 12.5v11M18 8v20M23 13v10M28 16v4"/></g></svg>`;

/** What the files need. */
export interface FileRouteDeps {
  readonly logger: Logger;
  /** Port of the device sockets, where they have one of their own: the browser device connects to it. */
  readonly devicePort: () => number | undefined;
}

/** Adds the routes. */
export function addFiles(app: Hono<AppEnv>, bundle: ConsoleBundle, { logger, devicePort }: FileRouteDeps): void {
  app.get("/console/assets/icon.svg", (c) => c.body(ICON, 200, { "content-type": "image/svg+xml", "cache-control": "max-age=86400" }));
  app.get("/console/assets/:name", async (c) => {
    const file = (await bundle()).files.find(({ name }) => name === c.req.param("name"));
    if (file === undefined) {
      const title = "The console has no such file; load the page again";
      return problemResponse({ status: 404, code: "asset_not_found", title }, API_HEADERS);
    }
    return fileResponse(file, c.req.header("accept-encoding") ?? "");
  });
  const document = async (c: Context<AppEnv>): Promise<Response> => {
    let built: BuiltBundle;
    try {
      built = await bundle();
    } catch (error) {
      logger.error("The console cannot be shown: {error}", { error: messageOf(error) });
      const title = "The console could not be built; the server's log says why";
      return problemResponse({ status: 503, code: "console_not_built", title }, API_HEADERS);
    }
    return new Response(documentText(built), {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": documentPolicy(c.req.header("host") ?? "", devicePort()),
        "cache-control": "no-cache",
        "x-frame-options": "DENY",
        ...API_HEADERS,
      },
    });
  };
  app.get("/console", document);
  app.get("/console/*", document);
}

/** The policy of a document that `host` was asked for. */
function documentPolicy(host: string, devicePort: number | undefined): string {
  const name = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host)?.[1];
  return devicePort === undefined || name === undefined
    ? CONSOLE_POLICY
    : `${CONSOLE_POLICY}; connect-src 'self' ws://${name}:${devicePort}`;
}

function documentText({ script, style, preload }: BuiltBundle): string {
  const asset = (name: string) => `/console/assets/${name}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>Xiaozhi console</title>
<link rel="icon" href="${asset("icon.svg")}" type="image/svg+xml">
<link rel="stylesheet" href="${asset(style)}">
${preload.map((name) => `<link rel="modulepreload" href="${asset(name)}">\n`).join("")}<script type="module" src="${
    asset(script)
  }"></script>
</head>
<body>
<div id="app"></div>
<noscript>The console needs JavaScript. 控制台需要 JavaScript。</noscript>
</body>
</html>
`;
}

function fileResponse({ name, bytes, br, gzip }: BuiltFile, accepted: string): Response {
  const takes = (encoding: string) => new RegExp(`(?:^|[\\s,])${encoding}(?:[\\s,;]|$)`).test(accepted);
  const [body, encoding] = takes("br") ? [br, "br"] as const : takes("gzip") ? [gzip, "gzip"] as const : [bytes, undefined] as const;
  return new Response(body, {
    headers: {
      ...(name.endsWith(".css")
        ? { "content-type": "text/css; charset=utf-8" }
        : { "content-type": "text/javascript; charset=utf-8", "content-security-policy": WORKER_POLICY }),
      "cache-control": FOREVER,
      vary: "accept-encoding",
      ...(encoding === undefined ? {} : { "content-encoding": encoding }),
      ...API_HEADERS,
    },
  });
}
