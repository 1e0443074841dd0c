import assert from "node:assert/strict";
import { moment, span } from "../../../routes/page/format.ts";
import { pageLanguage } from "../../../routes/page/language.ts";
import { TEXTS } from "../../../routes/page/texts.ts";

Deno.test("spans are as exact as a person wants them", () => {
  const cases: [number, string][] = [
    [-5, "0.0 s"],
    [1240, "1.2 s"],
    [9_960, "10 s"],
    [45_400, "45 s"],
    [59_600, "1 min"],
    [184_000, "3 min"],
    [3_600_000, "1 h"],
    [7_500_000, "2 h 5 min"],
  ];
  for (const [ms, text] of cases) assert.equal(span(ms, "en"), text);
  assert.equal(span(184_000, "zh"), "3 分钟");
});

Deno.test("moments of the last day have no date, older ones have", () => {
  const at = Date.UTC(2026, 0, 15, 12, 30, 5);
  assert.equal(moment(at, at + 1000, "en", "Asia/Shanghai"), "20:30:05");
  assert.match(moment(at, at + 2 * 86_400_000, "en", "UTC"), /15 Jan.*12:30:05/);
});

Deno.test("the language is the visitor's best of the two, by weight and then by order", () => {
  const cases: [string | null, string][] = [
    [null, "en"],
    ["", "en"],
    ["fr", "en"],
    ["zh", "zh"],
    ["zh-TW,en", "zh"],
    ["en;q=0.5, zh;q=0.9", "zh"],
    ["en, zh", "en"],
    ["zh;q=0, en;q=0.1", "en"],
    ["zha", "en"],
  ];
  for (const [header, language] of cases) assert.equal(pageLanguage(header), language, String(header));
});

Deno.test("both languages have a word for the same states", () => {
  assert.deepEqual(Object.keys(TEXTS.en.states), Object.keys(TEXTS.zh.states));
  assert.equal(TEXTS.en.steps.length, TEXTS.zh.steps.length);
});
