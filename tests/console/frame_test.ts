import assert from "node:assert/strict";
import { CHROMIUM, FOREIGN_HOST, startBrowser } from "../support/browser.ts";
import { PASSWORD } from "../routes/app_fixture.ts";
import { idOf, startConsole, VIEWER_PASSWORD } from "./console_fixture.ts";

const { ignore } = CHROMIUM;

Deno.test({
  name: "the console opens at this machine without a password, shows the fleet and follows it live",
  ignore,
  async fn() {
    await using fx = await startConsole();
    fx.change({ deviceId: idOf(1), state: "listening" });
    await using browser = await startBrowser();
    const { page, problems } = await browser.page();
    await page.goto(`${fx.base}/console`);
    await page.getByRole("link", { name: idOf(1), exact: true }).waitFor();
    await page.locator(".fleet-row", { hasText: "listening" }).waitFor();
    fx.change({ deviceId: idOf(1), state: "speaking" });
    await page.locator(".fleet-row", { hasText: "speaking" }).waitFor();
    fx.change({ deviceId: idOf(2) });
    await page.getByRole("link", { name: idOf(2), exact: true }).waitFor();
    fx.leave(idOf(1));
    await page.locator(".fleet-row", { hasText: "offline" }).waitFor();
    assert.deepEqual(problems, []);
  },
});

Deno.test({
  name: "from elsewhere the console asks for a password, says when it is wrong, and lets the owner and a viewer in and out",
  ignore,
  async fn() {
    await using fx = await startConsole();
    fx.change({ deviceId: idOf(1) });
    await using browser = await startBrowser();
    const { page, problems } = await browser.page();
    await page.goto(`http://${FOREIGN_HOST}:${fx.app.port}/console`);
    const field = page.getByLabel("Password");
    await field.fill("a guess");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "The password is wrong." }).waitFor();
    await field.fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: idOf(1), exact: true }).waitFor();
    const [cookie] = await page.context().cookies();
    assert.ok(cookie?.httpOnly && cookie.sameSite === "Strict");
    await page.reload();
    await page.getByRole("link", { name: idOf(1), exact: true }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await field.waitFor();
    assert.deepEqual(await page.context().cookies(), []);
    await field.fill(VIEWER_PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByText("You are signed in as a viewer").waitFor();
    assert.deepEqual(problems, []);
  },
});

Deno.test({
  name: "language and theme can be switched, and are remembered",
  ignore,
  async fn() {
    await using fx = await startConsole();
    await using browser = await startBrowser();
    const { page } = await browser.page();
    await page.goto(`${fx.base}/console`);
    await page.getByRole("heading", { name: "Devices" }).waitFor();
    await page.getByRole("button", { name: "中文" }).click();
    await page.getByRole("heading", { name: "设备" }).waitFor();
    await page.getByRole("button", { name: "外观: 跟随系统" }).click();
    await page.getByRole("button", { name: "外观: 浅色" }).click();
    await page.reload();
    await page.getByRole("button", { name: "外观: 深色" }).waitFor();
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
  },
});

Deno.test({
  name: "the keyboard reaches everything: the skip link first, then the navigation; a new page takes the focus to its heading",
  ignore,
  async fn() {
    await using fx = await startConsole();
    fx.change({ deviceId: idOf(1) });
    await using browser = await startBrowser();
    const { page } = await browser.page();
    await page.goto(`${fx.base}/console`);
    const device = page.getByRole("link", { name: idOf(1), exact: true });
    await device.waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").textContent(), "Skip to content");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(":focus").getAttribute("id"), "content");
    await device.focus();
    await page.keyboard.press("Enter");
    await page.locator("h1:focus").waitFor();
    await page.goBack();
    await device.waitFor();
  },
});

Deno.test({
  name: "a lost connection is said, and the console comes back by itself",
  ignore,
  async fn() {
    await using browser = await startBrowser();
    const { page } = await browser.page();
    await page.addInitScript(
      "const E = EventSource; EventSource = class extends E { constructor(url) { super(url); globalThis.feedSource = this; } };",
    );
    await using fx = await startConsole();
    fx.change({ deviceId: idOf(1) });
    await page.goto(`${fx.base}/console`);
    await page.getByRole("link", { name: idOf(1), exact: true }).waitFor();
    await page.route("**/api/console/feed", (route) => route.abort());
    await page.evaluate("feedSource.dispatchEvent(new Event('error'))");
    await page.getByText("reconnecting").waitFor();
    await page.unroute("**/api/console/feed");
    fx.change({ deviceId: idOf(2) });
    await page.getByRole("link", { name: idOf(2), exact: true }).waitFor();
    await page.getByText("reconnecting").waitFor({ state: "detached" });
  },
});
