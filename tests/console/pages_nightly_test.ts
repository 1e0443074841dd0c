import { CHROMIUM } from "../support/browser.ts";
import { busyFleet } from "./busy_fleet.ts";
import { inspectPages, LOOKS } from "./inspect_pages.ts";

Deno.test({
  name: "every page is fit for everybody, light and dark, on a desk and on a phone",
  ignore: CHROMIUM.ignore,
  fn: (t) => inspectPages(t, () => LOOKS),
});

Deno.test({
  name: "the fleet holds two thousand devices and draws a few dozen; a busy second of theirs leaves the page free",
  ignore: CHROMIUM.ignore,
  fn: (t) => busyFleet(t, 2000),
});
