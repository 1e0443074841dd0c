/**
 * Rule `no-ambient-time`: time, timers and randomness are injected, so that conversations of minutes run in tests in microseconds.
 *
 * REACH. Sees `Date.now`, `performance.now`, `Math.random`, `Date()` and `new Date()` without arguments, calls of `setTimeout`,
 * `setInterval` and `setImmediate` (also as members of `globalThis`, `self` and `window`), `AbortSignal.timeout`, and imports of
 * `node:timers` and `node:timers/promises`. Exempt: `base/`, which holds the clock and the randomness of the machine, and `tests/`,
 * `tools/`, `bench/` and `lint/`. Cannot see: an alias (`const now = Date`, `const { now } = performance`), a local function named like a
 * global, which is refused too, timers within libraries, code in strings.
 *
 * @module
 */

import { isIn } from "../project_path.ts";
import { bare, nameOf } from "../syntax.ts";

const EXEMPT = ["base", "tests", "tools", "bench", "lint"];
const TIMERS = new Set(["setTimeout", "setInterval", "setImmediate"]);
const TIMER_MODULES = new Set(["node:timers", "node:timers/promises"]);
const GLOBALS = new Set(["globalThis", "self", "window"]);
const MEMBERS: ReadonlyMap<string, string> = new Map([
  ["Date.now", "clock.wall() or clock.now()"],
  ["performance.now", "clock.now()"],
  ["Math.random", "random.next()"],
  ["AbortSignal.timeout", "clock.setTimeout() and an AbortController"],
]);
const HINT = "Take a Clock or a Random (base/) as an option";

/** The name of a global object: `Date` for `Date` and for `globalThis.Date`. */
function globalName(wrapped: Deno.lint.Node): string | undefined {
  const node = bare(wrapped);
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression" || node.object.type !== "Identifier" || !GLOBALS.has(node.object.name)) return undefined;
  return nameOf(node.property, node.computed);
}

/** The rule. */
export const noAmbientTime: Deno.lint.Rule = {
  create(context) {
    if (isIn(context.filename, EXEMPT)) return {};
    const refuse = (node: Deno.lint.Node, what: string, instead: string): void =>
      context.report({ node, message: `${what} is not injected; ${instead} is`, hint: HINT });
    return {
      ImportDeclaration(node) {
        if (TIMER_MODULES.has(node.source.value) && node.importKind !== "type") refuse(node, node.source.value, "clock.setTimeout()");
      },
      CallExpression(node) {
        const name = globalName(node.callee);
        if (name !== undefined && TIMERS.has(name)) refuse(node, `${name}()`, `clock.setTimeout()`);
        if (name === "Date") refuse(node, "Date()", "clock.wall()");
      },
      NewExpression(node) {
        if (globalName(node.callee) === "Date" && node.arguments.length === 0) refuse(node, "new Date()", "new Date(clock.wall())");
      },
      MemberExpression(node) {
        const name = `${globalName(node.object)}.${nameOf(node.property, node.computed)}`;
        const instead = MEMBERS.get(name);
        if (instead !== undefined) refuse(node, name, instead);
      },
    };
  },
};
