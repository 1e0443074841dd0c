/**
 * The pages of the console that are looked at one after the other: by axe in tests, and by the camera of `deno task screenshots`.
 *
 * @module
 */

import type { Page } from "playwright-core";
import { CUT_TURN, SAMPLE_TURN } from "./sample_turns.ts";

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
  {
    name: "overview",
    path: "/console/overview",
    ready: ".tiles",
    async act(page) {
      await page.locator(".alert-history summary").click();
      await page.locator("summary.tree-row", { hasText: "sync" }).click();
    },
  },
  { name: "flags", path: "/console/flags", ready: ".flag" },
  {
    name: "flags-change",
    path: "/console/flags",
    ready: ".flag",
    async act(page) {
      const flag = page.locator(".flag", { hasText: "voiceBargeIn" });
      await flag.locator("select").selectOption("part");
      await flag.locator("button").first().click();
      await page.locator("dialog").waitFor();
    },
  },
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
  { name: "turn", path: `/console/turns/${SAMPLE_TURN}`, ready: ".turn-picture .p-provider" },
  {
    name: "turn-interrupted",
    path: `/console/turns/${CUT_TURN}`,
    ready: ".turn-picture .p-provider",
    async act(page) {
      for (const summary of await page.locator("main summary").all()) await summary.click();
    },
  },
  { name: "no-such-page", path: "/console/nowhere", ready: ".empty" },
];
