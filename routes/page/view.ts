/**
 * The page at `/`.
 *
 * @module
 */

import { html, raw } from "hono/html";
import type { PageModel } from "./model.ts";
import { type Markup, ownerView } from "./owner_view.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";
import { type PageTexts, TEXTS } from "./texts.ts";

/** A voice: five bars of a level meter. */
const MARK = raw(
  `<svg class="mark" viewBox="0 0 36 36" aria-hidden="true"><defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1">` +
    `<stop stop-color="#5b6bff"/><stop offset="1" stop-color="#c04fd6"/></linearGradient></defs>` +
    `<rect width="36" height="36" rx="10" fill="url(#g)"/><g stroke="#fff" stroke-width="3" stroke-linecap="round">` +
    `<path d="M8 16v4M13 12.500v11M18 8v20M23 13v10M28 16v4"/></g></svg>`,
);

/** The whole document. Every value from outside is escaped. */
export async function renderPage(model: PageModel): Promise<string> {
  const texts = TEXTS[model.language];
  const document = await html`
    <!DOCTYPE html>
    <html lang="${model.language === "zh" ? "zh-CN" : "en"}">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>${texts.title}</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body data-copy="${texts.copy}" data-copied="${texts.copied}" data-unreachable="${texts.unreachable}">
        <div class="page">
          <header>${MARK}<span class="brand">${texts.title}</span><span class="version numbers">${model.version}</span>
    <span id="pill" class="pill${model.draining ? " stopping" : ""}" role="status">${model.draining
      ? texts.stopping
      : texts.running}</span></header>
          <h1>${texts.tagline}</h1>
          <p class="intro">${texts.intro}</p>
          <main>
    ${connectCard(model, texts)}
    <div id="live">${model.owner === undefined ? strangerCard(model, texts) : ownerView(model, model.owner)}</div>
          </main>
          <footer>${model.owner === undefined ? "" : html`<a href="/api/status">${texts.status}</a>`}</footer>
        </div>
        <script>${raw(SCRIPT)}</script>
      </body>
    </html>
  `;
  return document.toString();
}

function connectCard(model: PageModel, texts: PageTexts): Markup {
  const [best = "", ...others] = model.otaUrls;
  return html`<section class="card" aria-labelledby="connect">
<h2 id="connect">${texts.connect}</h2>
<p class="label">${texts.otaLabel}</p>
<div class="url"><code>${best}</code><button type="button" data-copy="${best}">${texts.copy}</button></div>
${
    others.length === 0
      ? ""
      : html`<p class="small">${texts.otherAddresses} ${
        others.map((url, index) => html`${index === 0 ? "" : ", "}<code>${url}</code>`)
      }</p>`
  }
${model.loopbackOnly ? html`<p class="notice">${texts.loopbackOnly}</p>` : ""}
<ol>${texts.steps.map(({ title, text }) => html`<li><b>${title}</b><span>${text}</span></li>`)}</ol>
<p class="small">${texts.otherClients}: <code>${model.socketUrl}</code></p>
</section>`;
}

function strangerCard(model: PageModel, texts: PageTexts): Markup {
  if (!model.canSignIn) return html``;
  return html`<section class="card ownercard"><div><h2>${texts.ownerTitle}</h2><p>${texts.ownerText}</p></div>
<a class="button" href="/owner">${texts.signIn}</a></section>`;
}
