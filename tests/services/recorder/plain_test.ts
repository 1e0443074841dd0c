import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_PLAIN, PlainPayloads, type PlainSlot } from "../../../services/recorder/plain.ts";
import { Redactor } from "../../../services/recorder/redact.ts";

const key = fc.constantFrom(
  "type",
  "turnId",
  "mode",
  "text",
  "token",
  "atMs",
  "apiKey",
  "reason",
  "interrupt",
  "tokens",
  "packets",
  "says",
);
const value = fc.oneof(
  fc.constantFrom("auto", "01KDZ000000000000000000001", "my private words", "a b", ""),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, { a: 1 }),
);
const payload = fc.dictionary(key, value, { maxKeys: 6 });

Deno.test("what takes the short way is exactly what the long way would have kept, whatever came before", () => {
  let taken = 0;
  fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom("A", "B"), payload), { maxLength: 8 }), (events) => {
    const redactor = new Redactor(false);
    const plain = new PlainPayloads(redactor);
    const slot: PlainSlot = { keys: undefined, values: Array(MAX_PLAIN).fill(undefined) };
    for (const [type, data] of events) {
      const event = { ...data, type };
      if (!plain.take(event, type, slot)) continue;
      taken++;
      const kept = slot.keys === undefined ? undefined : Object.fromEntries(slot.keys.map((name, index) => [name, slot.values[index]]));
      assert.deepEqual(kept, new Redactor(false).payload(event));
    }
  }));
  assert.ok(taken > 0);
});
