import { testRule } from "./run_rule.ts";

const at = "services/a.ts";

testRule("no-ambient-time", [
  [at, "const t = Date.now();"],
  [at, "const clock = { now: Date.now };"],
  [at, 'const t = Date["now"]();'],
  [at, "const t = globalThis.Date.now();"],
  [at, "const t = performance.now();"],
  [at, "const d = new Date();"],
  [at, "const d = new Date;"],
  [at, "const d = Date();"],
  [at, "const r = Math.random();"],
  [at, "setTimeout(() => {}, 5);"],
  [at, "setInterval(() => {}, 5);"],
  [at, "globalThis.setTimeout(() => {}, 5);"],
  [at, "globalThis?.setTimeout?.(() => {}, 5);"],
  [at, "setImmediate(() => {});"],
  [at, "const signal = AbortSignal.timeout(5);"],
  [at, 'import { setTimeout as sleep } from "node:timers/promises";'],
  ["main.ts", "const t = Date.now();"],
  ["actors/device/a.ts", "const t = Date.now();"],
], [
  [at, "const d = new Date(clock.wall());"],
  [at, "const t = Date.UTC(2026, 0, 1);"],
  [at, "clock.setTimeout(() => {}, 5);"],
  [at, "this.#clock.setTimeout(() => {}, 5);"],
  [at, "clearTimeout(id);"],
  [at, "const n = Math.round(1.5);"],
  [at, "type T = ReturnType<typeof setTimeout>;"],
  [at, "random.next(); clock.now();"],
  ["base/clock.ts", "setTimeout(() => Date.now(), 5);"],
  ["tests/a_test.ts", "setTimeout(() => Date.now(), 5);"],
  ["tools/a.ts", "const t = performance.now();"],
  ["bench/a.ts", "const t = performance.now();"],
  ["lint/a.ts", "const t = performance.now();"],
]);
