import assert from "node:assert/strict";
import { RULE_IDS } from "../../../services/alerts/alert.ts";
import { tell, tellBoth } from "../../../services/alerts/texts.ts";

const FINDING = { subject: "mysql", value: 12.345, limit: 10, detail: "Connection refused" };

for (const rule of RULE_IDS) {
  Deno.test(`${rule} is told in both languages, each with its own words and without holes`, () => {
    const { en, zh } = tellBoth({ rule, ...FINDING });
    for (const text of [...Object.values(en), ...Object.values(zh)]) {
      assert.ok(text.length > 3, text);
      assert.doesNotMatch(text, /undefined|NaN|\[object|[.。]$/);
    }
    assert.doesNotMatch(Object.values(en).join(), /\p{Script=Han}/u);
    for (const text of [zh.summary, zh.reason, zh.nextStep]) assert.match(text, /\p{Script=Han}/u);
    assert.equal(zh.reason.includes("12.3"), en.reason.includes("12.3"));
  });
}

Deno.test("numbers are rounded as people read them, and a detail stands in brackets", () => {
  assert.match(tell({ rule: "outbox_old", ...FINDING, value: 412.34, limit: 300 }, "en").reason, /412 s, more than 300 s/);
  assert.match(tell({ rule: "component_failed", ...FINDING }, "en").reason, /mysql fail \(Connection refused\)$/);
  assert.match(tell({ rule: "component_failed", ...FINDING }, "zh").reason, /（Connection refused）$/);
  assert.doesNotMatch(tell({ rule: "component_failed", subject: "mysql", value: 1, limit: 0 }, "en").reason, /\(/);
});
