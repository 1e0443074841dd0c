import assert from "node:assert/strict";
import fc from "fast-check";
import { heardPart } from "../../console/turn/said.tsx";

Deno.test("what was heard and the rest are what was written, whatever the white space between sentences", () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.nat(), (sentences, cut) => {
    const written = sentences.join(" ");
    const parts = heardPart(written, sentences.slice(0, cut % (sentences.length + 1)).join("\n"));
    assert.equal(`${parts?.heard}${parts?.rest}`, written);
  }));
});

Deno.test("of an answer that was cut off the rest was not heard; of another one nothing is known", () => {
  assert.deepEqual(heardPart("It rains. Take an umbrella.", "It rains.Take"), { heard: "It rains. Take", rest: " an umbrella." });
  assert.deepEqual(heardPart("It rains.", ""), { heard: "", rest: "It rains." });
  assert.deepEqual(heardPart("It rains. ", "It rains."), { heard: "It rains. ", rest: "" });
  assert.equal(heardPart("It rains.", "Sorry, that did not work."), undefined);
});
