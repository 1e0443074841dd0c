import assert from "node:assert/strict";
import fc from "fast-check";
import { ThinkingFilter } from "../../../../services/esp32_server/openai/thinking.ts";

function filtered(pieces: readonly string[]): string {
  const filter = new ThinkingFilter();
  return pieces.map((piece) => filter.push(piece)).join("") + filter.end();
}

const CASES: readonly (readonly [string, string])[] = [
  ["<think>Hm.</think>Yes.", "Yes."],
  ["One.<think>a</think> Two.<thinking>b</thinking> Three.", "One. Two. Three."],
  ["<THINK>\nHm <b>\n</THINK>\n\nYes.", "\n\nYes."],
  ["<think>never closed", ""],
  ["</think>Yes.", "Yes."],
  ["a < b and <b>c</b> <", "a < b and <b>c</b> <"],
  ["<thi", "<thi"],
  ["No thoughts", "No thoughts"],
];

for (const [text, heard] of CASES) {
  Deno.test(`of ${JSON.stringify(text)} is heard ${JSON.stringify(heard)}, however it is cut`, () => {
    assert.equal(filtered([text]), heard);
    assert.equal(filtered([...text]), heard);
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      assert.equal(filtered(at.slice(1).map((end, i) => text.slice(at[i], end))), heard);
    }));
  });
}
