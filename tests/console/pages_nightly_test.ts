import { CHROMIUM } from "../support/browser.ts";
import { inspectPages, LOOKS } from "./inspect_pages.ts";

Deno.test({
  name: "every page is fit for everybody, light and dark, on a desk and on a phone",
  ignore: CHROMIUM.ignore,
  fn: (t) => inspectPages(t, () => LOOKS),
});
