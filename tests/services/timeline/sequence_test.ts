import assert from "node:assert/strict";
import fc from "fast-check";
import { recordsOf, toolsIn } from "../../../services/timeline/recorded.ts";
import { sequenceOf, type SequenceTurn } from "../../../services/timeline/sequence.ts";
import { MARKS, recordingOf } from "../../console/sample_turns.ts";
import { storedTurn } from "../../routes/app_fixture.ts";

const stored = storedTurn({ turnId: "T1", startedAt: 1_767_254_400_000, endedAt: 1_767_254_405_870, timings: MARKS });
const lines = recordingOf(stored);

/** The steps as `from to kind text`. */
function told(turn: Partial<SequenceTurn>): string[] {
  const { steps } = sequenceOf({ ...stored, ...turn } as SequenceTurn);
  return steps.map(({ from, to, kind, text }) => `${from} ${to} ${kind} ${text}`);
}

Deno.test("the marks of a whole turn tell who asked whom and what came back", () => {
  assert.deepEqual(told({}), [
    "device actor tell somebody begins to speak",
    "device actor tell they fall silent",
    "actor recognize call the utterance",
    "recognize actor answer “What is the weather like?”",
    "actor chat call question with its context",
    "chat actor answer first words of the answer",
    "actor synthesize call first sentence",
    "synthesize actor answer first sound",
    "actor device tell first frame, 80 ms silent",
    "device actor answer played to its end: 1200 ms heard",
    "actor store call commit: completed",
    "store actor answer on disk",
  ]);
});

Deno.test("an interruption comes from the device, and a failure from whoever was asked", () => {
  assert.ok(told({ outcome: "interrupted" }).includes("device actor failure interrupted after 1200 ms"));
  const error = { code: "stage_timeout", message: "" };
  const upTo = (last: number) => Object.fromEntries(Object.entries(MARKS).filter(([, at]) => at <= last));
  const failed = (last: number) => told({ outcome: "failed", error, timings: upTo(last) }).find((step) => step.includes("failed"));
  assert.equal(failed(1940), "recognize actor failure failed: stage_timeout");
  assert.equal(failed(2166), "chat actor failure failed: stage_timeout");
  assert.equal(failed(2590), "synthesize actor failure failed: stage_timeout");
});

Deno.test("what was typed, woken or announced begins without speech", () => {
  const first = (source: SequenceTurn["source"]) => told({ source, userText: "hello" })[0];
  assert.equal(first("text"), "device actor tell typed text: hello");
  assert.equal(first("wake"), "device actor tell wake word");
  assert.equal(first("say"), "actor actor tell announcement of the owner");
  assert.deepEqual(told({ timings: {}, source: "wake" }), ["device actor tell wake word"]);
});

Deno.test("a recording adds states, messages and tools while it covers the turn", () => {
  const records = recordsOf(lines.join("\n"), stored);
  assert.equal(records.length, lines.length - 1);
  assert.deepEqual(toolsIn(records, "T1"), [{ tool: "get_weather", startMs: 2290, endMs: 2452 }]);
  const { steps, lifelines, recorded } = sequenceOf(stored, records);
  assert.ok(recorded && lifelines.includes("tools"));
  const texts = steps.map(({ kind, text }) => `${kind} ${text}`);
  for (
    const each of [
      "tell SPEECH_ENDED",
      "state recognizing working",
      "state replying thinking",
      "tell tts start",
      "answer answer of get_weather",
    ]
  ) {
    assert.ok(texts.includes(each), `${each} in ${texts}`);
  }
  // The actor hears of the end before it asks for recognition.
  assert.ok(texts.indexOf("tell SPEECH_ENDED") < texts.indexOf("call the utterance"));
});

Deno.test("a recording of another time, of another turn, or of nothing readable adds nothing", () => {
  assert.deepEqual(recordsOf("", stored), []);
  const other = lines.map((line) => line.replace('"conn":1', '"conn":2').replace('"id":"T1"', '"id":"T2"'));
  assert.equal(recordsOf([...lines, ...other].join("\n"), stored).length, lines.length - 1);
  assert.deepEqual(recordsOf(lines.join("\n"), { ...stored, turnId: "T2" }), []);
  assert.deepEqual(recordsOf(lines.slice(3).join("\n"), stored), []);
  assert.deepEqual(recordsOf(lines.join("\n"), { ...stored, startedAt: stored.startedAt + 60_000, endedAt: stored.endedAt + 60_000 }), []);
  fc.assert(fc.property(fc.array(fc.oneof(fc.json(), fc.string())), (any) => {
    assert.deepEqual(recordsOf(any.join("\n"), stored), []);
  }));
});

Deno.test("a tool that never answered lasts to the last record", () => {
  const open = lines.filter((line) => !line.includes("tool_answer"));
  assert.deepEqual(toolsIn(recordsOf(open.join("\n"), stored), "T1"), [{ tool: "get_weather", startMs: 2290, endMs: 5868 }]);
});
