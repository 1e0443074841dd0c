import assert from "node:assert/strict";
import { needs } from "../../support/programs.ts";
import { deviceStatus, startApp } from "../app_fixture.ts";

const chromium = needs("chromium");

Deno.test({
  name: "in a browser the page runs under its own policy and shows a device that came after it was loaded",
  ignore: chromium.ignore,
  async fn() {
    let loads = 0;
    await using fx = startApp({ deps: { devices: () => ++loads < 2 ? [] : [deviceStatus({ deviceId: "came-later" })] } });
    const profile = await Deno.makeTempDir();
    try {
      const args = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        `--user-data-dir=${profile}`,
        "--virtual-time-budget=5000",
        "--dump-dom",
      ];
      const output = await new Deno.Command(chromium.path, { args: [...args, `${fx.base}/`], stderr: "piped" }).output();
      const dom = new TextDecoder().decode(output.stdout);
      assert.match(dom, /came-later/);
      assert.doesNotMatch(new TextDecoder().decode(output.stderr), /Content Security Policy/);
    } finally {
      await Deno.remove(profile, { recursive: true });
    }
  },
});
