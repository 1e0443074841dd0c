/**
 * The pages of the console that are looked at one after the other: by axe in tests, and by the camera of `deno task screenshots`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { recordStuckTalk } from "../support/stuck_talk.ts";
import { SAMPLE_SESSION } from "./sample_sessions.ts";
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
  /** Whether its picture is what the window shows then, and not the whole page. */
  readonly inWindow?: boolean;
}

/** Opens the recording of a device that got stuck, and runs to the event that nothing answered. */
async function openStuck(page: Page): Promise<void> {
  await page.locator("#recording-file").setInputFiles({
    name: "stuck_in_recognizing.ndjson",
    mimeType: "application/x-ndjson",
    buffer: Buffer.from(await recordStuckTalk()),
  });
  await page.locator(".toggle").last().click();
  await page.locator("h1").click();
  await page.keyboard.press("b");
  await page.locator("[data-path=recognizing][aria-current=step]").waitFor();
}

/** Brings the chart below the player. */
async function toChart(page: Page): Promise<void> {
  await page.evaluate(
    `scrollBy(0, document.querySelector("#replay-chart").getBoundingClientRect().top
      - document.querySelector(".player").getBoundingClientRect().height - 40)`,
  );
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
  { name: "sessions", path: "/console/sessions", ready: ".session-row" },
  { name: "sessions-search", path: "/console/sessions?q=tea%20water", ready: "mark" },
  {
    name: "sessions-import",
    path: "/console/sessions",
    ready: ".session-row",
    async act(page) {
      await page.locator("button[aria-expanded]").click();
      const buffer = Buffer.from('{"turn":{}}\nno line\n');
      await page.locator("#file").setInputFiles({ name: "export.jsonl", mimeType: "", buffer });
      await page.locator(".import [type=submit]").click();
      await page.locator(".import-lines").waitFor();
    },
  },
  { name: "session", path: `/console/sessions/${SAMPLE_SESSION}`, ready: ".turn" },
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
  { name: "replay", path: "/console/replay", ready: ".open" },
  {
    name: "replay-stuck",
    path: "/console/replay",
    ready: ".open",
    inWindow: true,
    async act(page) {
      await openStuck(page);
      await toChart(page);
    },
  },
  {
    name: "replay-freed",
    path: "/console/replay",
    ready: ".open",
    async act(page) {
      await openStuck(page);
      await page.keyboard.press("Shift+ArrowRight");
      await page.locator("[data-path=thinking][aria-current=step]").waitFor();
    },
  },
  { name: "browser-device", path: "/console/device", ready: ".turn-path li" },
  {
    name: "browser-device-answer",
    path: "/console/device",
    ready: ".turn-path li",
    async act(page) {
      await page.locator(".typing input").fill("Tell me a joke about the kitchen light");
      await page.locator(".typing button").click();
      await page.locator(".said.now", { hasText: "brighter" }).waitFor();
      await page.locator(".lamp.on").waitFor();
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
