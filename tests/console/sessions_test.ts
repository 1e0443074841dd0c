import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { CHROMIUM, FOREIGN_HOST, PAGE_PATIENCE_MS, startBrowser } from "../support/browser.ts";
import { storedTurn } from "../routes/app_fixture.ts";
import { type ConsoleFixture, idOf, startConsole, VIEWER_PASSWORD } from "./console_fixture.ts";
import { SAMPLE_ID } from "./sample_devices.ts";
import { CUT_TURN, fillSessions, SAMPLE_SESSION, SAMPLE_TURN } from "./sample_sessions.ts";

/** Between two looks, milliseconds. */
const LOOK_MS = 25;
const ATTACK = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"'`;

/** What the audio element of the page does. */
async function audioOf(page: Page): Promise<{ readonly at: number; readonly paused: boolean; readonly src: string }> {
  return await page.evaluate(
    "(({ currentTime, paused, currentSrc }) => ({ at: currentTime, paused, src: currentSrc }))(document.querySelector('audio'))",
  );
}

/** Waits until something holds in the page. The page's policy forbids what would wait within it. */
async function until(page: Page, expression: string): Promise<void> {
  for (let tries = 0; await page.evaluate(expression) !== true; tries++) {
    assert.ok(tries < PAGE_PATIENCE_MS / LOOK_MS, `Still not so: ${expression}`);
    await page.waitForTimeout(LOOK_MS);
  }
}

async function choose(page: Page, name: string, text: string): Promise<void> {
  await page.locator("#file").setInputFiles({ name, mimeType: "", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Import this file" }).click();
}

Deno.test({
  name: "sessions are listed, narrowed and searched, exported and brought back",
  ignore: CHROMIUM.ignore,
  async fn(t) {
    await using fx = await startConsole();
    for (let number = 1; number <= 9; number++) fx.change({ deviceId: idOf(number) });
    await fillSessions(fx, 95);
    await using browser = await startBrowser();
    const { page, problems } = await browser.page();
    await page.goto(`${fx.base}/console/sessions`);
    const rows = page.locator(".session-row");

    await t.step("newest first, more of them when the end of the list comes into sight", async () => {
      await rows.first().waitFor();
      assert.equal(await rows.count(), 40);
      const [newest] = (await fx.lifeCycle.archive.sessions({ limit: 1 })).items;
      assert.equal(await rows.first().getAttribute("href"), `/console/sessions/${newest?.sessionId}`);
      await page.evaluate("scrollTo(0, document.body.scrollHeight)");
      await until(page, "document.querySelectorAll('.session-row').length >= 80");
      await page.evaluate("scrollTo(0, document.body.scrollHeight)");
      await until(page, "document.querySelectorAll('.session-row').length === 96");
      assert.equal(await page.getByRole("button", { name: "Show more" }).count(), 0);
    });
    await t.step("of one device, of some days, by why they ended", async () => {
      await page.getByLabel("Device", { exact: true }).selectOption(idOf(1));
      await until(page, "document.querySelectorAll('.session-row').length === 11");
      await page.getByLabel("Why it ended").selectOption("goodbye");
      await until(page, "document.querySelectorAll('.session-row').length < 11");
      assert.deepEqual([...new Set(await page.locator(".session-row .chip").allInnerTexts())], ["Said goodbye"]);
      await page.getByLabel("To", { exact: true }).fill("2001-01-01");
      await page.getByText("Nothing fits").waitFor();
      await page.getByRole("button", { name: "Show everything" }).click();
      await until(page, "document.querySelectorAll('.session-row').length === 40");
      assert.equal(await page.getByLabel("Device", { exact: true }).inputValue(), "");
    });
    await t.step("by how turns went", async () => {
      await page.getByLabel("How turns went").selectOption("failed");
      await until(page, "document.querySelectorAll('.session-row').length === 1");
      await page.getByText("And what is on the news?").waitFor();
      await page.getByLabel("How turns went").selectOption("");
    });
    await t.step("with the words that were found marked, each leading to its turn", async () => {
      await page.getByLabel("Search in what was said").fill("ＷＡＴＥＲ tea");
      await page.locator("mark").first().waitFor();
      assert.deepEqual(await page.locator("mark").allInnerTexts(), ["tea", "water"]);
      await rows.first().click();
      const wanted = page.locator(".turn.wanted");
      await wanted.waitFor();
      assert.equal(await wanted.getAttribute("id"), `turn-${CUT_TURN}`);
      await until(page, `document.activeElement?.id === "turn-${CUT_TURN}"`);
      await page.goBack();
      await page.locator("mark").first().waitFor();
    });
    let exported = "";
    await t.step("an export is a file", async () => {
      await page.goto(`${fx.base}/console/sessions/${SAMPLE_SESSION}`);
      for (const [name, ending] of [["JSON lines", "jsonl"], ["Markdown", "md"], ["ZIP with audio", "zip"]] as const) {
        const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
        assert.equal(download.suggestedFilename(), `session-${SAMPLE_SESSION}.${ending}`);
        if (ending === "jsonl") exported = await readFile(await download.path(), "utf8");
      }
      assert.equal(exported.trim().split("\n").length, 5);
      assert.deepEqual(JSON.parse(exported.split("\n")[0] ?? "").turn.sentences.map(({ startMs }: { startMs: number }) => startMs), [
        0,
        1800,
        4200,
      ]);
    });
    await t.step("an import says what became of each line", async () => {
      await page.goto(`${fx.base}/console/sessions`);
      await page.getByRole("button", { name: "Import…" }).click();
      const news = exported.split("\n")[0]?.replaceAll(SAMPLE_TURN, "01KNEW").replaceAll(SAMPLE_SESSION, "brought-back") ?? "";
      await choose(page, "export.jsonl", `${exported}${news}\n{"turn":{"turnId":"../../x"}}\nno line\n`);
      await page.getByText("1 added").waitFor();
      await page.getByText("5 skipped").waitFor();
      await page.getByText("2 refused").waitFor();
      assert.deepEqual(await page.locator(".import-lines td.numbers").allInnerTexts(), ["7", "8"]);
      await page.getByText("expected a JSON object").waitFor();
      assert.equal((await fx.lifeCycle.archive.session("brought-back"))?.turns, 1);
    });
    await t.step("a recording is known for what it is, and goes where it is replayed", async () => {
      const header = { kind: "header", schema: 1, app: "1", device: SAMPLE_ID, epoch: 1, dropped: 0 };
      await choose(page, "recording.ndjson", `${JSON.stringify(header)}\n`);
      await page.getByText("This is a recording of a device's events").waitFor();
      assert.equal(await page.getByRole("link", { name: "To the replay" }).getAttribute("href"), "/console/replay");
      await choose(page, "session.md", "# Conversation\n");
      await page.getByText("Markdown is for people").waitFor();
      await choose(page, "broken.zip", "PK\u0003\u0004 and no more");
      await page.getByText("The ZIP file").waitFor();
    });
    await t.step("a device's page has its latest", async () => {
      await page.goto(`${fx.base}/console/devices/${encodeURIComponent(SAMPLE_ID)}`);
      const panel = page.getByRole("region", { name: "Latest sessions" });
      await panel.getByText("Weather and tea").first().waitFor();
      assert.equal(await panel.locator(".session-row").count(), 5);
      await panel.getByRole("link", { name: "All sessions of this device" }).click();
      await until(page, "document.querySelector('.session-filters select')?.value !== ''");
      await page.getByText("Weather and tea").first().waitFor();
    });
    assert.deepEqual(problems, []);
  },
});

Deno.test({
  name: "a session is read, heard sentence by sentence, titled and erased",
  ignore: CHROMIUM.ignore,
  async fn(t) {
    await using fx = await startConsole();
    fx.change({ deviceId: SAMPLE_ID });
    await fillSessions(fx, 2);
    await using browser = await startBrowser(["--autoplay-policy=no-user-gesture-required"]);
    const { page, problems } = await browser.page();
    await page.goto(`${fx.base}/console/sessions/${SAMPLE_SESSION}`);
    const turn = (id: string) => page.locator(`#turn-${id}`);
    await turn(SAMPLE_TURN).waitFor();

    await t.step("a sentence plays from where it begins, and the one at the ear is marked", async () => {
      // Slowly, so that a sentence is not over before somebody has looked.
      await page.evaluate("{ const audio = document.querySelector('audio'); audio.defaultPlaybackRate = audio.playbackRate = 0.1; }");
      await turn(SAMPLE_TURN).getByRole("button", { name: "In the evening it may rain a little." }).click();
      await until(page, "document.querySelector('audio').currentTime >= 1.8 && !document.querySelector('audio').paused");
      const first = await audioOf(page);
      assert.ok(first.src.endsWith(`/api/turns/${SAMPLE_TURN}/audio/reply`));
      await until(page, `document.querySelector('audio').currentTime > ${first.at}`);
      await page.locator('.sentence[aria-current="true"]', { hasText: "In the evening" }).waitFor();
      await turn(SAMPLE_TURN).getByRole("button", { name: "Take a small umbrella along!" }).click();
      await until(page, "document.querySelector('audio').currentTime >= 4.2");
      await page.locator('.sentence[aria-current="true"]', { hasText: "Take a small umbrella" }).waitFor();
      await page.evaluate("{ const audio = document.querySelector('audio'); audio.defaultPlaybackRate = audio.playbackRate = 1; }");
      await until(page, "document.querySelector('audio').ended && document.querySelector('.sentence[aria-current]') === null");
    });
    await t.step("what the person said plays, and pauses", async () => {
      await turn(SAMPLE_TURN).getByRole("button", { name: /^Play what was said/ }).click();
      await until(page, "document.querySelector('audio').currentSrc.endsWith('/user') && document.querySelector('audio').currentTime > 0");
      // It goes on for as long as it takes to be paused.
      await page.evaluate("document.querySelector('audio').loop = true");
      await turn(SAMPLE_TURN).getByRole("button", { name: /^Pause/ }).click();
      await until(page, "document.querySelector('audio').paused");
    });
    await t.step("what was cut off is struck through, and says when", async () => {
      assert.deepEqual((await turn(CUT_TURN).locator(".unheard").allInnerTexts()).map((text) => text.trim()), [
        "it stand for a moment.",
        "Put two spoons of leaves into the pot and wait.",
      ]);
      assert.deepEqual(await turn(CUT_TURN).locator(".sentence").allInnerTexts(), ["First you heat the water.", "Then you let"]);
      await turn(CUT_TURN).getByText("cut off after 2.9 s").waitFor();
    });
    await t.step("a turn without the places of its sentences says so, a failed one says why", async () => {
      await page.getByText("This turn was kept without the places of its sentences: it is played as a whole.").waitFor();
      await page.getByText("Failed: Chat gave no text within 15 s (chat_timeout)").waitFor();
    });
    await t.step("how long the answer took, and what of it", async () => {
      const foot = turn(SAMPLE_TURN).locator(".turn-foot");
      await foot.getByText("Answered after 1.2 s").waitFor();
      await foot.getByText("end of speech 300 ms · recognition 170 ms").waitFor();
      assert.equal(await foot.getByRole("link").getAttribute("href"), `/console/turns/${SAMPLE_TURN}`);
    });
    await t.step("a title is text, whatever it says", async () => {
      await page.getByRole("button", { name: "Change the title" }).click();
      await page.getByLabel("Title", { exact: true }).fill(ATTACK);
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("heading", { name: ATTACK }).waitFor();
      assert.equal((await fx.lifeCycle.archive.session(SAMPLE_SESSION))?.title, ATTACK);
      assert.equal(await page.locator("img[src=x]").count(), 0);
    });
    await t.step("a viewer reads, hears and takes out, and changes nothing", async () => {
      const viewer = (await browser.page()).page;
      await viewer.goto(`http://${FOREIGN_HOST}:${fx.app.port}/console/sessions/${SAMPLE_SESSION}`);
      await viewer.getByLabel("Password").fill(VIEWER_PASSWORD);
      await viewer.keyboard.press("Enter");
      await viewer.locator(".turn").first().waitFor();
      for (const name of ["Change the title", "Delete the session"]) {
        assert.ok(await viewer.getByRole("button", { name }).isDisabled(), name);
      }
      for (const button of await viewer.getByRole("button", { name: /^Delete this turn/ }).all()) assert.ok(await button.isDisabled());
      assert.equal(
        await viewer.evaluate(
          `fetch("/api/turns/${SAMPLE_TURN}", { method: "DELETE", headers: { "x-xiaozhi-console": "1" } }).then((r) => r.status)`,
        ),
        403,
      );
      await viewer.locator(".sentence").first().click();
      await until(viewer, "document.querySelector('audio').currentTime > 0");
      await viewer.goto(`http://${FOREIGN_HOST}:${fx.app.port}/console/sessions`);
      assert.ok(await viewer.getByRole("button", { name: "Import…" }).isDisabled());
    });
    await t.step("a turn goes with its audio, after a question", async () => {
      const [, path] = Object.values((await fx.lifeCycle.archive.turn(SAMPLE_TURN))?.audioFiles ?? {});
      await turn(SAMPLE_TURN).getByRole("button", { name: /^Delete this turn/ }).click();
      const question = page.getByRole("dialog");
      await question.getByText("What will the weather be like tomorrow").waitFor();
      await question.getByRole("button", { name: "Cancel" }).click();
      assert.equal(await page.locator(".turn").count(), 5);
      await turn(SAMPLE_TURN).getByRole("button", { name: /^Delete this turn/ }).click();
      await question.getByRole("button", { name: "Delete this turn" }).click();
      await page.getByText("Erased: 1 turns, 0 sessions, 2 audio files").waitFor();
      assert.equal(await page.locator(".turn").count(), 4);
      assert.equal(await fx.lifeCycle.archive.turn(SAMPLE_TURN), undefined);
      assert.equal(await fx.lifeCycle.audio.size(path ?? ""), undefined);
    });
    await t.step("an address of a turn that is gone says so", async () => {
      await page.goto(`${fx.base}/console/sessions/${SAMPLE_SESSION}?turn=${SAMPLE_TURN}`);
      await page.getByText("The turn that the address names is not here any more.").waitFor();
    });
    await t.step("the session goes with all that is left, and with words for what went", async () => {
      await page.getByRole("button", { name: "Delete the session" }).click();
      await page.getByRole("dialog").getByText("its 4 turns and their audio").waitFor();
      await page.getByRole("dialog").getByRole("button", { name: "Delete the session" }).click();
      await page.getByText("Erased: 4 turns, 1 sessions, 2 audio files").waitFor();
      await page.getByRole("heading", { name: "Sessions" }).waitFor();
      assert.equal(await fx.lifeCycle.archive.session(SAMPLE_SESSION), undefined);
    });
    assert.deepEqual(problems, []);
  },
});

/** Brings a session in, all of whose words try to be more than words. */
async function attackedSession(fx: ConsoleFixture): Promise<void> {
  const session = { sessionId: "s1", deviceId: SAMPLE_ID, clientId: ATTACK, startedAt: 1000, endedAt: 2000, endReason: ATTACK };
  const of = { sessionId: "s1", deviceId: SAMPLE_ID, userText: ATTACK, replyText: ATTACK, heardText: ATTACK };
  await fx.lifeCycle.archive.apply([
    { session, turn: storedTurn({ ...of, turnId: "t1", startedAt: 1000, sentences: [{ text: ATTACK, startMs: 0, heardMs: 60 }] }) },
    { session, turn: storedTurn({ ...of, turnId: "t2", startedAt: 1100, outcome: "interrupted", heardText: "<img", origin: ATTACK }) },
    { session, turn: storedTurn({ ...of, turnId: "t3", startedAt: 1200, outcome: "failed", error: { code: ATTACK, message: ATTACK } }) },
  ]);
}

Deno.test({
  name: "what people and devices said is text in lists, hits and transcripts, and no address leads out of the audio",
  ignore: CHROMIUM.ignore,
  async fn() {
    await using fx = await startConsole();
    await attackedSession(fx);
    await using browser = await startBrowser();
    const { page, problems } = await browser.page();
    for (
      const [path, ready] of [
        ["sessions", ".session-row"],
        [`sessions?q=${encodeURIComponent("<img onerror")}`, "mark"],
        ["sessions?outcome=failed", ".session-row"],
        ["sessions/s1?turn=t2", ".turn.wanted"],
        [`sessions?device=${encodeURIComponent(ATTACK)}&from=${encodeURIComponent(ATTACK)}&end=x`, ".failure"],
        [`sessions/${encodeURIComponent(ATTACK)}`, ".failure"],
        [`sessions/${encodeURIComponent("../devices")}`, ".failure"],
      ] as const
    ) {
      await page.goto(`${fx.base}/console/${path}`);
      await page.locator(ready).first().waitFor();
      assert.equal(await page.locator("img[src=x]").count(), 0, path);
      assert.ok(!(await page.title()).startsWith("owned"), path);
    }
    assert.deepEqual(problems, []);
    for (const id of ["..%2f..%2fdata", "%2e%2e", "t1%2f..%2f..", "t1%00", "..%5c..", "x".repeat(3000)]) {
      for (const address of [`turns/${id}/audio/user`, `turns/${id}/audio/reply`, `sessions/${id}/export?format=zip`]) {
        const response = await fetch(`${fx.base}/api/${address}`);
        const text = await response.text();
        assert.ok(response.status === 400 || response.status === 404, `${address}: ${response.status}`);
        assert.equal(response.headers.get("content-type"), "application/problem+json", text);
      }
    }
    for (const address of ["turns/t1/audio/..%2f..%2fhistory.db", "sessions/s1/export?format=../zip"]) {
      const response = await fetch(`${fx.base}/api/${address}`);
      await response.body?.cancel();
      assert.equal(response.status, 400, address);
    }
  },
});
