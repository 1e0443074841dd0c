import assert from "node:assert/strict";
import fc from "fast-check";
import { type CursorList, decodeCursor, encodeCursor } from "../../../services/history/cursor.ts";
import { HistoryError } from "../../../services/history/errors.ts";

const lists: CursorList[] = ["sessions", "turns newest", "turns oldest", "search"];
const list = fc.constantFrom(...lists);
const position = fc.record({ time: fc.maxSafeInteger(), id: fc.string({ unit: "grapheme" }) });

Deno.test("a cursor is safe in a URL, leads back to its position, and means nothing to another list", () => {
  fc.assert(fc.property(list, list, position, (from, to, at) => {
    const cursor = encodeCursor(from, at);
    assert.match(cursor, /^[A-Za-z0-9_-]+$/);
    if (from === to) assert.deepEqual(decodeCursor(to, cursor), { ...at, time: at.time + 0 });
    else assert.throws(() => decodeCursor(to, cursor), { code: "bad_cursor" });
  }));
});

Deno.test("any other string is refused", () => {
  const base64 = fc.uint8Array().map((bytes) => bytes.toBase64({ alphabet: "base64url", omitPadding: true }));
  const json = fc.jsonValue().map((value) =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: "base64url", omitPadding: true })
  );
  fc.assert(fc.property(list, fc.oneof(fc.string({ unit: "binary" }), base64, json), (of, cursor) => {
    assert.throws(
      () => decodeCursor(of, cursor),
      (error) => error instanceof HistoryError && error.code === "bad_cursor" && !error.retryable,
    );
  }));
});

Deno.test("a cursor with a character changed, added or left out is refused or is another position", () => {
  fc.assert(fc.property(list, position, fc.nat(), fc.constantFrom(..."Az09-_=+/ "), (of, at, where, character) => {
    const cursor = encodeCursor(of, at);
    const n = where % cursor.length;
    for (const end of [cursor.slice(n), cursor.slice(n + 1)]) {
      for (const middle of [character, ""]) {
        const changed = cursor.slice(0, n) + middle + end;
        if (changed === cursor) continue;
        try {
          const read = decodeCursor(of, changed);
          assert.notDeepEqual(read, at);
          assert.equal(encodeCursor(of, read), changed);
        } catch (error) {
          assert.ok(error instanceof HistoryError && error.code === "bad_cursor");
        }
      }
    }
  }));
});
