import assert from "node:assert/strict";
import { CHROMIUM, FOREIGN_HOST, startBrowser } from "../support/browser.ts";
import { idOf, startConsole, VIEWER_PASSWORD } from "./console_fixture.ts";
import { alertOf, checkOf, childOf, treeOf, wellReport } from "./sample_server.ts";

const ATTACK = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"'`;

Deno.test({
  name: "the overview",
  ignore: CHROMIUM.ignore,
  async fn(t) {
    await using fx = await startConsole();
    const { told } = fx;
    fx.change({ deviceId: idOf(1), state: "thinking" });
    told.health = wellReport();
    told.availability = { ratio: 0.9995, budgetLeft: 0.5, readyMs: 1, downMs: 0, good: 1, bad: 0 };
    told.tree = treeOf("platform", [childOf("http")]);
    await using browser = await startBrowser();
    const { page, problems } = await browser.page();
    await page.goto(`${fx.base}/console`);
    await page.getByRole("link", { name: "Overview" }).click();

    await t.step("says that all is well, and shows figures", async () => {
      await page.getByRole("heading", { name: "Everything is well" }).waitFor();
      await page.getByText("No alert is active").waitFor();
      await page.locator(".tile", { hasText: "Devices connected" }).getByText("1 in a turn").waitFor();
      await page.getByText("50 % of the error budget of 99.9 % left").waitFor();
      await page.getByText("No provider was called yet").waitFor();
      await page.getByText("No history is taken in from elsewhere").waitFor();
    });
    await t.step("follows what gets worse, with the reason, the next step, and who was started again", async () => {
      const message = `Redis is ${ATTACK}`;
      told.health = { ...wellReport(), status: "degraded", checks: [...wellReport().checks, checkOf("redis", "fail", 60_000, message)] };
      told.tree = treeOf("platform", [
        childOf("http"),
        childOf("redis", { state: "waiting", restarts: 3, lastReason: ATTACK, lastMessage: message }),
      ]);
      told.active.push(
        alertOf({ subject: ATTACK, detail: ATTACK }),
        alertOf({ id: "01K0000000000000000000000B", rule: "device_stuck", severity: "critical", subject: "thinking", limit: -1 }),
      );
      await page.getByRole("heading", { name: "Something is degraded" }).waitFor();
      await page.locator(".service-reason", { hasText: message }).waitFor();
      await page.locator(".alert", { hasText: "is degraded" }).getByText("Next step:").waitFor();
      await page.locator(".tree-words", { hasText: "redis" }).getByText("3 × restarted").waitFor();
      await page.locator("summary.tree-row", { hasText: "redis" }).click();
      await page.locator(".tree-message", { hasText: message }).waitFor();
      assert.equal(await page.locator("img[src=x]").count(), 0);
      assert.notEqual(await page.title(), "owned");
    });
    await t.step("notes that somebody looks after an alert", async () => {
      const alert = page.locator(".alert", { hasText: "A device hangs" });
      await alert.getByRole("button", { name: "I look after it" }).click();
      await page.getByRole("dialog").getByLabel("Note for others").fill("Restarting it");
      await page.getByRole("dialog").getByRole("button", { name: "I look after it" }).click();
      await alert.getByText("Restarting it").waitFor();
      assert.equal(told.active[1]?.acknowledged?.note, "Restarting it");
    });
    await t.step("an alert about a device stands beside it in the fleet, and with its words on its page", async () => {
      await page.getByRole("link", { name: "Devices", exact: true }).click();
      await page.locator(".fleet-row", { hasText: idOf(1) }).locator(".alert-mark").waitFor();
      await page.getByRole("button", { name: "With alerts 1" }).click();
      await page.getByRole("link", { name: idOf(1), exact: true }).click();
      await page.locator(".alert-words", { hasText: "Save its recording" }).waitFor();
      await page.getByRole("link", { name: "Overview" }).click();
    });
    await t.step("keeps what is over, and is well again by itself", async () => {
      const [first] = told.active.splice(0);
      told.over.push({ ...first!, resolvedAt: first!.since + 120_000 });
      told.health = wellReport();
      await page.getByRole("heading", { name: "Everything is well" }).waitFor();
      await page.getByText("Earlier alerts").click();
      await page.locator(".alert-history li", { hasText: "for 2 min" }).waitFor();
      await page.getByRole("button", { name: "Show all that are kept" }).click();
      await page.getByRole("button", { name: "Show all that are kept" }).waitFor({ state: "detached" });
    });
    await t.step("says when it is old, because the server does not answer", async () => {
      await page.route("**/api/console/overview", (route) => route.abort());
      await page.getByText("The server does not answer; these figures are").waitFor();
      await page.unroute("**/api/console/overview");
      await page.getByText("The server does not answer; these figures are").waitFor({ state: "detached" });
    });
    await t.step("lets a viewer see it and note nothing", async () => {
      told.active.push(alertOf());
      const viewer = (await browser.page()).page;
      await viewer.goto(`http://${FOREIGN_HOST}:${fx.app.port}/console/overview`);
      await viewer.getByLabel("Password").fill(VIEWER_PASSWORD);
      await viewer.keyboard.press("Enter");
      assert.ok(await viewer.getByRole("button", { name: "I look after it" }).isDisabled());
    });
    assert.deepEqual(problems, []);
  },
});
