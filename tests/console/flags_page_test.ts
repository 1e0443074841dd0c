import assert from "node:assert/strict";
import { flagTexts } from "../../console/flags/flag_texts.ts";
import { featuresSection } from "../../services/config/features.ts";
import { CHROMIUM, FOREIGN_HOST, startBrowser } from "../support/browser.ts";
import { startConsole, VIEWER_PASSWORD } from "./console_fixture.ts";

const ATTACK = `<img src=x onerror="document.title='owned'">`;

Deno.test("every flag has its words on the page, those of its meaning being the configuration's own", () => {
  const schema = featuresSection.shape;
  assert.deepEqual(Object.keys(flagTexts.en.meanings).sort(), Object.keys(schema).sort());
  assert.deepEqual(Object.keys(flagTexts.en.off).sort(), Object.keys(schema).sort());
  for (const [name, flag] of Object.entries(schema)) {
    assert.equal((flagTexts.en.meanings as Record<string, string>)[name], flag.meta()?.description, name);
  }
});

Deno.test({
  name: "the flags",
  ignore: CHROMIUM.ignore,
  async fn(t) {
    await using fx = await startConsole();
    const { live } = fx;
    await using browser = await startBrowser();
    const { page, problems } = await browser.page();
    const dialog = page.getByRole("dialog");
    const flag = (name: string) => page.locator(".flag", { has: page.getByRole("heading", { name, exact: true }) });
    await page.goto(`${fx.base}/console`);
    await page.getByRole("link", { name: "Flags" }).click();

    await t.step("rolls a flag out to a part of the devices, after a question, and says what it did", async () => {
      const row = flag("speculation");
      await row.getByRole("combobox").selectOption("part");
      await row.getByRole("spinbutton").fill("150");
      await row.getByRole("button", { name: "Change" }).click();
      await page.getByText("Give a number from 0 to 100 for speculation").waitFor();
      await row.getByRole("spinbutton").fill("25");
      await row.getByRole("button", { name: "Change" }).click();
      await dialog.getByText("on → 25 % of the devices, felt by the next turn").waitFor();
      await dialog.getByLabel("Why, for the record").fill("Try it on some");
      await dialog.getByRole("button", { name: "Change" }).click();
      await page.locator(".outcome", { hasText: "features.speculation" }).waitFor();
      await row.getByText("Try it on some").waitFor();
      assert.deepEqual(live.config.features.speculation, { percent: 25 });
    });
    await t.step("changes nothing when the question is answered with no, and offers what stands again", async () => {
      const row = flag("cache");
      await row.getByRole("combobox").selectOption("off");
      await row.getByRole("button", { name: "Change" }).click();
      await dialog.waitFor();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "hidden" });
      assert.equal(await row.getByRole("combobox").inputValue(), "on");
      assert.equal(live.config.features.cache, true);
    });
    await t.step("tells of a change that somebody else made, as the text that it is", async () => {
      await live.change({ features: { fillers: false } }, { by: ATTACK, via: "api", why: ATTACK });
      await page.locator(".flag-news", { hasText: `${ATTACK} changed features.fillers just now` }).waitFor();
      await flag("fillers").getByText("off", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Understood" }).click();
      await page.locator(".flag-news p").waitFor({ state: "detached" });
    });
    await t.step("refuses a change by somebody who has not seen the latest", async () => {
      await page.route("**/api/config/changes**", (route) => route.abort());
      await live.change({ features: { metrics: false } }, { by: "somebody", via: "api" });
      await flag("alerts").getByRole("combobox").selectOption("off");
      await flag("alerts").getByRole("button", { name: "Change" }).click();
      await dialog.getByRole("button", { name: "Change" }).click();
      await page.getByText("Somebody changed the configuration meanwhile").waitFor();
      assert.equal(live.config.features.alerts, true);
      await page.unroute("**/api/config/changes**");
      await page.locator(".flag-news", { hasText: "features.metrics" }).waitFor();
    });
    await t.step("says in words why the server refuses a value", async () => {
      await page.route("**/api/flags?**", (route) => route.continue({ postData: JSON.stringify({ alerts: "perhaps" }) }));
      await flag("alerts").getByRole("combobox").selectOption("off");
      await flag("alerts").getByRole("button", { name: "Change" }).click();
      await dialog.getByRole("button", { name: "Change" }).click();
      await page.getByText(/The configuration would be wrong, and nothing was changed: [^]*features\.alerts = "perhaps"/).waitFor();
      await page.unroute("**/api/flags?**");
    });
    await t.step("goes back to before any change, with all that came after it", async () => {
      const first = page.locator(".change", { hasText: "features.speculation" }).last();
      await first.getByRole("button", { name: /Back to before this/ }).click();
      await dialog.getByText("3 changes are undone").waitFor();
      await dialog.getByRole("button", { name: "Back to before this" }).click();
      await page.locator(".outcome", { hasText: "features.metrics" }).waitFor();
      const { speculation, fillers, metrics } = live.config.features;
      assert.deepEqual([speculation, fillers, metrics], [true, true, true]);
      await page.locator(".change", { hasText: "back to before change 1" }).waitFor();
    });
    await t.step("shows names and reasons as the text that they are", async () => {
      const item = { value: false, default: true, source: ATTACK, scope: "process", effect: "now", meaning: ATTACK };
      await page.route("**/api/flags", (route) => route.fulfill({ json: { items: [{ name: ATTACK, ...item }] } }));
      await page.getByRole("heading", { name: ATTACK }).waitFor();
      assert.equal(await page.locator("img[src=x]").count(), 0);
      assert.notEqual(await page.title(), "owned");
      await page.unroute("**/api/flags");
    });
    await t.step("lets a viewer see the flags and change none", async () => {
      const viewer = (await browser.page()).page;
      await viewer.goto(`http://${FOREIGN_HOST}:${fx.app.port}/console/flags`);
      await viewer.getByLabel("Password").fill(VIEWER_PASSWORD);
      await viewer.keyboard.press("Enter");
      await viewer.getByText("Operators change flags").waitFor();
      assert.equal(await viewer.locator("main :is(button, select, input):not(:disabled)").count(), 0);
    });
    assert.deepEqual(problems, []);
  },
});
