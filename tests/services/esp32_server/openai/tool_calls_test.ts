import assert from "node:assert/strict";
import fc from "fast-check";
import { readCall, ToolCallFragments } from "../../../../services/esp32_server/openai/tool_calls.ts";

type Fragment = Parameters<ToolCallFragments["push"]>[0];

function joined(fragments: readonly Fragment[], taken: readonly string[] = []) {
  const all = new ToolCallFragments();
  fragments.forEach((fragment) => all.push(fragment));
  return all.calls(new Set(taken)).map(({ id, name, text }) => [id, name, text]);
}

Deno.test("fragments of calls are put together by their index, in any interleaving", () => {
  const args = ['{"a": [1, 2]}', '{"b": "two"}'];
  const cut = (text: string) =>
    fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 5 }).map((cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      return at.slice(1).map((end, i) => text.slice(at[i], end));
    });
  fc.assert(fc.property(cut(args[0]!), cut(args[1]!), fc.infiniteStream(fc.boolean()), (first, second, coins) => {
    const fragments: Fragment[] = [0, 1].map((index) => ({ index, id: `id${index}`, name: `tool${index}`, text: "" }));
    const left = [[...first], [...second]];
    while (left.some((pieces) => pieces.length > 0)) {
      const index = (coins.next().value && left[1]!.length > 0) || left[0]!.length === 0 ? 1 : 0;
      fragments.push({ index, text: left[index]!.shift()! });
    }
    assert.deepEqual(joined(fragments), [["id0", "tool0", args[0]], ["id1", "tool1", args[1]]]);
  }));
});

const CASES: readonly (readonly [string, readonly Fragment[], readonly (readonly string[])[]])[] = [
  ["without an index", [{ id: "x", name: "a", text: "{" }, { text: "}" }, { id: "y", name: "b", text: "{}" }], [["x", "a", "{}"], [
    "y",
    "b",
    "{}",
  ]]],
  ["all numbered 0", [{ index: 0, id: "x", name: "a", text: "{}" }, { index: 0, id: "y", name: "b", text: "{}" }], [["x", "a", "{}"], [
    "y",
    "b",
    "{}",
  ]]],
  ["without index and id", [{ name: "a", text: "{}" }, { name: "b", text: "{}" }], [["call_0", "a", "{}"], ["call_1", "b", "{}"]]],
  ["that repeat name and id", [{ index: 0, id: "x", name: "a", text: "{" }, { index: 0, id: "x", name: "a", text: "}" }], [[
    "x",
    "a",
    "{}",
  ]]],
  ["with one id for both", [{ index: 0, id: "x", name: "a", text: "" }, { index: 1, id: "x", name: "b", text: "" }], [["x", "a", ""], [
    "x_2",
    "b",
    "",
  ]]],
];

for (const [what, fragments, calls] of CASES) {
  Deno.test(`calls ${what} are told apart`, () => assert.deepEqual(joined(fragments), calls));
}

Deno.test("an id of an earlier round is not used again", () => {
  assert.deepEqual(joined([{ index: 0, id: "call_1", name: "a", text: "" }], ["call_1", "call_1_2"]), [["call_1_3", "a", ""]]);
});

Deno.test("arguments are a JSON object, or none", () => {
  const read = (text: string) => readCall({ id: "x", name: "a", text })?.arguments;
  assert.deepEqual(read('{"volume": 3}'), { volume: 3 });
  for (const text of ["", "  ", "null"]) assert.deepEqual(read(text), {});
  for (const text of ["{", "[1]", "3", '"volume"', '{"volume": 3}}']) assert.equal(read(text), undefined);
  assert.equal(readCall({ id: "x", name: "", text: "{}" }), undefined);
});
