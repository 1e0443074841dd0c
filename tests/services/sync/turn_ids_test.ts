import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeTime } from "ulid";
import { importedTurnId, isUlid } from "../../../services/sync/turn_ids.ts";

Deno.test("the id of an imported turn is a ULID of the record's time, and the same each time", () => {
  fc.assert(fc.property(fc.string(), fc.integer({ min: 0, max: 2 ** 47 }), (origin, at) => {
    const id = importedTurnId(origin, at);
    assert.ok(isUlid(id), id);
    assert.equal(decodeTime(id), at);
    assert.equal(importedTurnId(origin, at), id);
  }));
});

Deno.test("ids of imported turns sort as their records began, and differ by their origin", () => {
  const ids = [importedTurnId("b:9", 1), importedTurnId("a:1", 2), importedTurnId("a:2", 1000), importedTurnId("a:1", 1_767_225_600_000)];
  assert.deepEqual([...ids].sort(), ids);
  assert.notEqual(importedTurnId("a:1", 5), importedTurnId("a:2", 5));
});

Deno.test("a record without a time, or with one that no ULID holds, gets an id all the same", () => {
  for (const at of [undefined, NaN, -5, Infinity]) assert.ok(isUlid(importedTurnId("a", at)));
  assert.ok(isUlid(importedTurnId("a", 2 ** 60)));
  assert.ok(importedTurnId("a", undefined).startsWith("0000000000"));
});
