import assert from "node:assert/strict";
import { reportBody, reportOf } from "../../../../services/sync/push/report.ts";

const body = {
  macAddress: "AA:BB:CC:DD:EE:FF",
  sessionId: "s1",
  chatType: 1,
  content: "hello",
  reportTime: 1_767_225_600_123,
  audioBase64: null,
};
const report = (more: Record<string, unknown> = {}, nonce = "n") => reportOf(reportBody.parse({ ...body, ...more }), 5, nonce);

Deno.test("a report that is sent again is the same, whatever its audio and the case of its address", () => {
  const { hash } = report();
  assert.equal(report({}, "other").hash, hash);
  assert.equal(report({ audioBase64: "AAAA" }).hash, hash);
  assert.equal(report({ macAddress: "aa:bb:cc:dd:ee:ff" }).hash, hash);
  assert.equal(report({ chatType: "1", reportTime: "1767225600123" }).hash, hash);
});

Deno.test("reports that differ in device, session, type, time or content are different", () => {
  const others = [{ macAddress: "x" }, { sessionId: "s2" }, { chatType: 2 }, { reportTime: 1_767_225_600_124 }, { content: "hello!" }];
  const hashes = new Set([report(), ...others.map((each) => report(each))].map(({ hash }) => hash));
  assert.equal(hashes.size, others.length + 1);
});

Deno.test("a report time in seconds is put right; one without a time is of now, and never the same as another", () => {
  assert.equal(report({ reportTime: 1_767_225_600 }).time, 1_767_225_600_000);
  assert.equal(report({ reportTime: null }).time, 5);
  assert.notEqual(report({ reportTime: null }, "a").hash, report({ reportTime: null }, "b").hash);
});

for (
  const [what, bad] of [
    ["no address", { macAddress: "" }],
    ["a type that has no meaning", { chatType: 4 }],
    ["a content that is no text", { content: { a: 1 } }],
    ["a time that is none", { reportTime: "yesterday" }],
    ["a negative time", { reportTime: -1 }],
    ["a content beyond the stock column", { content: "x".repeat(70_000) }],
  ] as const
) {
  Deno.test(`a report with ${what} is refused`, () => assert.equal(reportBody.safeParse({ ...body, ...bad }).success, false));
}
