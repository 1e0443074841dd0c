/**
 * Turns of any kind, for tests of what is made of turns.
 *
 * @module
 */

import fc from "fast-check";
import type { TurnTimings } from "../../../services/history/store.ts";
import type { RecordedLine } from "../../../services/timeline/recorded.ts";
import type { SequenceTurn } from "../../../services/timeline/sequence.ts";
import type { ToolSpan } from "../../../services/timeline/waterfall.ts";

/** All marks. */
export const MARK_NAMES = [
  "speechEndMs",
  "vadEndMs",
  "endpointMs",
  "recognizedMs",
  "settledMs",
  "firstTokenMs",
  "firstSentenceMs",
  "firstAudioMs",
  "firstFrameMs",
  "leadingSilenceMs",
  "playoutEndMs",
  "commitMs",
  "persistedMs",
] as const satisfies readonly (keyof TurnTimings)[];

/** Texts that want to be markup, code, or the end of what they stand in. */
export const HOSTILE = [
  `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"'`,
  "]]></text></svg><svg onload=alert(1)>",
  "; end\nactor X\r\nNote over A: owned\n%%{init: {}}%%",
  "a:b#35;c;d:1ms,crit",
  "style x:#red; classDef y:#a;",
  "wrap: end",
  "\u0000\u0007\ud800 \u202e owned \uffff",
  "---\nconfig: x\n---",
  "section x",
  "   ",
  "很长的文字".repeat(100),
  "x".repeat(5000),
];

/** Any text, hostile ones often. */
export const anyText = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "grapheme", maxLength: 40 }), fc.string({ unit: "binary" }));

/** Any marks, in any order, with any missing. */
export const anyTimings = fc.record(
  Object.fromEntries(MARK_NAMES.map((name) => [name, fc.integer({ min: -100, max: 100_000 })])),
  { requiredKeys: [] },
) as fc.Arbitrary<TurnTimings>;

/** Where turns come from. */
export const anySource = fc.constantFrom("speech" as const, "text" as const, "wake" as const, "say" as const);

/** Any turn, as far as pictures know it. */
export const anyTurn: fc.Arbitrary<SequenceTurn> = fc.record({
  source: anySource,
  timings: anyTimings,
  outcome: fc.constantFrom("completed", "interrupted", "failed", "empty", "crashed"),
  userText: anyText,
  heardMs: fc.integer({ min: 0, max: 60_000 }),
  error: fc.option(fc.record({ code: anyText, message: anyText }), { nil: undefined }),
}).map(({ error, ...turn }) => ({ ...turn, ...(error === undefined ? {} : { error }) } as SequenceTurn));

/** Any calls of tools. */
export const anyTools: fc.Arbitrary<readonly ToolSpan[]> = fc.array(
  fc.record({ tool: anyText, startMs: fc.integer({ min: -10, max: 90_000 }), endMs: fc.integer({ min: -10, max: 90_000 }) }),
  { maxLength: 4 },
);

/** Any records, also of kinds and of senders that nobody knows. */
export const anyRecords: fc.Arbitrary<readonly RecordedLine[]> = fc.array(
  fc.record({
    atMs: fc.integer({ min: -1, max: 100_000 }),
    kind: fc.constantFrom("event", "step", "note", "actor", "error", "later"),
    actor: fc.constantFrom("device", "device/recognize", ""),
    type: fc.oneof(
      fc.constantFrom("ABORT", "SAY", "sent", "tool_call", "tool_answer", "error", "speculation", "xstate.after.limit.x"),
      anyText,
    ),
    from: fc.oneof(fc.constantFrom("device/recognize", "device.ready.vad"), anyText),
    to: fc.oneof(fc.constantFrom("device.ready.replying.thinking"), anyText),
    ignored: fc.boolean(),
    data: fc.record({ tool: anyText, type: anyText, code: anyText, status: anyText }, { requiredKeys: [] }),
  }),
  { maxLength: 120 },
);
