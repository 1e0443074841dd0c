import assert from "node:assert/strict";
import { bannerLines, type BannerOptions } from "../../routes/banner.ts";

function lines(more: Partial<BannerOptions> = {}): string[] {
  return bannerLines({
    version: "0.1.0",
    publicUrl: "",
    host: "0.0.0.0",
    port: 8000,
    lan: ["192.168.1.5", "10.0.0.5"],
    stages: [`Recognition: pocketsphinx, ${"some words of advice; ".repeat(12)}`, "Chat: offline assistant", "Speech: none"],
    readyMs: 480.4,
    tokenRequired: true,
    denoVersion: "2.9.6",
    path: "/usr/bin",
    ...more,
  });
}

Deno.test("the banner fits 100 columns, and advice that is longer goes on below itself", () => {
  const banner = lines();
  for (const line of banner) assert.ok(line.length <= 100, line);
  const first = banner.findIndex((line) => line.startsWith("  Recognition  pocketsphinx"));
  assert.match(banner[first + 1] ?? "", /^ {15}\S/);
});

Deno.test("every address that a device can use is printed, the likeliest first", () => {
  const urls = lines().join("\n").match(/http:\S+ota\//g);
  assert.deepEqual(urls, ["http://192.168.1.5:8000/xiaozhi/ota/", "http://10.0.0.5:8000/xiaozhi/ota/"]);
});

Deno.test("the command to try fits how the server was started", () => {
  const command = 'npx -y deno@2.9.6 task device --text "What time is it?"';
  const byNpx = lines({ path: "/home/a/.npm/_npx/0a1b2c/node_modules/.bin:/usr/bin" }).join("\n");
  assert.ok(byNpx.includes(`Try it       ${command}`));
  assert.doesNotMatch(byNpx, /[^y] deno task/);
  const unknown = lines().join("\n");
  assert.ok(unknown.includes('Try it       deno task device --text "What time is it?"') && unknown.includes(command));
});

Deno.test("the page and the command to try are those of the address that is listened on", () => {
  const banner = (more: Partial<BannerOptions>) => lines({ path: "/_npx/", ...more }).join("\n").replace(/\n {15}/g, " ");
  assert.doesNotMatch(banner({}), /--server/);
  assert.match(banner({}), /http:\/\/localhost:8000\/\n/);
  assert.match(banner({ port: 8123 }), /time is it\?" --server http:\/\/localhost:8123 /);
  const one = banner({ host: "192.168.1.5" });
  assert.match(one, /Page +http:\/\/192\.168\.1\.5:8000\/\n/);
  assert.match(one, /time is it\?" --server http:\/\/192\.168\.1\.5:8000 /);
});
