import assert from "node:assert/strict";
import { type Entry, LogEntries } from "../../console/event_log/entries.ts";
import { ALL, facetsOf, filterEntries, placeOf } from "../../console/event_log/filter.ts";
import { preview, stepName, typeName } from "../../console/event_log/words.ts";
import { readRecording, type RecordLine } from "../../services/recorder/read.ts";

const STUCK = new URL("../recordings/stuck_in_recognizing.ndjson", import.meta.url);

async function stuck(): Promise<readonly RecordLine[]> {
  return readRecording(await Deno.readTextFile(STUCK)).records;
}

function logOf(records: readonly RecordLine[]): LogEntries {
  const log = new LogEntries();
  for (const [at, record] of records.entries()) log.append(record, at);
  return log;
}

const seqs = (entries: readonly Entry[]) => entries.map(({ record }) => record.seq);

Deno.test("guards' answers stand with the event or step they were asked about, and nowhere else", async () => {
  const records = await stuck();
  const entries = logOf(records).list();
  assert.ok(entries.every(({ record }) => record.type !== "guard"));
  const answers = entries.flatMap(({ guards }) => guards);
  assert.equal(answers.length, records.filter(({ kind, type }) => kind === "note" && type === "guard").length);
  const ended = entries.find(({ record }) => record.kind === "event" && record.type === "SPEECH_ENDED");
  assert.deepEqual(ended?.guards.map(({ guard, result }) => [guard, result]), [["hasSound", true]]);
  for (const { record, guards } of entries) assert.ok(guards.every(({ seq }) => seq > record.seq));
});

Deno.test("what is missing is said, at the beginning and in between", async () => {
  const records = (await stuck()).filter(({ seq }) => seq >= 20 && seq !== 40);
  const gaps = logOf(records).list().filter(({ kind }) => kind === "gap");
  assert.deepEqual(gaps.map(({ missing, record }) => [missing, record.seq]), [[20, 20], [1, 41]]);
});

Deno.test("the log is narrowed by kind, actor, type, words, and events without a transition", async () => {
  const records = await stuck();
  const [first] = records;
  const ignored: RecordLine = {
    ...first!,
    seq: 1_000,
    kind: "event",
    actor: "device",
    type: "SPEECH_STARTED",
    ignored: true,
    data: { agoMs: 7 },
  };
  const entries = logOf([...records, ignored]).list();
  const kept = (changes: Partial<typeof ALL>) => filterEntries(entries, { ...ALL, ...changes }).filter(({ kind }) => kind !== "gap");
  assert.ok(kept({ kinds: new Set(["step"]) }).every(({ record }) => record.kind === "step"));
  assert.ok(kept({ kinds: new Set(["step", "event"]) }).length > kept({ kinds: new Set(["step"]) }).length);
  assert.ok(kept({ actor: "device/recognize" }).every(({ record }) => record.actor === "device/recognize"));
  assert.deepEqual([...new Set(kept({ type: "after recognizingLimit" }).map(({ record }) => record.kind))], ["event", "step"]);
  assert.deepEqual(seqs(kept({ ignored: true })), [91, 1_000]);
  assert.deepEqual(seqs(kept({ text: 'speech_STARTED  agoms":7' })), [1_000]);
  assert.ok(kept({ text: "hassound" }).some(({ record }) => record.type === "SPEECH_ENDED"), "guards are found by their names");
  const { actors, types } = facetsOf(entries);
  assert.ok(actors.includes("device/reply") && types.includes("SPEECH_ENDED") && types.includes("after recognizingLimit"));
});

Deno.test("entries are found by their position, and older ones go without the others' answers going astray", async () => {
  const records = await stuck();
  const log = logOf(records);
  const before = log.list();
  const place = placeOf(before, 60);
  assert.ok(before[place]!.at <= 60 && before[place + 1]!.at > 60);
  assert.equal(placeOf(before, -1), -1);
  log.dropBefore(60);
  const after = log.list();
  assert.equal(after[0]?.at, before.find(({ at }) => at >= 60)?.at);
  const guard: RecordLine = { ...records.at(-1)!, seq: 180, kind: "note", actor: "", type: "guard", data: { guard: "late", result: true } };
  log.append(guard, records.length);
  const answered = log.list().filter(({ guards }) => guards.some(({ guard: name }) => name === "late"));
  assert.equal(answered.length, 1);
  assert.ok(["event", "step"].includes(answered[0]!.record.kind));
});

Deno.test("names and payloads are put in short", () => {
  assert.equal(typeName("xstate.after.recognizingLimit.device.ready.recognizing"), "after recognizingLimit");
  assert.equal(typeName("xstate.done.actor.0.device.preparing"), "done · preparing");
  assert.equal(typeName("xstate.error.actor.0.device.ready.recognizing"), "failed · recognizing");
  assert.equal(typeName("xstate.init"), "init");
  assert.equal(typeName("LISTEN_START"), "LISTEN_START");
  assert.equal(stepName("device.ready.waiting.listening", "device.ready.vad"), "waiting.listening → vad");
  assert.equal(stepName("device.ready.vad", "device.ready.vad"), "↻ vad");
  assert.equal(stepName(undefined, "device.connecting"), "→ connecting");
  const chars = (count: number) => `${count} characters`;
  assert.equal(preview({ agoMs: 96, text: { chars: 12 }, deep: { a: 1 } }, chars), 'agoMs 96, text 12 characters, deep {"a":1}');
  assert.equal(preview(undefined, chars), "");
  assert.ok(preview({ text: "x".repeat(5_000) }, chars).length < 200);
});
