import assert from "node:assert/strict";
import fc from "fast-check";
import { readRecording, RecordingError } from "../../../services/recorder/read.ts";
import { DeviceRecorder } from "../../../services/recorder/recorder.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const HEADER = '{"kind":"header","schema":1,"app":"1","device":"d","epoch":0,"dropped":0}';
const line = (seq: number, more: object = {}) => JSON.stringify({ seq, t: 0, wall: 0, kind: "note", actor: "", type: "n", ...more });

function fails(text: string, message: RegExp): void {
  assert.throws(() => readRecording(text), (error) => {
    assert.ok(error instanceof RecordingError);
    assert.match(error.message, message);
    return true;
  });
}

// A key of this name sets what an object inherits, in the recorder's copy as in this comparison.
const data = fc.jsonValue().filter((value) => !JSON.stringify(value).includes("__proto__"));

Deno.test("whatever is noted, a recording is read as it was written", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ kind: fc.string(), data }), { maxLength: 20 }), fc.boolean(), (notes, texts) => {
      const recorder = new DeviceRecorder({ deviceId: "d", clock: new VirtualClock(), appVersion: "1", transcripts: texts });
      for (const { kind, data } of notes) recorder.note(kind, data);
      const lines = [...recorder.lines()];
      const { header, records, cut } = readRecording(lines.join("\n"));
      assert.deepEqual([header, ...records], lines.map((text) => JSON.parse(text)));
      assert.equal(cut, false);
    }),
  );
});

Deno.test("wherever a recording is cut off, what is whole before is read", () => {
  const lines = [HEADER, line(3), line(4, { data: { text: "多" } }), line(9)];
  const text = lines.join("\n");
  for (let length = HEADER.length; length <= text.length; length++) {
    const part = text.slice(0, length);
    const whole = part.split("\n").filter((each) => lines.includes(each)).length;
    const { records, cut } = readRecording(part);
    assert.equal(records.length, whole - 1);
    assert.equal(cut, !lines.includes(part.split("\n").at(-1)!) && !part.endsWith("\n"));
  }
});

Deno.test("an unusable recording is refused with the line and what would be right", () => {
  fails("", /is empty; expected a header line/);
  fails("not json", /Line 1 is no JSON/);
  fails(line(0), /Line 1, field 'kind'/);
  fails(HEADER.replace('"schema":1', '"schema":2'), /version 2; this program reads versions up to 1/);
  fails(`${HEADER}\n${line(0)}\n{"seq":\n${line(2)}`, /Line 3 is no JSON/);
  fails(`${HEADER}\n{"seq":\n`, /Line 2 is no JSON/);
  fails(`${HEADER}\n${line(0)}\n\n${line(1, { t: "late" })}`, /Line 4, field 't'.*expected/);
  fails(`${HEADER}\n${line(5)}\n${line(5)}`, /Line 3: 'seq' is 5; expected a number above 5/);
  fails(`${HEADER}\n${line(0, { data: "x".repeat(70_000) })}`, /Line 2 has \d+ characters; at most 65536/);
});

Deno.test("kinds and fields of a later version are read past", () => {
  const { records } = readRecording(`${HEADER}\n${line(0, { kind: "dream", mood: 1 })}`);
  assert.equal(records[0]?.kind as string, "dream");
});
