import assert from "node:assert/strict";
import fc from "fast-check";
import { waterfallMermaid } from "../../../services/timeline/gantt.ts";
import { latencyOf } from "../../../services/timeline/latency.ts";
import { mermaidText } from "../../../services/timeline/mermaid_text.ts";
import { standAlone } from "../../../services/timeline/picture.ts";
import { LIFELINES, sequenceOf } from "../../../services/timeline/sequence.ts";
import { sequenceMermaid } from "../../../services/timeline/sequence_mermaid.ts";
import { sequencePicture } from "../../../services/timeline/sequence_picture.ts";
import { waterfall, type WaterfallOptions } from "../../../services/timeline/waterfall.ts";
import { waterfallPicture } from "../../../services/timeline/waterfall_picture.ts";
import { anyRecords, anySource, anyText, anyTimings, anyTools, anyTurn, HOSTILE } from "./samples.ts";

/** Checks that a text is one SVG element that holds shapes alone, loads nothing and runs nothing. */
function assertStandsAlone(svg: string): void {
  const open: string[] = [];
  let rest = svg;
  for (const token of svg.match(/<[^>]*>|[^<]+/g) ?? []) {
    rest = rest.slice(token.length);
    if (!token.startsWith("<")) {
      assert.doesNotMatch(token, /[>]|&(?!#\d+;)/, token);
      continue;
    }
    const [, close, name, attributes, empty] = /^<(\/?)([a-z]+)((?: [\w:-]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*)(\/?)>$/.exec(token) ?? [];
    assert.ok(name !== undefined, token);
    assert.ok(["svg", "title", "desc", "style", "g", "rect", "line", "path", "text", "polygon"].includes(name), token);
    assert.doesNotMatch(attributes ?? "", / (?:on\w+|href|xlink:href|src|style)=|url\(|NaN|Infinity|undefined/, token);
    if (close === "/") assert.equal(open.pop(), name, token);
    else if (empty !== "/") open.push(name);
  }
  assert.equal(rest, "");
  assert.deepEqual(open, []);
  assert.match(svg, /<style>@media \(prefers-color-scheme:dark\)\{(?:\.p-[a-z-]+\{(?:fill|stroke):#[0-9a-f]{6}\})+\}<\/style>/);
  assert.ok(svg.isWellFormed());
  // deno-lint-ignore no-control-regex -- these may not be in XML
  assert.doesNotMatch(svg, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
}

const anyOptions: fc.Arbitrary<WaterfallOptions> = fc.record({
  latency: fc.array(fc.record({ source: anySource, timings: anyTimings }), { maxLength: 5 }).map(latencyOf),
  tools: anyTools,
  extent: fc.constantFrom("waiting", "whole"),
});

Deno.test("the waterfall of any turn is a well-formed picture that stands alone, in any width", () => {
  fc.assert(fc.property(anyTurn, anyOptions, fc.integer({ min: 280, max: 2000 }), (turn, options, width) => {
    const svg = standAlone(waterfallPicture(waterfall(turn, options), { width }));
    assertStandsAlone(svg);
    for (const [, wide] of svg.matchAll(/<rect[^>]* width="([^"]*)"/g)) assert.ok(Number(wide) >= 0);
    for (const [, x] of svg.matchAll(/<rect[^>]* x="([^"]*)"/g)) assert.ok(Number(x) >= 0 && Number(x) <= width);
  }));
});

Deno.test("the sequence of any turn and any records is a well-formed picture that stands alone", () => {
  fc.assert(fc.property(anyTurn, anyRecords, anyText, (turn, records, chat) => {
    assertStandsAlone(standAlone(sequencePicture(sequenceOf(turn, records), { providers: { chat } })));
  }));
});

/** What mermaidText makes: letters, digits, harmless signs, and codes of everything else. */
const TEXT = String.raw`(?:[\p{L}\p{M}\p{N} .,()+]|#\d+;)+`;

Deno.test("no text can end, or begin, anything in Mermaid", () => {
  fc.assert(fc.property(fc.oneof(anyText, fc.constantFrom(...HOSTILE)), (text) => {
    assert.match(mermaidText(text), new RegExp(`^${TEXT}$|^-$`, "u"));
    assert.ok(mermaidText(text).isWellFormed());
  }));
});

Deno.test("the Gantt chart of any turn has the lines of its grammar and no others", () => {
  const line = new RegExp(
    [
      `^gantt$`,
      `^  title ${TEXT}$`,
      `^  dateFormat x$`,
      `^  axisFormat %S.%L$`,
      `^  section ${TEXT}$`,
      String.raw`^    ${TEXT} :(?:milestone, |crit, |active, |done, )?\d+, \d+ms$`,
    ].join("|"),
    "u",
  );
  fc.assert(fc.property(anyTurn, anyOptions, (turn, options) => {
    const lines = waterfallMermaid(waterfall(turn, options)).split("\n");
    assert.equal(lines.pop(), "");
    assert.equal(lines.filter((each) => each === "gantt").length, 1);
    for (const each of lines) assert.match(each, line);
  }));
});

Deno.test("the sequence diagram of any turn has the lines of its grammar and no others", () => {
  const line = new RegExp(
    [
      "^sequenceDiagram$",
      `^  participant [DARCTSH] as ${TEXT}$`,
      `^  [DARCTSH](?:->>|-->>|-x)[DARCTSH]: ${TEXT}$`,
      `^  Note over [DARCTSH]: ${TEXT}$`,
    ].join("|"),
    "u",
  );
  fc.assert(fc.property(anyTurn, anyRecords, anyText, (turn, records, chat) => {
    const sequence = sequenceOf(turn, records);
    const lines = sequenceMermaid(sequence, { providers: { chat } }).split("\n");
    assert.equal(lines.pop(), "");
    for (const each of lines) assert.match(each, line);
    assert.equal(lines.length, 1 + sequence.lifelines.length + sequence.steps.length);
  }));
});

Deno.test("the steps of any turn are in the order of time, among those who take part, and bounded", () => {
  fc.assert(fc.property(anyTurn, anyRecords, (turn, records) => {
    const { steps, lifelines, leftOut } = sequenceOf(turn, records);
    for (const [index, { atMs, from, to }] of steps.entries()) {
      assert.ok(atMs >= (steps[index - 1]?.atMs ?? -Infinity));
      assert.ok(lifelines.includes(from) && lifelines.includes(to));
    }
    assert.ok(steps.length <= 90);
    assert.equal(leftOut > 0, steps.length === 90 && leftOut > 0);
    assert.deepEqual(lifelines, LIFELINES.filter((each) => lifelines.includes(each)));
  }));
});
