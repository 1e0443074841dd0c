import assert from "node:assert/strict";
import fc from "fast-check";
import { graphemes, joinSentences, leadingPart } from "../../audio/text.ts";

Deno.test("the leading part ends at a word, in Chinese at a character", () => {
  assert.equal(leadingPart("Hello there friend", 0), "");
  assert.equal(leadingPart("Hello there friend", 0.2), "");
  assert.equal(leadingPart("Hello there friend", 0.6), "Hello ");
  assert.equal(leadingPart("Hello there friend", 0.65), "Hello there");
  assert.equal(leadingPart("Hello there friend", 1), "Hello there friend");
  assert.equal(leadingPart("今天天气", 0.75), "今天天");
});

Deno.test("the leading part is a prefix of whole graphemes that grows with the share", () => {
  const text = fc.array(fc.constantFrom("word", " ", "你", "👨‍👩‍👧‍👦", "e\u0301", ".", "か", "🇩🇪"), { maxLength: 20 }).map((parts) =>
    parts.join("")
  );
  fc.assert(fc.property(text, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (whole, a, b) => {
    const [short, long] = [leadingPart(whole, Math.min(a, b)), leadingPart(whole, Math.max(a, b))];
    assert.ok(whole.startsWith(long) && long.startsWith(short));
    assert.deepEqual(graphemes(long), graphemes(whole).slice(0, graphemes(long).length));
    assert.equal(leadingPart(whole, 1), whole);
  }));
});

Deno.test("sentences are joined with spaces only where their scripts use them", () => {
  assert.equal(joinSentences(["Hello.", "How are you?", "", "很好。", "再见。", "Bye."]), "Hello. How are you?很好。再见。Bye.");
  assert.equal(joinSentences(["One. ", "Two."]), "One. Two.");
  assert.equal(joinSentences([]), "");
});
