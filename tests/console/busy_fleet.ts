/**
 * The page of the fleet, with many devices that all have something to tell.
 *
 * @module
 */

import assert from "node:assert/strict";
import { startBrowser } from "../support/browser.ts";
import { idOf, startConsole } from "./console_fixture.ts";
import { fillFleet } from "./sample_devices.ts";

/** Shows `size` devices, of which a quarter changes at once, again and again; then scrolls and searches. */
export async function busyFleet(t: Deno.TestContext, size: number): Promise<void> {
  const shown = size.toLocaleString("en-GB");
  await using fx = await startConsole();
  await fillFleet(fx, { online: size, offline: 0 });
  await using browser = await startBrowser();
  const { page, problems } = await browser.page();
  await page.goto(`${fx.base}/console`);
  await page.getByText(`${shown} of ${shown} devices, ${shown} online`).waitFor();
  assert.ok(await page.locator(".fleet-row").count() < 60);
  await page.evaluate(`{
    globalThis.messages = 0; globalThis.spent = 0;
    const channel = new MessageChannel();
    const parse = JSON.parse;
    JSON.parse = (...args) => {
      const value = parse(...args);
      if (value?.type === "change") {
        messages++;
        const began = performance.now();
        // Preact draws in a microtask or soon after; the message behind it is served when the page is free again.
        requestAnimationFrame(() => { channel.port1.onmessage = () => { spent += performance.now() - began; }; channel.port2.postMessage(0); });
      }
      return value;
    };
  }`);
  const states = ["listening", "vad", "recognizing", "thinking", "speaking", "persisting"];
  for (let round = 0; round < 6; round++) {
    for (let number = 1; number <= size; number += 4) fx.change({ deviceId: idOf(number + round % 4), state: states[round % 6]! });
    const wanted = round + 1;
    while (Number(await page.evaluate("messages")) < wanted) await page.waitForTimeout(20);
  }
  const { messages, spent } = await page.evaluate("({ messages, spent })") as { messages: number; spent: number };
  await t.step(`figures: ${messages} updates, ${(spent / messages).toFixed(0)} ms to the frame behind each`, () => {});
  await page.evaluate(`document.querySelector('.fleet-scroll').scrollTop = 52 * ${Math.floor(size * 0.75)}`);
  await page.locator(`[aria-rowindex="${Math.floor(size * 0.75) + 2}"]`).waitFor();
  await page.getByLabel("Search devices").fill(idOf(Math.floor(size * 0.6)));
  await page.getByText(`1 of ${shown} devices`).waitFor();
  assert.deepEqual(problems, []);
}
