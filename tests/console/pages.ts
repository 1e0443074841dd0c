/**
 * The pages of the console that are looked at one after the other: by axe in tests, and by the camera of `deno task screenshots`.
 *
 * @module
 */

import type { Page } from "playwright-core";

/** A page to look at. */
export interface PageToSee {
  /** Name of its pictures. */
  readonly name: string;
  /** Path of the server; `{device}` stands for the id of a device that is there. */
  readonly path: string;
  /** Whether it is looked at by somebody who has to sign in. */
  readonly stranger?: boolean;
  /** What is there once it is complete. */
  readonly ready: string;
  /** What is done before it is looked at. */
  readonly act?: (page: Page) => Promise<void>;
}

/** All of them. */
export const PAGES_TO_SEE: readonly PageToSee[] = [
  { name: "sign-in", path: "/console", stranger: true, ready: "#password" },
  { name: "devices", path: "/console/devices", ready: ".fleet-row, .fleet-card" },
  {
    name: "devices-nothing-fits",
    path: "/console/devices?q=nowhere",
    ready: ".empty",
  },
  { name: "device", path: "/console/devices/{device}", ready: "summary" },
  {
    name: "device-tool",
    path: "/console/devices/{device}",
    ready: "summary",
    async act(page) {
      await page.getByText("self.light.configure").click();
      await page.locator("details[open] input[type=text], details[open] input:not([type])").last().fill("desk");
      await page.locator("details[open] form button").click();
      await page.locator("details[open] .answer").waitFor();
      await page.locator("details[open] .answer").scrollIntoViewIfNeeded();
    },
  },
  { name: "live", path: "/console/devices/{device}/live", ready: ".turn-path .active" },
  {
    name: "live-event",
    path: "/console/devices/{device}/live",
    ready: ".turn-path .active",
    async act(page) {
      const tab = page.locator("#tab-events");
      if (await tab.isVisible()) await tab.click();
      await page.locator(".event-log select").last().selectOption("SPEECH_ENDED");
      await page.locator(".log-row.event").last().click();
      await page.locator(".log-details").waitFor();
    },
  },
  { name: "live-waiting", path: "/console/devices/02:00:00:00:00:ee/live", ready: ".empty" },
  { name: "no-such-page", path: "/console/nowhere", ready: ".empty" },
];
