import assert from "node:assert/strict";
import { findings, testRule } from "./run_rule.ts";

const at = "actors/a.ts";
const elsewhere = 'import { createMachine } from "xstate"; ';

testRule("no-wildcard-event", [
  [at, 'createMachine({ on: { "*": { actions: "a" } } });'],
  [at, "createMachine({ states: { s: { on: { E: 't', '*': 'u' } } } });"],
  [at, 'export const s = { on: { ["*"]: "t" } as const };'],
  ["services/a.ts", `${elsewhere}createMachine({ on: { "*": "t" } });`],
], [
  [at, 'createMachine({ on: { "mouse.*": "t", E: "u" } });'],
  [at, 'const glob = { include: { "*": true } };'],
  ["services/a.ts", 'const rules = { on: { "*": 1 } };'],
  ["tests/facts_test.ts", `${elsewhere}createMachine({ on: { "*": "t" } });`],
]);

testRule("invoke-has-on-error", [
  [at, 'createMachine({ invoke: { src: "a" } });'],
  [at, 'createMachine({ states: { s: { invoke: { src: "a", onDone: "t" } } } });'],
  [at, 'createMachine({ invoke: [{ src: "a", onError: "t" }, { src: "b" }] });'],
  ["routes/a.ts", `${elsewhere}createMachine({ invoke: { src: "a" } });`],
], [
  [at, 'createMachine({ invoke: { src: "a", onError: "t" } });'],
  [at, 'createMachine({ invoke: { src: "a", "onError": { target: "t" } } });'],
  [at, 'createMachine({ invoke: { src: "a", ...answers } });'],
  [at, "createMachine({ invoke: [] });"],
  ["services/a.ts", 'const call = { invoke: { src: "a" } };'],
  ["tests/facts_test.ts", `${elsewhere}createMachine({ invoke: { src: "a" } });`],
]);

Deno.test("invoke-has-on-error names each invocation of a list", () => {
  assert.equal(findings("invoke-has-on-error", [at, 'createMachine({ invoke: [{ src: "a" }, { src: "b" }] });']).length, 2);
});
