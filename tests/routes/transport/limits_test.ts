import assert from "node:assert/strict";
import fc from "fast-check";
import { fitReason, isSendableCode, reportedCode } from "../../../routes/transport/limits.ts";

Deno.test("only codes that RFC 6455 and its registry allow in a Close frame may be sent", () => {
  for (const code of [1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999]) assert.equal(isSendableCode(code), true, String(code));
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 1000.5, NaN]) {
    assert.equal(isSendableCode(code), false, String(code));
  }
});

Deno.test("a reason fits a Close frame, is cut at a character, and is whole where it fits", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (reason) => {
    const fitted = fitReason(reason);
    const bytes = new TextEncoder().encode(fitted);
    assert.ok(bytes.length <= 123);
    assert.ok(reason.startsWith(fitted));
    assert.equal(new TextDecoder("utf-8", { fatal: true }).decode(bytes), fitted);
    if (new TextEncoder().encode(reason).length <= 123) assert.equal(fitted, reason);
    else assert.ok(bytes.length > 119);
  }));
});

Deno.test("code 0 is reported as 1006, every other code as it is", () => {
  assert.equal(reportedCode(0), 1006);
  fc.assert(fc.property(fc.integer({ min: 1, max: 4999 }), (code) => reportedCode(code) === code));
});
