/**
 * Opens a page of the console as somebody does who has never been there, and measures what that costs.
 *
 * @module
 */

import type { TestBrowser } from "../support/browser.ts";

/** What a first load came to. Times in milliseconds since the navigation began. */
export interface PageLoad {
  /** Addresses of everything that was asked for. */
  readonly requests: readonly string[];
  /** Bytes of all answers as they came over the wire, heads included; a feed counts with what it has sent so far. */
  readonly bytes: number;
  /** What the page logged as an error or threw. */
  readonly problems: readonly string[];
  /** Cumulative layout shift, as Web Vitals define it, all shifts in one sum. */
  readonly shift: number;
  /** First contentful paint. */
  readonly paintMs: number;
  /** What makes the page complete is there. */
  readonly readyMs: number;
  /** It is there, and the last long task is over. */
  readonly interactiveMs: number;
  /** Time that long tasks took beyond 50 ms each, up to then. */
  readonly blockedMs: number;
}

/** Runs in the page before anything else of it does. */
function watch(ready: string): string {
  return `{
    const marks = globalThis.marks = { shift: 0, tasks: [], readyMs: undefined };
    new PerformanceObserver((list) => { for (const { value } of list.getEntries()) marks.shift += value; })
      .observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((list) => { for (const { startTime, duration } of list.getEntries()) marks.tasks.push([startTime, duration]); })
      .observe({ type: "longtask", buffered: true });
    const look = () => {
      if (document.querySelector(${JSON.stringify(ready)}) === null) return requestAnimationFrame(look);
      marks.readyMs = performance.now();
    };
    requestAnimationFrame(look);
  }`;
}

const FIGURES = `(() => {
  const { shift, tasks, readyMs } = globalThis.marks;
  const interactiveMs = Math.max(readyMs, ...tasks.map(([at, ms]) => at + ms));
  const blockedMs = tasks.reduce((sum, [, ms]) => sum + ms - 50, 0);
  const paintMs = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN;
  return { shift, paintMs, readyMs, interactiveMs, blockedMs, quiet: performance.now() - interactiveMs };
})()`;

/**
 * Opens `address` in a window without any cache.
 *
 * @param ready What is there once the page is complete.
 * @param quietMs A page is done when no task of 50 ms or more was seen for so long.
 */
export async function openCold(browser: TestBrowser, address: string, ready: string, quietMs: number): Promise<PageLoad> {
  const { page, problems } = await browser.page();
  try {
    await page.addInitScript(watch(ready));
    const network = await page.context().newCDPSession(page);
    const requests: string[] = [];
    let bytes = 0;
    network.on("Network.requestWillBeSent", ({ request }) => void requests.push(request.url));
    network.on("Network.responseReceived", ({ response }) => void (bytes += response.encodedDataLength));
    network.on("Network.dataReceived", ({ encodedDataLength }) => void (bytes += encodedDataLength));
    await network.send("Network.enable");
    await page.goto(address);
    await page.locator(ready).first().waitFor();
    for (;;) {
      const { quiet, ...figures } = await page.evaluate(FIGURES) as Omit<PageLoad, "requests" | "bytes" | "problems"> & { quiet: number };
      if (quiet >= quietMs) return { requests, bytes, problems, ...figures };
      await page.waitForTimeout(Math.max(50, quietMs - quiet));
    }
  } finally {
    await page.context().close();
  }
}
