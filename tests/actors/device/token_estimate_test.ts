import assert from "node:assert/strict";
import fc from "fast-check";
import { clipToTokens, estimateTokens } from "../../../actors/device/token_estimate.ts";

const TABLE: readonly (readonly [string, number])[] = [
  ["", 0],
  ["abcd", 1],
  ["abcde", 2],
  ["你好", 2],
  ["今天天气怎么样？", 8],
  ["こんにちは", 5],
  ["안녕하세요", 5],
  ["Hi 小智", 3],
  ["𠮷", 1],
  ["The quick brown fox jumps over the lazy dog.", 11],
];

for (const [text, tokens] of TABLE) {
  Deno.test(`"${text}" is about ${tokens} tokens`, () => assert.equal(estimateTokens(text), tokens));
}

Deno.test("a text is cut after the last sentence that fits", () => {
  assert.equal(clipToTokens("She likes tea. She has a cat. She is ten.", 8), "She likes tea. She has a cat.");
  assert.equal(clipToTokens("她喜欢茶。她有一只猫。", 7), "她喜欢茶。");
  assert.equal(clipToTokens("Short.", 10), "Short.");
});

Deno.test("a sentence that is too long by itself is cut, but no grapheme of it", () => {
  assert.equal(clipToTokens("一二三四五", 3), "一二三");
  assert.equal(clipToTokens("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 2), "👨‍👩‍👧‍👦");
});

Deno.test("a cut text is a beginning of the text, within the limit, and an estimate never shrinks with more text", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 80 });
  fc.assert(fc.property(text, text, fc.nat(30), (a, b, limit) => {
    const clipped = clipToTokens(a, limit);
    assert.ok(a.startsWith(clipped));
    assert.ok(estimateTokens(clipped) <= limit);
    assert.ok(estimateTokens(a + b) >= estimateTokens(a));
  }));
});
