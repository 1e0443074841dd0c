import assert from "node:assert/strict";
import { CHROMIUM, FOREIGN_HOST, startBrowser } from "../support/browser.ts";
import { idOf, startConsole, VIEWER_PASSWORD } from "./console_fixture.ts";
import { SAMPLE_TOOLS, sampleAnswer } from "./sample_devices.ts";

Deno.test({
  name: "a device's page",
  ignore: CHROMIUM.ignore,
  async fn(t) {
    await using fx = await startConsole({ tools: SAMPLE_TOOLS, answer: sampleAnswer });
    const id = idOf(1);
    fx.change({ deviceId: id, state: "listening", tools: SAMPLE_TOOLS.map(({ name }) => name) });
    await using browser = await startBrowser();
    const { page, problems } = await browser.page();
    await page.goto(`${fx.base}/console/devices/${encodeURIComponent(id)}`);
    await page.getByRole("heading", { name: id }).waitFor();

    await t.step("says something, and follows the state of the device", async () => {
      await page.getByLabel("Say something").fill("Dinner is ready!");
      await page.getByLabel("Interrupt whoever speaks").check();
      await page.getByRole("button", { name: "Say it" }).click();
      await page.getByText("The device says it").waitFor();
      assert.deepEqual(fx.done.at(-1), { id, what: "say", details: { text: "Dinner is ready!", interrupt: true } });
      fx.change({ deviceId: id, state: "speaking" });
      await page.locator(".page-head .chip.speaking").waitFor();
    });
    await t.step("reads and sets the volume", async () => {
      await page.locator("output", { hasText: "65 %" }).waitFor();
      await page.getByRole("slider", { name: "Volume" }).fill("30");
      await page.getByRole("button", { name: "Set the volume" }).click();
      await page.getByText("The volume is set").waitFor();
      assert.deepEqual(fx.done.at(-1)?.details, { name: "self.audio_speaker.set_volume", args: { volume: 30 } });
    });
    await t.step("calls a tool through a form made from its schema, and shows the answer", async () => {
      await page.getByText("self.light.configure").click();
      const form = page.locator("details[open] form");
      await form.getByLabel("on", { exact: true }).uncheck();
      await form.getByLabel("brightness").fill("0.5");
      await form.getByLabel("label").fill("<b>desk</b>");
      await form.getByLabel("colours").fill("[not json");
      await form.getByRole("button", { name: "Call" }).click();
      await form.getByText("colours: this is no JSON").waitFor();
      await form.getByLabel("colours").fill('["red"]');
      await form.getByRole("button", { name: "Call" }).click();
      await form.getByText("Answer").waitFor();
      const args = { on: false, brightness: 0.5, label: "<b>desk</b>", colours: ["red"] };
      assert.deepEqual(fx.done.at(-1)?.details, { name: "self.light.configure", args });
    });
    await t.step("says when the device refuses", async () => {
      await page.getByText("self.light.configure").click();
      await page.getByText("self.screen.set_theme").click();
      const form = page.locator("details[open] form");
      await form.getByLabel("theme").selectOption("dark");
      await form.getByRole("button", { name: "Call" }).click();
      await form.getByText("Unknown theme").waitFor();
    });
    await t.step("keeps name, room, role and retention", async () => {
      await page.getByLabel("Name", { exact: true }).fill("Kitchen");
      await page.getByLabel("Room").fill("Ground floor");
      await page.getByLabel("Role").selectOption("teacher");
      await page.getByLabel("Days for which turns are kept").fill("30");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved").waitFor();
      await page.getByRole("heading", { name: "Kitchen" }).waitFor();
      await page.getByText("Hello, pupil!").waitFor();
      const stored = await fx.lifeCycle.registry.get(id);
      assert.deepEqual([stored?.name, stored?.room, stored?.retentionDays], ["Kitchen", "Ground floor", 30]);
      assert.equal(await fx.console.control.role(id), "teacher");
    });
    await t.step("restarts and disconnects, the first only after a question", async () => {
      const question = page.getByRole("dialog");
      await page.getByRole("button", { name: "Restart" }).click();
      await question.waitFor();
      await page.keyboard.press("Escape");
      await question.waitFor({ state: "hidden" });
      assert.notEqual(fx.done.at(-1)?.what, "reboot");
      await page.getByRole("button", { name: "Restart" }).click();
      await question.getByRole("button", { name: "Restart" }).click();
      await page.getByText("The device was told to restart").waitFor();
      await page.getByRole("button", { name: "Disconnect" }).click();
      await page.getByText("The device is being disconnected").waitFor();
      assert.deepEqual(fx.done.slice(-2).map(({ what }) => what), ["reboot", "disconnected"]);
    });
    await t.step("downloads the recording", async () => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Download the recording" }).click(),
      ]);
      assert.match(download.suggestedFilename(), /^02-00-.*\.ndjson$/);
    });
    await t.step("lets a viewer look and change nothing", async () => {
      const viewer = (await browser.page()).page;
      await viewer.goto(`http://${FOREIGN_HOST}:${fx.app.port}/console/devices/${encodeURIComponent(id)}`);
      await viewer.getByLabel("Password").fill(VIEWER_PASSWORD);
      await viewer.keyboard.press("Enter");
      await viewer.getByRole("heading", { name: "Kitchen" }).waitFor();
      for (const name of ["Say it", "Restart", "Disconnect", "Delete the device", "Save"]) {
        assert.ok(await viewer.getByRole("button", { name }).isDisabled(), name);
      }
    });
    await t.step("deletes the device and goes back to the fleet", async () => {
      fx.leave(id);
      await page.getByRole("button", { name: "Delete the device" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Delete the device" }).click();
      await page.getByText("No device has come by yet").waitFor();
      assert.equal(await fx.lifeCycle.registry.get(id), undefined);
    });
    assert.deepEqual(problems, []);
  },
});
