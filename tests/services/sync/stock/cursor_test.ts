import assert from "node:assert/strict";
import fc from "fast-check";
import {
  advanced,
  type Cursor,
  OVERLAP_IDS,
  OVERLAP_MS,
  rangesOf,
  readCursor,
  rewound,
  START,
  writeCursor,
} from "../../../../services/sync/stock/cursor.ts";

Deno.test("ids that were not there are remembered and taken out when they come", () => {
  let cursor = advanced(START, [], [3, 4, 7], 1000);
  assert.deepEqual(cursor, { max: 7, gaps: [[1, 2, 1000], [5, 6, 1000]] });
  cursor = advanced(cursor, [2, 6], [8], 2000);
  assert.deepEqual(rangesOf(cursor), [[1, 1], [5, 5]]);
});

Deno.test("a gap is given up when it is older than ten minutes and a thousand ids behind, not before", () => {
  const cursor = advanced(START, [], [2], 0);
  const far = OVERLAP_IDS + 2;
  const all = Array.from({ length: far }, (_, i) => i + 3);
  assert.equal(advanced(cursor, [], [3], OVERLAP_MS * 10).gaps.length, 1, "not far enough");
  assert.equal(advanced(cursor, [], all, OVERLAP_MS - 1).gaps.length, 1, "not old enough");
  assert.equal(advanced(cursor, [], all, OVERLAP_MS).gaps.length, 0);
});

Deno.test("a cluster that counts in steps leaves a bounded number of gaps, the newest ones", () => {
  const ids = Array.from({ length: 10_000 }, (_, i) => (i + 1) * 2);
  const { gaps } = advanced(START, [], ids, 0);
  assert.equal(gaps.length, 2000);
  assert.equal(gaps.at(-1)?.[1], 19_999);
});

Deno.test("a table that ends before the cursor is read again from a little before its end", () => {
  assert.deepEqual(rewound({ max: 5000, gaps: [[10, 20, 0], [3000, 3001, 0]] }, 2000), { max: 1000, gaps: [[10, 20, 0]] });
  assert.deepEqual(rewound({ max: 5000, gaps: [] }, 3), START);
});

Deno.test("in whatever order ids become visible, each is read once", () => {
  fc.assert(fc.property(fc.array(fc.nat(40), { maxLength: 40 }), fc.array(fc.integer({ min: 1, max: 30 })), (order, sizes) => {
    const commits = [...new Set(order.map((id) => id + 1))];
    const visible = new Set<number>();
    const read: number[] = [];
    let cursor: Cursor = START;
    const poll = () => {
      cursor = readCursor(writeCursor(cursor));
      const sorted = [...visible].sort((a, b) => a - b);
      const late = sorted.filter((id) => rangesOf(cursor).some(([from, to]) => id >= from && id <= to));
      const ids = sorted.filter((id) => id > cursor.max);
      read.push(...late, ...ids);
      cursor = advanced(cursor, late, ids, 0);
    };
    let at = 0;
    for (const size of sizes) {
      for (const id of commits.slice(at, at + size)) visible.add(id);
      at += size;
      poll();
    }
    for (const id of commits.slice(at)) visible.add(id);
    poll();
    assert.deepEqual(read.toSorted((a, b) => a - b), commits.toSorted((a, b) => a - b));
  }));
});

Deno.test("a checkpoint that is none is an error that says what would be right", () => {
  assert.throws(() => readCursor("{}"), { code: "sync_bad_checkpoint", message: /"gaps"/ });
});
