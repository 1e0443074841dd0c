import assert from "node:assert/strict";
import fc from "fast-check";
import { lineOf, parseLine } from "../../../services/exchange/line.ts";
import { linesOf } from "../../../services/exchange/lines.ts";
import { markdownWriter } from "../../../services/exchange/markdown.ts";
import { SESSION, turnOf } from "../../routes/api/api_fixture.ts";

const encoder = new TextEncoder();

/** Bytes in chunks that end anywhere. */
async function* chunks(bytes: Uint8Array<ArrayBuffer>, sizes: readonly number[]): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let at = 0;
  for (let index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

Deno.test("lines are the same, however the bytes come", async () => {
  const text = fc.array(fc.string({ unit: "binary", maxLength: 20 }).map((line) => line.toWellFormed().replaceAll("\n", "")), {
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (lines, sizes, ended) => {
        const body = lines.join("\n") + (ended && lines.length > 0 ? "\n" : "");
        const expected = body.split("\n");
        if (expected.at(-1) === "") expected.pop();
        const found = await Array.fromAsync(linesOf(chunks(encoder.encode(body), sizes), 1000));
        assert.deepEqual(found, expected.map((line, index) => ({ number: index + 1, text: line })));
      },
    ),
  );
});

Deno.test("a line that is too long or no UTF-8 is passed over, and those around it are kept", async () => {
  const bytes = new Uint8Array([
    ...encoder.encode("one\n"),
    ...encoder.encode("x".repeat(50)),
    10,
    0xff,
    0xfe,
    10,
    ...encoder.encode("four"),
  ]);
  for (const sizes of [[1], [7], [1000]]) {
    const found = await Array.fromAsync(linesOf(chunks(bytes, sizes), 20));
    assert.deepEqual(found.map((line) => line.text), ["one", undefined, undefined, "four"]);
    assert.deepEqual(found.map((line) => line.number), [1, 2, 3, 4]);
  }
});

Deno.test("what is exported is read back as it was", () => {
  const turn = turnOf(1, {
    outcome: "failed",
    error: { code: "x", message: "y" },
    origin: "stock:5",
    timings: { firstFrameMs: 1.5, persistedMs: 9 },
  });
  const parsed = parseLine(JSON.stringify(lineOf({ turn, session: SESSION }, false)));
  assert.ok(parsed.ok);
  const { audioFiles: _, ...rest } = turn;
  assert.deepEqual(parsed.line, { turn: rest, session: SESSION });
});

Deno.test("a line that is wrong says where and what would be right", () => {
  const good = lineOf({ turn: turnOf(1), session: SESSION }, false);
  const broken: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /expected a JSON object/],
    [5, /expected object/],
    [{ ...good, extra: 1 }, /extra/],
    [{ ...good, turn: { ...good.turn, more: 1 } }, /^turn: .*more/],
    [{ ...good, turn: { ...good.turn, turnId: "../../x" } }, /^turn\.turnId: expected the id of a turn/],
    [{ ...good, turn: { ...good.turn, deviceId: "AA" } }, /^turn\.deviceId: expected a device id/],
    [{ ...good, turn: { ...good.turn, startedAt: "now" } }, /^turn\.startedAt/],
    [{ ...good, turn: { ...good.turn, startedAt: 1e17 } }, /^turn\.startedAt/],
    [{ ...good, turn: { ...good.turn, outcome: "fine" } }, /^turn\.outcome/],
    [{ ...good, turn: { ...good.turn, userText: "a\u0000b" } }, /^turn\.userText: expected a text without NUL/],
    [{ ...good, turn: { ...good.turn, audioFiles: { user: "/etc/passwd" } } }, /audioFiles/],
    [{ ...good, turn: { ...good.turn, timings: { unknownMs: 1 } } }, /^turn\.timings/],
    [{ ...good, session: { ...SESSION, sessionId: "other" } }, /expected the session and the device of the turn/],
    [{ ...good, session: { ...SESSION, deviceId: "other" } }, /expected the session and the device of the turn/],
    [{ session: SESSION }, /^turn/],
  ];
  for (const [value, reason] of broken) {
    const parsed = parseLine(value === undefined ? "{" : JSON.stringify(value));
    assert.ok(!parsed.ok, JSON.stringify(value));
    assert.match(parsed.reason, reason);
  }
});

Deno.test("no text makes a line reader throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue().map((value) => JSON.stringify({ turn: value }))), (text) => {
    const parsed = parseLine(text);
    assert.equal(parsed.ok || parsed.reason.length > 0, true);
  }));
});

Deno.test("in Markdown, what was said stays text", () => {
  const attack = "# heading\n<script>alert(1)</script>\n- item\n1. one\n> quote\n[x](javascript:1) ![y](z) `code` **bold** | a |";
  const turn = turnOf(0, { userText: attack, replyText: attack, heardText: "", outcome: "interrupted" });
  const text = markdownWriter("UTC").turn(turn);
  assert.doesNotMatch(text, /(?<!\\)<script|^# |^- |^> |^\d+\. |(?<!\\)\]\(|(?<!\\)`code/m);
  assert.match(text, /^### 2026-01-01 08:00:00 \(interrupted\)/);
  assert.match(text, /Nothing of it was heard/);
  const head = markdownWriter("Asia/Shanghai").head({ turn, session: { ...SESSION, title: attack } });
  assert.doesNotMatch(head, /(?<!\\)<script/);
  assert.match(head, /began 2026-01-01 16:00:00/);
});
