import assert from "node:assert/strict";
import { CHROMIUM, startBrowser } from "../support/browser.ts";
import { startConsole } from "./console_fixture.ts";
import { openCold } from "./page_load.ts";
import { PAGES_TO_SEE } from "./pages.ts";
import { fillFleet, SAMPLE_ID, SAMPLE_TOOLS, sampleAnswer } from "./sample_devices.ts";
import { fillSessions } from "./sample_sessions.ts";
import { playSample, sampleTalk } from "./sample_talk.ts";

/** Bytes of a first load, whatever page it is of: what the console may cost over a slow Wi-Fi. */
const MAX_BYTES = 150_000;
/** Requests of a first load: document, style, a handful of scripts, icon, session, feed, and what the page itself asks for. */
const MAX_REQUESTS = 30;
/** After it is complete a page may still ask for something or move: as long is looked, milliseconds. */
const SETTLED_MS = 250;
/** What Web Vitals call good; people do not notice less. */
const MAX_SHIFT = 0.1;

Deno.test({
  name: "each page, opened for the first time, is small, asks this server alone and a few times, stands still and logs no error",
  ignore: CHROMIUM.ignore,
  async fn(t) {
    await using sample = sampleTalk(SAMPLE_ID);
    await using fx = await startConsole({ tools: SAMPLE_TOOLS, answer: sampleAnswer, recorders: sample.recorders });
    await fillFleet(fx);
    await fillSessions(fx);
    await playSample(sample);
    await using browser = await startBrowser();
    for (const { name, path, ready, act, stranger } of PAGES_TO_SEE) {
      if (act !== undefined || stranger === true) continue;
      const address = fx.base + path.replace("{device}", encodeURIComponent(SAMPLE_ID));
      const { requests, bytes, problems, shift } = await openCold(browser, address, ready, SETTLED_MS);
      await t.step(`${name}: ${bytes} bytes, ${requests.length} requests, shift ${shift.toFixed(3)}`, () => {
        assert.ok(bytes > 10_000 && bytes <= MAX_BYTES, `${bytes} bytes`);
        assert.ok(requests.length <= MAX_REQUESTS, requests.join("\n"));
        assert.deepEqual(requests.filter((url) => !url.startsWith(`${fx.base}/`) && !url.startsWith("data:")), []);
        assert.ok(shift <= MAX_SHIFT, `shift ${shift}`);
        assert.deepEqual(problems, []);
      });
    }
  },
});
