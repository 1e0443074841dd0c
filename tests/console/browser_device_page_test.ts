import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { CHROMIUM, FOREIGN_HOST, startBrowser } from "../support/browser.ts";
import { type ConsoleFixture, type ConsoleFixtureOptions, startConsole, VIEWER_PASSWORD } from "./console_fixture.ts";
import { type Answers, scripted, toolCall } from "./scripted_server.ts";

const ATTACK = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"'`;

/** A console whose device sockets are answered by a script. */
async function startScripted(
  answers: Answers,
  options: ConsoleFixtureOptions = {},
): Promise<ConsoleFixture & { readonly heard: string[]; packets(): number }> {
  const heard: string[] = [];
  let packets = 0;
  const fx = await startConsole({ ...options, deps: { accept: scripted(answers, (line) => heard.push(line), () => packets++) } });
  // What is built at the first request takes its time on a busy machine.
  if (!CHROMIUM.ignore) await fx.console.bundle();
  return Object.assign(fx, { heard, packets: () => packets });
}

async function type(page: Page, text: string): Promise<void> {
  await page.getByLabel("Type instead of speaking").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

const MIC = ["--use-fake-device-for-media-stream"];
const ALLOWED = { permissions: ["microphone"] };

Deno.test({
  name: "the browser device's page",
  ignore: CHROMIUM.ignore,
  async fn(t) {
    let calls = 0;
    const call = (name: string, args: object) => toolCall(++calls, name, args);
    await using fx = await startScripted({
      attack(say) {
        say({ type: "stt", text: ATTACK });
        say({ type: "tts", state: "start" });
        say({ type: "llm", emotion: ATTACK });
        say({ type: "tts", state: "sentence_start", text: ATTACK });
        say({ type: "alert", status: ATTACK, message: ATTACK, emotion: ATTACK });
        say(call(ATTACK, { [ATTACK]: ATTACK }));
      },
      laugh(say) {
        say({ type: "stt", text: "laugh" });
        say({ type: "tts", state: "start" });
        say({ type: "llm", emotion: "laughing" });
        say({ type: "tts", state: "sentence_start", text: "Ha." });
      },
      tools(say) {
        say(call("self.audio_speaker.set_volume", { volume: 15 }));
        say(call("self.light.set_rgb", { r: 10, g: 200, b: 30 }));
        say(call("self.get_device_status", {}));
      },
      goodbye: (_, link) => link.close(1000, "Goodbye"),
      cut: (_, link) => link.close(1011, `Voice detection failed ${ATTACK}`),
    });
    await using browser = await startBrowser(MIC);
    const { page, problems } = await browser.page(ALLOWED);
    await page.goto(`${fx.base}/console`);
    await page.getByRole("link", { name: "Browser device" }).click();
    await page.getByRole("heading", { name: "Browser device" }).waitFor();

    await t.step("shows a face for what is felt, and the sentences as they begin", async () => {
      await type(page, "laugh");
      await page.getByRole("img", { name: "Face: laughing" }).waitFor();
      await page.locator(".said.now", { hasText: "Ha." }).waitFor();
      await page.locator(".device-screen .chip.speaking").waitFor();
      await page.getByRole("button", { name: "Interrupt" }).first().click();
      await page.locator(".device-screen .chip.idle").waitFor();
      assert.ok(fx.heard.includes("abort"));
    });
    await t.step("takes what is said, felt, warned of and asked for as text and nothing else", async () => {
      await type(page, "attack");
      await page.locator(".device-alert", { hasText: "owned" }).waitFor();
      for (const place of [".heard", ".said", ".face figcaption", ".wire-text"]) {
        assert.match(await page.locator(place, { hasText: "<img" }).first().textContent() ?? "", /<img src=x/, place);
      }
      assert.equal(await page.locator("img[src=x]").count(), 0);
      assert.notEqual(await page.title(), "owned");
      await page.getByRole("button", { name: "Interrupt" }).first().click();
      await page.locator(".device-screen .chip.idle").waitFor();
    });
    await t.step("has tools that change what is heard and seen", async () => {
      await type(page, "tools");
      await page.locator(".device-volume output", { hasText: "15 %" }).waitFor();
      await page.locator('.lamp.on[data-rgb="10,200,30"]').waitFor();
      await page.getByRole("slider", { name: "Volume" }).fill("40");
      await type(page, "tools");
      await page.locator(".device-volume output", { hasText: "15 %" }).waitFor();
      assert.ok(fx.heard.some((line) => line.includes('\\"volume\\":15')));
    });
    await t.step("sends what the microphone hears while the space bar is held", async () => {
      await page.getByText("push to talk").click();
      await page.locator(".not-connected").waitFor();
      await page.locator("h1").focus();
      await page.keyboard.down("Space");
      await page.locator(".device-screen .chip.listening").waitFor();
      const from = fx.packets();
      while (fx.packets() < from + 5) await page.waitForTimeout(50);
      await page.keyboard.up("Space");
      await page.locator(".device-screen .chip.idle").waitFor();
      assert.deepEqual(fx.heard.filter((line) => line.startsWith("listen st")), ["listen start manual", "listen stop"]);
    });
    await t.step("types a space where text is typed", async () => {
      await page.getByLabel("Type instead of speaking").pressSequentially("a b");
      assert.equal(await page.getByLabel("Type instead of speaking").inputValue(), "a b");
      assert.equal(fx.heard.filter((line) => line === "listen start manual").length, 1);
    });
    await t.step("says that the server ended or broke off a session, and goes on", async () => {
      await page.getByText("auto", { exact: true }).click();
      await type(page, "goodbye");
      await page.locator('[data-trouble="ended"]').waitFor();
      await type(page, "cut");
      await page.locator('[data-trouble="lost"]', { hasText: "Voice detection failed" }).waitFor();
      await page.getByRole("button", { name: "Try again" }).click();
      await page.locator(".device-screen .chip.listening").waitFor();
      assert.equal(await page.locator("[data-trouble]").count(), 0);
    });
    await t.step("hangs up when the page is left", async () => {
      const before = fx.heard.filter((line) => line === "closed").length;
      await page.getByRole("link", { name: "Devices", exact: true }).click();
      await page.locator(".page").waitFor();
      while (fx.heard.filter((line) => line === "closed").length === before) await page.waitForTimeout(50);
    });
    await t.step("is the same device when it is opened again", async () => {
      const ids = new Set(fx.app.accepted.map(({ deviceId }) => deviceId));
      await page.goto(`${fx.base}/console/device`);
      const id = await page.locator("[data-fact=deviceId] dd").textContent();
      assert.ok(id !== null && (ids.size === 0 || ids.has(id)));
      assert.deepEqual(fx.app.seen.map(({ deviceId, board }) => [deviceId, board]).at(-1), [id, "browser"]);
    });
    assert.deepEqual(problems, []);
  },
});

Deno.test({
  name: "what keeps the browser device from talking is said, with a way on",
  ignore: CHROMIUM.ignore,
  async fn(t) {
    await using fx = await startScripted({ hello: (say) => say({ type: "stt", text: "hello" }) });
    await using browser = await startBrowser(MIC);
    const talk = (page: Page) => page.getByRole("button", { name: "Start talking" }).click();
    const open = async (options?: object) => {
      const { page } = await browser.page(options);
      return page;
    };
    const there = (page: Page) => page.goto(`${fx.base}/console/device`);

    await t.step("a microphone that is refused, missing or in use; text goes on", async () => {
      const page = await open();
      await there(page);
      for (
        const [error, kind] of [["NotAllowedError", "denied"], ["NotFoundError", "no_microphone"], ["NotReadableError", "microphone_busy"]]
      ) {
        await page.evaluate(`navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "${error}"))`);
        await talk(page);
        await page.locator(`[data-trouble="${kind}"]`).waitFor();
      }
      await type(page, "hello");
      await page.locator(".heard", { hasText: "hello" }).waitFor();
      assert.equal(await page.locator("[data-trouble]").count(), 0);
      await page.context().close();
    });
    await t.step("a server that refuses the socket, or is gone", async () => {
      const page = await open(ALLOWED);
      await there(page);
      await page.route("**/device-tickets", (route) => route.fulfill({ json: { ticket: "x" } }));
      await talk(page);
      await page.locator('[data-trouble="refused"]').waitFor();
      await page.route("**/xiaozhi/ota/", (route) => route.abort());
      await talk(page);
      await page.locator('[data-trouble="unreachable"]').waitFor();
      await page.unrouteAll();
      await page.getByRole("button", { name: "Try again" }).click();
      await page.locator(".device-screen .chip.listening").waitFor();
    });
    await t.step("a browser without codecs of its own, and without any", async () => {
      const page = await open(ALLOWED);
      await page.addInitScript("delete globalThis.AudioEncoder; delete globalThis.AudioDecoder;");
      await there(page);
      await talk(page);
      await page.locator(".device-screen .chip.listening").waitFor();
      assert.equal(await page.locator("[data-fact=encoder] dd").textContent(), "libopus, WebAssembly");
      const poor = await open(ALLOWED);
      await poor.addInitScript("delete globalThis.AudioEncoder; delete globalThis.AudioDecoder; delete globalThis.Worker;");
      await there(poor);
      await talk(poor);
      await poor.locator('[data-trouble="no_codec"]').waitFor();
    });
    await t.step("a viewer", async () => {
      const page = await open();
      await page.goto(`http://${FOREIGN_HOST}:${fx.app.port}/console/device`);
      await page.getByLabel("Password").fill(VIEWER_PASSWORD);
      await page.keyboard.press("Enter");
      await page.getByText("Only operators may talk here").waitFor();
      assert.equal(await page.getByRole("button", { name: "Start talking" }).count(), 0);
    });
  },
});

Deno.test({
  name: "a page of another origin is no device, at this machine too, and gets no ticket; one of the console's own is spent at once",
  ignore: CHROMIUM.ignore,
  async fn() {
    await using fx = await startScripted({});
    await using evil = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => new Response("<!DOCTYPE html><title>evil</title>", { headers: { "content-type": "text/html" } }),
    );
    await using browser = await startBrowser();
    const { page } = await browser.page();
    const socket = (ticket: string) => {
      const query = `device-id=02:00:00:00:00:01&client-id=c${ticket}`;
      return page.evaluate(`new Promise((resolve) => {
        const socket = new WebSocket("ws://127.0.0.1:${fx.app.port}/xiaozhi/v1/?${query}");
        socket.onopen = () => resolve("open");
        socket.onerror = () => resolve("refused");
      })`);
    };
    await page.goto(`http://evil.${FOREIGN_HOST}:${evil.addr.port}/`);
    assert.equal(await socket(""), "refused");
    const asked = await page.evaluate(`fetch("${fx.base}/api/console/device-tickets", {
      method: "POST", mode: "no-cors", credentials: "include", body: '{"deviceId":"02:00:00:00:00:01","clientId":"c"}',
    }).then((r) => r.type, () => "refused")`);
    assert.ok(asked === "opaque" || asked === "refused", String(asked));
    // A page of the console may not open it without a ticket either.
    await page.goto(`${fx.base}/console`);
    assert.equal(await socket(""), "refused");
    const ticket = await page.evaluate(`fetch("/api/console/device-tickets", {
      method: "POST", headers: { "content-type": "application/json", "x-xiaozhi-console": "1" },
      body: '{"deviceId":"02:00:00:00:00:01","clientId":"c"}',
    }).then((r) => r.json()).then(({ ticket }) => ticket)`);
    assert.equal(await socket(`&ticket=${ticket}`), "open");
    assert.equal(await socket(`&ticket=${ticket}`), "refused");
    assert.ok(!fx.app.log.messages().join("\n").includes(String(ticket)));
  },
});

Deno.test("the page's policy allows no WebAssembly; a worker's own does, and nothing else", async () => {
  await using fx = await startConsole();
  const policyOf = async (path: string) => {
    const response = await fetch(fx.base + path);
    await response.body?.cancel();
    return response.headers.get("content-security-policy") ?? "";
  };
  assert.match(await policyOf("/console/device"), /^default-src 'self'; (?!.*(wasm|unsafe|connect-src))/);
  const { files } = await fx.console.bundle();
  for (const part of ["opus_worker", "capture_worklet", "playback_worklet"]) {
    const file = files.find(({ name }) => name.startsWith(`${part}-`)) ?? assert.fail(part);
    assert.equal(await policyOf(`/console/assets/${file.name}`), "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
  }
});

Deno.test("where device sockets have a port of their own, the page may connect to it, and is told which it is", async () => {
  const ws = { counts: () => ({ opening: 0, open: 0, pendingClose: 0 }), closeAll: () => {} };
  await using fx = await startConsole({ deps: { transport: { kind: "ws", ws } } });
  const document = await fetch(`${fx.base}/console/device`);
  await document.body?.cancel();
  assert.match(document.headers.get("content-security-policy") ?? "", /; connect-src 'self' ws:\/\/127\.0\.0\.1:8001$/);
  const response = await fetch(`${fx.base}/api/console/device-tickets`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ deviceId: "02:00:00:00:00:01", clientId: "c" }),
  });
  assert.equal((await response.json()).port, 8001);
  const wrong = await fetch(`${fx.base}/api/console/device-tickets`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ deviceId: "<b>", clientId: "c" }),
  });
  assert.deepEqual([wrong.status, (await wrong.json()).code], [422, "invalid_body"]);
});
