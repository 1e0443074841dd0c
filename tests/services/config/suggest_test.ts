import assert from "node:assert/strict";
import fc from "fast-check";
import { didYouMean, editDistance, nearest } from "../../../services/config/suggest.ts";

Deno.test("edits are counted as people make them, a swap of neighbours being one", () => {
  assert.equal(editDistance("port", "prot"), 1);
  assert.equal(editDistance("port", "ports"), 1);
  assert.equal(editDistance("kitten", "sitting"), 3);
  assert.equal(editDistance("", "abc"), 3);
});

Deno.test("the distance is symmetric, zero only between equals, and at most the longer length", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
    const distance = editDistance(a, b);
    assert.equal(distance, editDistance(b, a));
    assert.equal(distance === 0, a === b);
    assert.ok(distance <= Math.max(a.length, b.length) && distance >= Math.abs(a.length - b.length));
  }));
});

Deno.test("a name with one letter too few leads to the name", () => {
  const names = ["server.port", "server.host", "audio.frameMs"];
  fc.assert(fc.property(fc.constantFrom(...names), fc.nat(), (name, at) => {
    const cut = at % name.length;
    assert.equal(nearest(name.slice(0, cut) + name.slice(cut + 1), names), name);
  }));
});

Deno.test("nothing is suggested for a name that resembles nothing", () => {
  assert.equal(didYouMean("kubernetes", ["server.port"]), "");
  assert.equal(didYouMean("PORT", ["host", "port"]), ", did you mean port?");
});
