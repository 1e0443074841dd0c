import assert from "node:assert/strict";
import fc from "fast-check";
import { modelNames } from "../../../../actors/device/mcp/tool_names.ts";

Deno.test("every device name gets a valid model name of its own", () => {
  const name = fc.oneof(
    fc.string({ minLength: 1, maxLength: 90, unit: fc.constantFrom("a", ".", "_", "中", "😀") }),
    fc.string({ minLength: 1 }),
  );
  fc.assert(fc.property(fc.array(name, { maxLength: 40 }), (deviceNames) => {
    const names = modelNames(deviceNames);
    assert.equal(names.size, new Set(deviceNames).size);
    assert.equal(new Set(names.values()).size, names.size);
    for (const modelName of names.values()) assert.match(modelName, /^[A-Za-z0-9_-]{1,64}$/);
  }));
});

Deno.test("equal names are numbered in the order given", () => {
  assert.deepEqual([...modelNames(["a.b", "a_b", "a-b", "a:b", "a.b"]).values()], ["a_b", "a_b_2", "a-b", "a_b_3"]);
});

Deno.test("long names keep their number within 64 characters", () => {
  const long = "x".repeat(70);
  assert.deepEqual([...modelNames([long, `${long}y`]).values()], ["x".repeat(64), `${"x".repeat(62)}_2`]);
});
