/**
 * Headless Chromium for tests of pages.
 *
 * @module
 */

import fs from "node:fs";
import type { Browser, BrowserContext, BrowserContextOptions, BrowserType, Page } from "playwright-core";
import { needs } from "./programs.ts";

/** A name that leads to this machine and is not local to the server: whoever uses it has to sign in. */
export const FOREIGN_HOST = "console.test";

/** Where Chromium is. */
export const CHROMIUM = needs("chromium");

/** How long a page may take for one step on a machine with other work, milliseconds. */
export const PAGE_PATIENCE_MS = 60_000;

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

/** A running browser. */
export interface TestBrowser extends AsyncDisposable {
  readonly browser: Browser;
  /** A window of its own, without cookies of others; closed with the browser. */
  open(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** A page in such a window. What the page logs as an error, or throws, is in `problems`. */
  page(options?: BrowserContextOptions): Promise<{ readonly page: Page; readonly problems: string[] }>;
}

/**
 * The library. While it loads it looks below `/proc` for Windows' Linux, which Deno permits to programs with all permissions alone: what may
 * not be looked at is not there.
 */
async function loadChromium(): Promise<BrowserType> {
  const { existsSync } = fs;
  fs.existsSync = (path) => {
    try {
      return existsSync(path);
    } catch {
      return false;
    }
  };
  try {
    return (await import("playwright-core")).chromium;
  } finally {
    fs.existsSync = existsSync;
  }
}

/** Starts Chromium. `args` are further arguments, such as those of a fake microphone. */
export async function startBrowser(args: readonly string[] = []): Promise<TestBrowser> {
  const rules = `--host-resolver-rules=MAP ${FOREIGN_HOST} 127.0.0.1, MAP *.${FOREIGN_HOST} 127.0.0.1`;
  const chromium = await loadChromium();
  const browser = await chromium.launch({
    executablePath: CHROMIUM.path,
    headless: true,
    args: [...ARGS, rules, ...args],
    timeout: PAGE_PATIENCE_MS,
  });
  const open = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(PAGE_PATIENCE_MS);
    return context;
  };
  return {
    browser,
    open,
    async page(options) {
      const page = await (await open(options)).newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("console", (message) => {
        // A refused request is what a test may be about; it sees the answer itself.
        if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) problems.push(message.text());
      });
      return { page, problems };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
