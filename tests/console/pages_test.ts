import assert from "node:assert/strict";
import { CHROMIUM, startBrowser } from "../support/browser.ts";
import { busyFleet } from "./busy_fleet.ts";
import { startConsole } from "./console_fixture.ts";
import { inspectPages, LOOKS } from "./inspect_pages.ts";
import { fillFleet } from "./sample_devices.ts";

/** Bytes of the first load, compressed: what the console may cost over a slow Wi-Fi. */
const MAX_BYTES = 150_000;
/** Requests of the first load: document, style, script, icon, session, feed, and a few files for what pages have in common. */
const MAX_REQUESTS = 20;

Deno.test({
  name: "every page is fit for everybody, one on a desk and the next on a phone",
  ignore: CHROMIUM.ignore,
  fn: (t) => inspectPages(t, (index) => [LOOKS[index % LOOKS.length]!]),
});

Deno.test({
  name: "the first load is small, of few requests, compressed, kept for ever by its hashes, and all of it from this server",
  ignore: CHROMIUM.ignore,
  async fn() {
    await using fx = await startConsole();
    await fillFleet(fx, { online: 3, offline: 0 });
    await using browser = await startBrowser();
    const { page } = await browser.page();
    const responses: { url: string; encoding: string; cache: string }[] = [];
    page.on("response", (response) => {
      const headers = response.headers();
      responses.push({ url: response.url(), encoding: headers["content-encoding"] ?? "", cache: headers["cache-control"] ?? "" });
    });
    await page.goto(`${fx.base}/console`);
    await page.locator(".fleet-row").first().waitFor();
    assert.ok(responses.length <= MAX_REQUESTS, JSON.stringify(responses.map(({ url }) => url)));
    assert.ok(responses.every(({ url }) => url.startsWith(`${fx.base}/`)));
    const built = responses.filter(({ url }) => /assets\/.*\.(js|css)$/.test(url));
    assert.ok(built.length >= 3);
    for (const { url, encoding, cache } of built) {
      assert.ok(encoding === "br", url);
      assert.match(cache, /immutable/);
    }
    const { files } = await fx.console.bundle();
    const loaded = files.filter(({ name }) => built.some(({ url }) => url.endsWith(`/${name}`)));
    const bytes = loaded.reduce((sum, { br }) => sum + br.length, 0);
    assert.ok(bytes > 5000 && bytes <= MAX_BYTES, String(bytes));
    assert.ok(loaded.every(({ bytes: text }) => !/\bDeno\.|https?:\/\/(?!www\.w3\.org)/.test(new TextDecoder().decode(text))));
    const plain = await fetch(`${fx.base}/console/assets/${files[0]?.name}`, { headers: { "accept-encoding": "identity" } });
    assert.equal(plain.headers.get("content-encoding"), null);
    assert.deepEqual(new Uint8Array(await plain.arrayBuffer()), files[0]?.bytes);
  },
});

Deno.test({
  name: "the fleet holds two hundred devices and draws a few dozen; a busy second of theirs leaves the page free",
  ignore: CHROMIUM.ignore,
  fn: (t) => busyFleet(t, 200),
});
