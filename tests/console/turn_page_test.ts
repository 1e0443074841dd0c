import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { StoredTurn } from "../../services/history/store.ts";
import { storedTurn } from "../routes/app_fixture.ts";
import { HOSTILE } from "../services/timeline/samples.ts";
import { CHROMIUM, FOREIGN_HOST, startBrowser } from "../support/browser.ts";
import { type ConsoleFixture, idOf, startConsole, VIEWER_PASSWORD } from "./console_fixture.ts";
import { fillTurns, MARKS, recordingOf } from "./sample_turns.ts";

const DEVICE = idOf(1);
const SAMPLE = "01M8SAMPLE0000000000000020";
const STARTED = Date.UTC(2026, 0, 1, 8);
const ATTACK = HOSTILE[0]!;

/** Keeps a turn of its own session, and opens its page. */
async function open(fx: ConsoleFixture, page: Page, more: Partial<StoredTurn>): Promise<void> {
  const turnId = more.turnId ?? "T1";
  const turn = storedTurn({ turnId, sessionId: turnId, deviceId: DEVICE, startedAt: STARTED, endedAt: STARTED + 5870, ...more });
  await fx.lifeCycle.archive.apply([{ turn }]);
  await page.goto(`${fx.base}/console/turns/${encodeURIComponent(turnId)}`);
  await page.getByRole("heading", { name: "Turn of" }).waitFor();
}

/** The text of a file that a link downloads. */
async function downloaded(page: Page, link: RegExp): Promise<{ readonly name: string; readonly text: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: link }).click()]);
  return { name: download.suggestedFilename(), text: await Deno.readTextFile(await download.path()) };
}

Deno.test({
  name: "a turn's page",
  ignore: CHROMIUM.ignore,
  async fn(t) {
    await using fx = await startConsole();
    fx.change({ deviceId: DEVICE, state: "listening" });
    await fillTurns(fx, DEVICE);
    await using browser = await startBrowser();
    const { page, problems } = await browser.page({ acceptDownloads: true, permissions: ["clipboard-read", "clipboard-write"] });
    const rows = () => page.locator(".turn-table tbody tr").allInnerTexts();

    await t.step("is reached from the device's page, where the latest turns stand", async () => {
      await page.goto(`${fx.base}/console/devices/${encodeURIComponent(DEVICE)}`);
      const latest = page.locator(".turn-list li");
      await latest.first().waitFor();
      assert.equal(await latest.count(), 8);
      assert.match(await latest.nth(0).innerText(), /interrupted/);
      assert.match(await latest.nth(1).innerText(), /1322 ms/);
      await latest.nth(1).getByRole("link").click();
      await page.getByRole("heading", { name: "Turn of" }).waitFor();
      assert.ok(page.url().endsWith(`/console/turns/${SAMPLE}`));
    });
    await t.step("shows a completed turn: its stages add up, beside what is usual, with the tool of the recording", async () => {
      await page.getByText("1322 ms from the end of speech to the first frame, 1402 ms to the first sound").waitFor();
      await page.getByText("Response of 22 turns of this device: P50 1409 ms, P95 1585 ms").waitFor();
      await page.getByText("The same in numbers").click();
      await page.getByText("The parts add up to the response time: 1322 ms.").waitFor();
      const table = await rows();
      assert.match(table.find((row) => row.startsWith("VAD silence")) ?? "", /\+0 ms\s+520 ms\s+520 ms\s+520 ms\s+520 ms/);
      assert.match(table.find((row) => row.startsWith("Tool get_weather")) ?? "", /\+870 ms\s+162 ms/);
      await page.getByText("All of it was heard.").waitFor();
      await page.getByText("openai, embedded", { exact: true }).first().waitFor();
      await page.getByText("With the events of the device's recording.").waitFor();
      await page.getByText("As a list").click();
      await page.locator(".turn-steps li", { hasText: "Actor → Tools call get_weather" }).waitFor();
    });
    await t.step("goes to the turns before and after in the session, and back to it", async () => {
      await page.getByRole("link", { name: "Next turn" }).click();
      await page.locator(".page-head .chip.outcome-interrupted").waitFor();
      assert.ok(await page.getByRole("button", { name: "Next turn" }).isDisabled());
      await page.getByRole("link", { name: "Previous turn" }).click();
      await page.locator(".page-head .chip.outcome-completed").waitFor();
      assert.ok(page.url().endsWith(SAMPLE));
      assert.equal(await page.getByRole("link", { name: "Session", exact: true }).getAttribute("href"), "/console/sessions/sample-session");
      assert.equal(await page.locator(".facts a").first().getAttribute("href"), `/console/devices/${encodeURIComponent(DEVICE)}`);
    });
    await t.step("is taken along as SVG and as Mermaid, both pictures", async () => {
      const svg = await downloaded(page, /SVG: Where the time went/);
      assert.equal(svg.name, `turn-${SAMPLE}-waterfall.svg`);
      assert.match(svg.text, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*VAD silence[^]*<\/svg>\n$/);
      assert.match((await downloaded(page, /Mermaid: Where the time went/)).text, /^gantt\n {2}title 1322 ms/);
      assert.match((await downloaded(page, /SVG: Who told whom what/)).text, /question with its context/);
      const sequence = await downloaded(page, /Mermaid: Who told whom what/);
      assert.match(sequence.text, /^sequenceDiagram\n {2}participant D as Device\n/);
      await page.getByRole("button", { name: "Copy Mermaid: Who told whom what" }).click();
      await page.getByText("Copied").waitFor();
      assert.equal(await page.evaluate("navigator.clipboard.readText()"), sequence.text);
    });
    await t.step("shows where an interrupted turn was cut, and what of it was heard", async () => {
      await page.getByRole("link", { name: "Next turn" }).click();
      await page.locator(".page-head .chip.outcome-interrupted").waitFor();
      await page.locator(".turn-picture text.p-bad", { hasText: "cut off" }).waitFor();
      assert.equal(await page.locator(".said del").innerText(), " umbrella with you. It gets no warmer than twelve degrees.");
      await page.getByText("From the turn's marks alone").waitFor();
      await page.getByRole("button", { name: "The waiting" }).click();
      await page.locator(".turn-picture text.p-bad", { hasText: "cut off" }).waitFor({ state: "detached" });
    });
    await t.step("says why a turn failed, and who was asked last", async () => {
      const { speechEndMs, vadEndMs, endpointMs, recognizedMs, settledMs } = MARKS;
      await open(fx, page, {
        turnId: "failed",
        outcome: "failed",
        replyText: "",
        heardText: "",
        heardMs: 0,
        error: { code: "stage_timeout", message: "Chat did not answer within 10 s" },
        timings: { speechEndMs, vadEndMs, endpointMs, recognizedMs, settledMs },
      });
      await page.getByText("stage_timeout: Chat did not answer within 10 s").waitFor();
      await page.getByText("The response time of this turn is not known").waitFor();
      await page.getByText("Nothing was answered").waitFor();
      await page.getByText("As a list").click();
      await page.locator(".turn-steps li", { hasText: "Chat → Actor failed: stage_timeout" }).waitFor();
    });
    await t.step("has words for an empty turn, one without marks, and one whose marks leave gaps", async () => {
      await open(fx, page, { turnId: "empty", outcome: "empty", userText: "", replyText: "", heardText: "", heardMs: 0, timings: {} });
      await page.getByText("Nothing was recognised").waitFor();
      await page.getByText("This turn carries no times").waitFor();
      assert.equal(await page.getByRole("link", { name: /Where the time went/ }).count(), 0);
      const { recognizedMs: _, ...gap } = MARKS;
      await open(fx, page, { turnId: "gap", timings: gap, audioFiles: { user: "audio/gap-user.ogg" } });
      const audio = page.locator("audio");
      assert.deepEqual([await audio.count(), await audio.getAttribute("src")], [1, "/api/turns/gap/audio/user"]);
      await page.getByText("The same in numbers").click();
      await page.getByText("The parts add up to 1096 ms of 1322 ms; 226 ms are unaccounted for, because marks are missing.").waitFor();
      await open(fx, page, { turnId: "old", timings: { speechEndMs: 1000, endpointMs: -5, firstFrameMs: 2100 } });
      await page.getByText("Not used, because they lie before the turn: endpointMs").waitFor();
      await open(fx, page, { turnId: "announced", source: "say", userText: "", timings: { firstSentenceMs: 3, firstFrameMs: 90 } });
      await page.getByText("the owner announced it").waitFor();
      await page.getByText("90 ms from the start to the first frame").waitFor();
    });
    await t.step("keeps long texts within the page, also on a phone", async () => {
      await page.setViewportSize({ width: 390, height: 800 });
      const long = "一段没有尽头的话".repeat(400);
      await open(fx, page, {
        turnId: "long",
        userText: long,
        replyText: "x".repeat(4000),
        heardText: "x".repeat(100),
        outcome: "interrupted",
        timings: MARKS,
      });
      await page.locator(".turn-picture .p-provider").first().waitFor();
      assert.equal(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0);
      await page.setViewportSize({ width: 1280, height: 800 });
    });
    await t.step("takes nothing that was said, recorded or failed for anything but text, on the page and in its files", async () => {
      const turn = { turnId: "hostile", startedAt: STARTED + 3_600_000, endedAt: STARTED + 3_600_000 + 5870, timings: MARKS };
      fx.recordings.set(
        DEVICE,
        recordingOf(storedTurn(turn)).map((line) => line.replaceAll('"get_weather"', JSON.stringify(ATTACK))),
      );
      await open(fx, page, {
        ...turn,
        userText: ATTACK,
        replyText: HOSTILE.join("\n").replaceAll("\u0000", ""),
        heardText: ATTACK,
        outcome: "interrupted",
        error: { code: ATTACK.slice(0, 64), message: ATTACK },
        origin: ATTACK,
      });
      await page.getByText("As a list").click();
      await page.locator(".turn-steps li", { hasText: "owned" }).first().waitFor();
      assert.equal(await page.locator("img[src=x], main script").count(), 0);
      assert.notEqual(await page.title(), "owned");
      // The policy of the console would refuse the style that the files have of their own.
      const reader = (await browser.page()).page;
      for (const link of [/SVG: Where the time went/, /SVG: Who told whom what/]) {
        const { text } = await downloaded(page, link);
        const found = await reader.evaluate(
          `(() => { const d = new DOMParser().parseFromString(${JSON.stringify(text)}, "image/svg+xml");
          return [d.querySelectorAll("parsererror").length, d.querySelectorAll("script, img, image, use, foreignObject, a").length,
            [...d.querySelectorAll("*")].flatMap((e) => e.getAttributeNames()).filter((n) => /^on|href/.test(n)).length,
            d.documentElement.textContent.includes("owned")]; })()`,
        );
        assert.deepEqual(found, [0, 0, 0, true]);
      }
      for (const link of [/Mermaid: Where the time went/, /Mermaid: Who told whom what/]) {
        assert.doesNotMatch((await downloaded(page, link)).text, /[<"'{}]/);
      }
    });
    await t.step("says that a turn is not known, and leaves out what cannot be had", async () => {
      await page.goto(`${fx.base}/console/turns/nobody`);
      await page.getByRole("heading", { name: "This turn is not known" }).waitFor();
      await page.goto(`${fx.base}/console/turns/%3Cb%3E`);
      await page.getByRole("heading", { name: "This turn is not known" }).waitFor();
      fx.recordings.clear();
      fx.leave(DEVICE);
      await open(fx, page, { turnId: "alone", timings: MARKS });
      await page.getByText("From the turn's marks alone").waitFor();
    });
    await t.step("is a viewer's, too", async () => {
      const viewer = (await browser.page()).page;
      await viewer.goto(`http://${FOREIGN_HOST}:${fx.app.port}/console/turns/${SAMPLE}`);
      await viewer.getByLabel("Password").fill(VIEWER_PASSWORD);
      await viewer.keyboard.press("Enter");
      await viewer.getByRole("heading", { name: "Turn of" }).waitFor();
      // No clipboard for pages of other machines without https: the old way copies.
      await viewer.getByRole("button", { name: "Copy Mermaid: Where the time went" }).click();
      await viewer.getByText("Copied").waitFor();
    });
    assert.deepEqual(problems, []);
  },
});
