/**
 * Looks at the pages of the console as a person who needs a keyboard, a screen reader or a large contrast would, with axe.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { BrowserContextOptions } from "playwright-core";
import { FOREIGN_HOST, startBrowser } from "../support/browser.ts";
import { startConsole } from "./console_fixture.ts";
import { PAGES_TO_SEE } from "./pages.ts";
import { fillSessions } from "./sample_sessions.ts";
import { fillFleet, SAMPLE_ID, SAMPLE_TOOLS, sampleAnswer } from "./sample_devices.ts";
import { fillServer } from "./sample_server.ts";
import { playSample, sampleTalk } from "./sample_talk.ts";

const DESK = { viewport: { width: 1280, height: 800 }, locale: "en-GB" } as const;
const PHONE = { viewport: { width: 360, height: 740 }, locale: "zh-CN" } as const;

/** A desk and a phone, in light and in dark. */
export const LOOKS: readonly (BrowserContextOptions & { readonly colorScheme: "light" | "dark" })[] = [
  { ...DESK, colorScheme: "light" },
  { ...PHONE, colorScheme: "dark" },
  { ...DESK, colorScheme: "dark" },
  { ...PHONE, colorScheme: "light" },
];

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Inspects every page in the looks that `looksOf` gives for its number: axe finds nothing serious, and nothing is wider than the window. */
export async function inspectPages(t: Deno.TestContext, looksOf: (index: number) => typeof LOOKS): Promise<void> {
  const axe = await Deno.readTextFile(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url));
  await using sample = sampleTalk(SAMPLE_ID);
  await using fx = await startConsole({ tools: SAMPLE_TOOLS, answer: sampleAnswer, recorders: sample.recorders });
  await fillFleet(fx);
  await fillServer(fx);
  await fillSessions(fx);
  await playSample(sample);
  fx.change({ deviceId: SAMPLE_ID, state: "speaking" });
  await using browser = await startBrowser();
  for (const [index, { name, path, stranger = false, ready, act }] of PAGES_TO_SEE.entries()) {
    for (const look of looksOf(index)) {
      await t.step(`${name}, ${look.viewport?.width} px, ${look.colorScheme}`, async () => {
        const { page, problems } = await browser.page({ ...look, reducedMotion: "reduce" });
        const base = stranger ? `http://${FOREIGN_HOST}:${fx.app.port}` : fx.base;
        await page.goto(base + path.replace("{device}", encodeURIComponent(SAMPLE_ID)));
        await page.locator(ready).first().waitFor();
        await act?.(page);
        await page.evaluate(axe);
        const { violations } = await page.evaluate("axe.run()") as { violations: Finding[] };
        const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        assert.deepEqual(serious.map(({ id, nodes }) => [id, nodes.slice(0, 3)]), []);
        const overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert.equal(overflow, 0, "the page is wider than the window");
        assert.deepEqual(problems, []);
        await page.context().close();
      });
    }
  }
}
