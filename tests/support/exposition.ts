/**
 * A strict reader of the Prometheus text format 0.0.4: whatever the format does not allow is an error.
 *
 * @module
 */

import assert from "node:assert/strict";

/** One sample. */
export interface ExposedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric with all its samples. */
export interface ExposedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ExposedSample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;

/**
 * Reads a whole exposition.
 *
 * @throws AssertionError for anything that is not as the format says: order, names, escapes, types, duplicates, buckets that are not
 * cumulative or do not end with all.
 */
export function readExposition(text: string): ReadonlyMap<string, ExposedFamily> {
  assert.ok(text === "" || text.endsWith("\n"), "the last line must end");
  const families = new Map<string, { name: string; type: string; help: string; samples: ExposedSample[] }>();
  const seen = new Set<string>();
  let current: { name: string; type: string; help: string; samples: ExposedSample[] } | undefined;
  for (const line of text.split("\n").slice(0, -1)) {
    const help = /^# HELP (\S+) (.*)$/.exec(line);
    if (help !== null) {
      const [, name = "", text = ""] = help;
      assert.match(name, NAME);
      assert.ok(!families.has(name), `${name} has two groups`);
      assert.ok(text.trim() !== "", `${name} has no help`);
      families.set(name, current = { name, type: "", help: unescape(text, "\\n"), samples: [] });
      continue;
    }
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    if (type !== null) {
      assert.equal(type[1], current?.name, "TYPE follows its own HELP");
      assert.equal(current?.type, "", "one TYPE each");
      current!.type = type[2]!;
      continue;
    }
    const sample = readSample(line);
    assert.ok(current !== undefined && current.type !== "", `a sample before its TYPE: ${line}`);
    const suffix = sample.name.slice(current.name.length);
    assert.ok(sample.name.startsWith(current.name), `${sample.name} stands below ${current.name}`);
    assert.ok((current.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""]).includes(suffix), `${sample.name} is no part of it`);
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).toSorted()]);
    assert.ok(!seen.has(key), `twice: ${line}`);
    seen.add(key);
    if (current.type === "counter") assert.ok(sample.value >= 0, line);
    current.samples.push(sample);
  }
  for (const family of families.values()) if (family.type === "histogram") checkHistogram(family);
  return families;
}

function readSample(line: string): ExposedSample {
  const name = /^[^{ ]+/.exec(line)?.[0] ?? "";
  assert.match(name, NAME, line);
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith("{")) {
    rest = rest.slice(1);
    while (!rest.startsWith("}")) {
      const pair = /^([^=]+)="((?:[^"\\]|\\["\\n])*)"(,?)/.exec(rest);
      assert.ok(pair !== null, `a label that is none: ${line}`);
      const [whole, label = "", value = "", comma] = pair;
      assert.match(label, LABEL, line);
      assert.ok(!(label in labels), `a label twice: ${line}`);
      labels[label] = unescape(value, '\\n"');
      rest = rest.slice(whole.length);
      assert.ok(comma === "," || rest.startsWith("}"), line);
    }
    rest = rest.slice(1);
  }
  const value = /^ (\S+)$/.exec(rest)?.[1] ?? "";
  assert.match(value, NUMBER, line);
  return { name, labels, value: value === "+Inf" ? Infinity : value === "-Inf" ? -Infinity : Number(value) };
}

function unescape(text: string, allowed: string): string {
  return text.replaceAll(/\\(.?)/g, (_, escaped: string) => {
    assert.ok(escaped !== "" && allowed.includes(escaped), `an escape that is none: \\${escaped}`);
    return escaped === "n" ? "\n" : escaped;
  });
}

function checkHistogram({ name, samples }: ExposedFamily): void {
  const series = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => JSON.stringify(labels));
  for (const [labels, of] of series) {
    const buckets = of.filter((sample) => sample.name === `${name}_bucket`);
    const ends = buckets.map(({ labels: { le } }) => le === "+Inf" ? Infinity : Number(le));
    assert.deepEqual(ends, ends.toSorted((a, b) => a - b), `${name}${labels}: buckets out of order`);
    assert.equal(ends.at(-1), Infinity, `${name}${labels}: no bucket of all`);
    buckets.reduce((before, { value }) => (assert.ok(value >= before, `${name}${labels}: not cumulative`), value), 0);
    const only = (suffix: string) => of.filter((sample) => sample.name === name + suffix).map(({ value }) => value);
    assert.deepEqual(only("_count"), [buckets.at(-1)?.value], `${name}${labels}: count differs from all`);
    assert.equal(only("_sum").length, 1);
  }
}
