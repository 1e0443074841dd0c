import assert from "node:assert/strict";
import { CHROMIUM, startBrowser } from "../support/browser.ts";
import { idOf, startConsole } from "./console_fixture.ts";
import { sampleTalk } from "./sample_talk.ts";

const ATTACK = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
const ID = idOf(1);

Deno.test({
  name: "a device's live page",
  ignore: CHROMIUM.ignore,
  async fn(t) {
    await using sample = sampleTalk(ID, { transcripts: true, records: 600 });
    const { clock, talk, recorders } = sample;
    let device: ReturnType<typeof sample.connect> | undefined;
    await using fx = await startConsole({ recorders });
    fx.change({ deviceId: ID, state: "idle" });
    // Built here, because a page waits a minute at most.
    await fx.console.bundle();
    await using browser = await startBrowser();
    const { page, problems } = await browser.page({ viewport: { width: 1280, height: 900 } });
    const active = (key: string) => page.locator(`.node.active[data-id="device.ready.${key}"]`).waitFor();
    const row = (type: string) => page.locator(".log-row", { has: page.locator(".log-type", { hasText: type }) });
    const log = page.getByRole("listbox", { name: "Events" });
    /** Waits until so many rows are drawn, all of one kind where that is given. */
    const drawn = async (count: number | undefined, kind = "log-row") => {
      const rows = page.locator(".log-row:not(.gap)");
      for (;;) {
        const all = await rows.count();
        if (count === undefined ? all > 0 && all === await page.locator(`.log-row.${kind}`).count() : all === count) return;
        await page.waitForTimeout(20);
      }
    };

    await t.step("is where the fleet and the device's page lead, and waits for a device that was not here yet", async () => {
      await page.goto(`${fx.base}/console/devices`);
      await page.getByRole("link", { name: `watch ${ID} live` }).click();
      await page.getByText("Waiting for the device").waitFor();
      await page.getByRole("link", { name: "To the device" }).click();
      await page.getByRole("heading", { name: "Right now" }).waitFor();
      await page.getByRole("link", { name: "Watch it live" }).click();
      await page.getByText("Waiting for the device").waitFor();
    });
    await t.step("follows by itself when the device comes, and its chart walks through a turn", async () => {
      device = sample.connect();
      const { script } = talk.server;
      Object.assign(script, { hears: [ATTACK], hearsAfterMs: 5_000, saysAfterMs: 5_000, speaksForMs: () => 5_000 });
      await device.hello();
      await active("waiting.idle");
      device.listen("auto");
      await active("waiting.listening");
      await device.record("speech", 900);
      await active("vad");
      await device.record("silence", 900);
      await active("recognizing.working");
      await clock.advance(5_000);
      await active("replying.thinking");
      await clock.advance(5_400);
      await active("replying.speaking.playing");
      await page.locator(".edge.last").first().waitFor();
      await clock.advance(12_000);
      await active("waiting.listening");
      const heat = await page.locator(`.node[data-id="device.ready.vad"]`).getAttribute("class");
      assert.match(heat ?? "", /heat-[1-4]/);
    });
    await t.step("shows what guards answered, and marks an event that no transition answered", async () => {
      await page.locator(".last-event .guard-answer").first().waitFor();
      device?.send({ type: "listen", state: "stop" });
      await clock.advance(0);
      await active("waiting.idle");
      device?.send({ type: "listen", state: "stop" });
      await clock.advance(0);
      await page.locator(".log-row.ignored").waitFor();
      await page.locator(".last-event").getByText("no transition answered it").waitFor();
      assert.equal(await page.locator(".log-row.ignored .log-type").textContent(), "LISTEN_STOP");
    });
    await t.step("narrows the log by kind, actor, type, words, and to events without a transition", async () => {
      const shown = page.locator(".log-count");
      const rows = page.locator(".log-row:not(.gap)");
      await page.getByRole("button", { name: "no transition" }).click();
      await drawn(1);
      await page.getByRole("button", { name: "no transition" }).click();
      await page.getByRole("button", { name: "steps" }).click();
      await drawn(undefined, "step");
      await page.getByRole("button", { name: "steps" }).click();
      await page.getByLabel("Actor", { exact: true }).selectOption("device/recognize");
      await drawn(2);
      await page.getByLabel("Actor", { exact: true }).selectOption("");
      await page.getByLabel("Type", { exact: true }).selectOption("SPEECH_ENDED");
      await rows.filter({ hasText: "hasSound" }).waitFor();
      await page.getByLabel("Type", { exact: true }).selectOption("");
      await page.getByLabel("Search the events").fill("nothing at all");
      await page.getByText("No event fits").waitFor();
      await page.locator(".event-log").getByRole("button", { name: "Show all" }).click();
      assert.doesNotMatch(await shown.textContent() ?? "", /^0 of/);
    });
    await t.step("opens an event: its payload, the chart of that moment, and what its step changed in the context", async () => {
      await page.getByLabel("Type", { exact: true }).selectOption("SPEECH_ENDED");
      await row("SPEECH_ENDED").filter({ hasText: "recognizing" }).click();
      await active("recognizing.working");
      await page.getByText(/^Paused at/).waitFor();
      const changed = page.locator('.context-diff tr.changed[data-key="utteranceMs"]');
      await changed.waitFor();
      assert.match(await changed.textContent() ?? "", /–\d+ ms/);
      await row("SPEECH_ENDED").filter({ hasText: "hasSound" }).click();
      await page.locator(".log-details pre").getByText("durationMs").waitFor();
      await active("vad");
    });
    await t.step("stands still while the device goes on, is walked by keys, and follows again", async () => {
      await page.getByLabel("Type", { exact: true }).selectOption("");
      device?.listen("auto");
      await clock.advance(0);
      await active("vad");
      await log.focus();
      await page.keyboard.press("Home");
      await page.locator('.log-row.selected[data-seq="0"]').waitFor();
      await page.keyboard.press("ArrowDown");
      await page.locator('.log-row.selected[data-seq="1"]').waitFor();
      await page.keyboard.press("Escape");
      await page.getByText("Live", { exact: true }).waitFor();
      await active("waiting.listening");
    });
    await t.step("shows the actors with their ends and starts", async () => {
      const recognize = page.locator(".live-tree li.done", { hasText: "recognize" });
      await recognize.getByText("started once").waitFor();
      await page.locator(".live-tree li.running", { hasText: "device" }).waitFor();
      await page.getByText("has not crashed since the server began").waitFor();
    });
    await t.step("takes what people and devices say for text and nothing else", async () => {
      device?.send({ type: "listen", state: "text", text: ATTACK });
      await clock.advance(0);
      await row("TEXT").filter({ hasText: "<img src=x" }).first().click();
      await page.locator(".log-details pre").getByText("onerror").waitFor();
      assert.doesNotMatch(await page.title(), /owned/);
      assert.equal(await page.locator(".live-parts img, .live-parts script").count(), 0);
      await page.getByRole("button", { name: "Follow live" }).click();
    });
    await t.step("shows one part after the other on a phone, by tabs that keys reach", async () => {
      await page.setViewportSize({ width: 390, height: 800 });
      const panels = page.locator(".live-parts [role=tabpanel]:visible");
      await page.getByRole("tab", { name: "Chart" }).press("ArrowRight");
      await page.locator("#part-events:visible").waitFor();
      assert.equal(await panels.count(), 1);
      await page.getByRole("tab", { name: "Events" }).press("ArrowRight");
      await page.locator("#part-actors:visible").waitFor();
      assert.equal(await panels.count(), 1);
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.getByRole("heading", { name: "Context" }).waitFor();
    });
    await t.step("says what it missed when the device did more than the recorder holds", async () => {
      for (let n = 0; n < 3_000; n++) recorders.get(ID)?.note("burst", { n });
      await page.getByText(/records were left out, because this page was slow/).waitFor();
      await row("burst").last().waitFor();
      assert.ok(await page.locator(".log-row").count() < 60, "more rows are drawn than are in sight");
      await page.getByLabel("Search the events").fill("nothing at all");
      await page.locator(".log-row.gap").first().waitFor();
      await page.getByLabel("Search the events").fill("");
    });
    await t.step("says that the device left, and goes on when it comes back", async () => {
      device?.vanish();
      await clock.advance(20_000);
      fx.leave(ID);
      await page.getByText(/The device is not connected/).waitFor();
      device = sample.connect();
      await device.hello();
      await active("waiting.idle");
      await page.getByRole("heading", { name: "Connection 2" }).waitFor();
    });
    await t.step("says that the server is lost, and keeps what was known", async () => {
      await page.route("**/records", (route) => route.abort());
      fx.console.fleet[Symbol.dispose]();
      await page.getByText(/The connection to the server is lost; reconnecting. What is shown/).waitFor();
    });
    assert.deepEqual(problems, []);
  },
});
