/**
 * Runs one rule of the house over a piece of code.
 *
 * @module
 */

import assert from "node:assert/strict";
import house from "../../lint/house.ts";

/** Code that a rule is tried on, and where it stands. */
export type Sample = readonly [file: string, source: string];

/** Messages of one rule for a piece of code at a path of the project. */
export function findings(rule: string, [file, source]: Sample): string[] {
  return Deno.lint.runPlugin(house, file, source).filter((item) => item.id === `house/${rule}`).map((item) => item.message);
}

/** Registers one test for each sample: the bad are refused exactly once each, the good never. */
export function testRule(rule: string, bad: readonly Sample[], good: readonly Sample[]): void {
  for (const sample of bad) {
    Deno.test(`${rule} refuses in ${sample[0]}: ${sample[1].slice(0, 100)}`, () => assert.equal(findings(rule, sample).length, 1));
  }
  for (const sample of good) {
    Deno.test(`${rule} permits in ${sample[0]}: ${sample[1].slice(0, 100)}`, () => assert.deepEqual(findings(rule, sample), []));
  }
}
