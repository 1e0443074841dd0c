import assert from "node:assert/strict";
import { readHistory } from "../../../../services/esp32_server/http/history.ts";

const record = (user_text: string, more: Record<string, unknown> = {}) => ({ session_id: "s1", user_text, ai_response: "Yes.", ...more });

Deno.test("History records keep their id, turn, device and time", async () => {
  const { records } = await readHistory([
    record("a", { id: 7, turn_id: "t1", device_id: "d1", created_at: "2026-01-01T00:00:01Z", audio_data: "AAAA" }),
  ]);
  assert.deepEqual(records, [{
    id: "7",
    sessionId: "s1",
    turnId: "t1",
    deviceId: "d1",
    userText: "a",
    replyText: "Yes.",
    createdAt: Date.UTC(2026, 0, 1, 0, 0, 1),
  }]);
});

Deno.test("History records without an id keep their derived key while the list moves on", async () => {
  const all = [record("first"), record("hello"), record("hello"), record("last")];
  const before = (await readHistory(all)).records.map(({ id }) => id);
  const after = (await readHistory([...all.slice(1), record("new")])).records.map(({ id }) => id);
  assert.equal(new Set(before).size, 4);
  assert.deepEqual(after.slice(0, 3), before.slice(1));
});

Deno.test("History keys differ by session, text and reply", async () => {
  const lists = [[record("a")], [record("b")], [record("a", { session_id: "s2" })], [record("a", { ai_response: "No." })]];
  const ids = await Promise.all(lists.map(async (list) => (await readHistory(list)).records[0]?.id));
  assert.equal(new Set(ids).size, 4);
});

Deno.test("History leaves out what is no record and counts it", async () => {
  const { records, skipped } = await readHistory({ records: [null, 3, {}, record(""), record("", { ai_response: "" }), record("a")] });
  assert.deepEqual(records.map(({ userText }) => userText), ["", "a"]);
  assert.equal(skipped, 4);
});

Deno.test("History is sorted by time where every record has one, seconds and milliseconds alike", async () => {
  const { records } = await readHistory([
    record("second", { created_at: 1_767_225_602_000 }),
    record("first", { created_at: 1_767_225_601 }),
  ]);
  assert.deepEqual(records.map(({ userText }) => userText), ["first", "second"]);
});
