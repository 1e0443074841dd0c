/**
 * Photographs every page of the console, light and dark, on a desk and on a phone: `deno task screenshots`.
 *
 * @module
 */

import { startConsole } from "../tests/console/console_fixture.ts";
import { fillFleet, SAMPLE_ID, SAMPLE_TOOLS, sampleAnswer } from "../tests/console/sample_devices.ts";
import { fillServer } from "../tests/console/sample_server.ts";
import { fillSessions } from "../tests/console/sample_sessions.ts";
import { playSample, sampleTalk } from "../tests/console/sample_talk.ts";
import { PAGES_TO_SEE } from "../tests/console/pages.ts";
import { CHROMIUM, FOREIGN_HOST, startBrowser } from "../tests/support/browser.ts";
import { print, printError } from "./output.ts";

const FOLDER = "docs/screenshots";

const DEVICES = {
  desktop: { viewport: { width: 1280, height: 800 }, locale: "en-GB" },
  phone: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 1, isMobile: true, hasTouch: true, locale: "zh-CN" },
} as const;

const HELP = `Photographs every page of the console into ${FOLDER}: light and dark, on a desk (English) and on a phone (Chinese).

  deno task screenshots [name ...]

  name   only pages of this name, such as devices
`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    print(HELP);
    return 0;
  }
  if (CHROMIUM.ignore) {
    printError("Cannot find chromium; install it\n");
    return 69;
  }
  await using sample = sampleTalk(SAMPLE_ID);
  await using fx = await startConsole({ tools: SAMPLE_TOOLS, answer: sampleAnswer, recorders: sample.recorders });
  await fillFleet(fx);
  await fillServer(fx);
  await fillSessions(fx);
  await playSample(sample);
  fx.change({ deviceId: SAMPLE_ID, state: "speaking" });
  await using browser = await startBrowser();
  await Deno.mkdir(FOLDER, { recursive: true });
  const wanted = PAGES_TO_SEE.filter(({ name }) => args.length === 0 || args.includes(name));
  for (const { name, path, stranger = false, ready, act, inWindow = false } of wanted) {
    for (const [device, options] of Object.entries(DEVICES)) {
      for (const colorScheme of ["light", "dark"] as const) {
        const { page } = await browser.page({ ...options, colorScheme, reducedMotion: "reduce" });
        const base = stranger ? `http://${FOREIGN_HOST}:${fx.app.port}` : fx.base;
        await page.goto(base + path.replace("{device}", encodeURIComponent(SAMPLE_ID)));
        await page.locator(ready).first().waitFor();
        await act?.(page);
        const file = `${FOLDER}/${name}-${device}-${colorScheme}.png`;
        if (!inWindow) await page.evaluate("scrollTo(0, 0)");
        await page.screenshot({ path: file, fullPage: !inWindow });
        print(`${file}\n`);
        await page.context().close();
      }
    }
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
