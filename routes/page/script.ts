/**
 * The page's own program: copies addresses, and renews the live part while the page is looked at.
 *
 * @module
 */

/** How often the live part is renewed, in milliseconds: states of a turn last about a second. */
const REFRESH_MS = 2000;

/** The whole script, for browsers. What it puts into the page comes from this server, escaped there. */
export const SCRIPT = `
"use strict";
(() => {
  const texts = document.body.dataset;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (button === null) return;
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = document.createElement("textarea");
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    button.textContent = texts.copied;
    setTimeout(() => { button.textContent = texts.copy; }, 1500);
  });
  const renew = async () => {
    if (document.hidden) return;
    const pill = document.getElementById("pill");
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (!answer.ok) throw new Error(String(answer.status));
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["pill", "live"]) {
        const fresh = next.getElementById(id), shown = document.getElementById(id);
        if (fresh !== null && shown !== null && fresh.outerHTML !== shown.outerHTML) shown.replaceWith(fresh);
      }
    } catch {
      pill.className = "pill lost";
      pill.textContent = texts.unreachable;
    }
  };
  const loop = () => setTimeout(async () => { await renew(); loop(); }, ${REFRESH_MS});
  loop();
  document.addEventListener("visibilitychange", renew);
})();
`;
