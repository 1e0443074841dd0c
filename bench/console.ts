/**
 * How soon a person can use a page of the console that they open for the first time, and what it costs to load.
 *
 * @module
 */

import { CHROMIUM, startBrowser } from "../tests/support/browser.ts";
import { startConsole } from "../tests/console/console_fixture.ts";
import { openCold, type PageLoad } from "../tests/console/page_load.ts";
import { PAGES_TO_SEE } from "../tests/console/pages.ts";
import { fillFleet, SAMPLE_ID, SAMPLE_TOOLS, sampleAnswer } from "../tests/console/sample_devices.ts";
import { fillSessions } from "../tests/console/sample_sessions.ts";
import { playSample, sampleTalk } from "../tests/console/sample_talk.ts";
import { print } from "../tools/output.ts";
import { printMethod, printTable, quick } from "./support/report.ts";
import { fixed, quantile } from "./support/stats.ts";

const ROUNDS = quick ? 2 : 9;
/** Lighthouse waits for five seconds of quiet; a page that has nothing to do is known sooner. */
const QUIET_MS = 1000;

printMethod(
  "Console: the first load of each page",
  `
The console's server with 30 devices and 13 sessions, and headless Chromium, on the same machine, over HTTP on loopback. Each page is opened
${ROUNDS} times in a window without cache, cookies or a service worker; the bundle was built before, as it is from the second start on. Median,
and the worst in brackets. Times count from the beginning of the navigation.

- kB: bytes of all answers on the wire, heads included, compressed as they came; the live feed with what it has sent.
- paint: first contentful paint. ready: what makes the page complete is in the document.
- interactive: ready, and the last task of 50 ms or more is over, after which none came for ${QUIET_MS} ms. blocked: what such tasks took beyond
  50 ms each.
- shift: cumulative layout shift, all shifts in one sum.
`,
);

if (CHROMIUM.ignore) print("Skipped: install chromium\n");
else await measure();

async function measure(): Promise<void> {
  await using sample = sampleTalk(SAMPLE_ID);
  await using fx = await startConsole({ tools: SAMPLE_TOOLS, answer: sampleAnswer, recorders: sample.recorders });
  await fillFleet(fx);
  await fillSessions(fx);
  await playSample(sample);
  await fx.console.bundle();
  await using browser = await startBrowser();
  const pages = PAGES_TO_SEE.filter(({ act, stranger }) => act === undefined && stranger !== true);
  const rows: string[][] = [];
  for (const { name, path, ready } of pages) {
    const address = fx.base + path.replace("{device}", encodeURIComponent(SAMPLE_ID));
    const loads: PageLoad[] = [];
    for (let round = 0; round < ROUNDS; round++) loads.push(await openCold(browser, address, ready, QUIET_MS));
    const at = (q: number, digits: number, figure: (load: PageLoad) => number) => fixed(quantile(loads.map(figure), q), digits);
    const ms = (figure: (load: PageLoad) => number) => `${at(0.5, 0, figure)} (${at(1, 0, figure)})`;
    rows.push([
      name,
      at(0.5, 0, ({ requests }) => requests.length),
      at(0.5, 1, ({ bytes }) => bytes / 1000),
      ms(({ paintMs }) => paintMs),
      ms(({ readyMs }) => readyMs),
      ms(({ interactiveMs }) => interactiveMs),
      ms(({ blockedMs }) => blockedMs),
      at(1, 3, ({ shift }) => shift),
    ]);
  }
  printTable(["page", "requests", "kB", "paint ms", "ready ms", "interactive ms", "blocked ms", "shift"], rows);
}
