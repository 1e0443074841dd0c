/**
 * What the rules about state charts share: which files hold charts, and which functions are actions.
 *
 * @module
 */

import { projectPath, topFolder } from "./project_path.ts";
import { bare, calleeName, isFunction, propertyName } from "./syntax.ts";

/** Creators of actions: a function among their arguments runs as part of a transition. */
const ACTION_CREATORS = new Set(["assign", "enqueueActions", "createAction"]);

/** Creators of actions whose names are ordinary words; they count only where they are called by themselves, not as a method. */
const PLAIN_ACTION_CREATORS = new Set(["raise", "sendTo", "sendParent", "emit", "log", "cancel", "spawnChild", "stopChild", "forwardTo"]);

/** Properties that hold actions. */
const ACTION_PROPERTIES = new Set(["actions", "entry", "exit"]);

/** Creators of actor logic: a function among their arguments runs apart from any transition, even within an action. */
const LOGIC_CREATORS = new Set(["fromPromise", "fromCallback", "fromObservable", "fromEventObservable", "fromTransition"]);

/**
 * Whether a file may hold a chart: it stands in `actors`, or it imports xstate. Tests do not count, because they pin what XState does with
 * charts that break these rules.
 */
export function holdsCharts(context: Deno.lint.RuleContext): boolean {
  const folder = topFolder(projectPath(context.filename));
  if (folder === "tests" || folder === "bench" || folder === "lint") return false;
  return folder === "actors" ||
    context.sourceCode.ast.body.some((item) => item.type === "ImportDeclaration" && /^xstate(\/|$)/.test(item.source.value));
}

function createsAction(call: Deno.lint.CallExpression): boolean {
  const name = calleeName(call);
  if (name === undefined) return false;
  const callee = bare(call.callee);
  if (callee.type === "Identifier") return ACTION_CREATORS.has(name) || PLAIN_ACTION_CREATORS.has(name);
  const isObject = callee.type === "MemberExpression" && callee.object.type === "Identifier" && callee.object.name === "Object";
  return ACTION_CREATORS.has(name) && !isObject;
}

/**
 * Whether code at `node` runs as part of an action: within a function that is an argument of a creator of actions, or that stands under
 * `actions`, `entry` or `exit` of an object literal.
 */
export function isInAction(context: Deno.lint.RuleContext, node: Deno.lint.Node): boolean {
  let inFunction = isFunction(node);
  for (const ancestor of context.sourceCode.getAncestors(node).reverse()) {
    if (inFunction && ancestor.type === "CallExpression") {
      if (LOGIC_CREATORS.has(calleeName(ancestor) ?? "")) return false;
      if (createsAction(ancestor)) return true;
    }
    if (inFunction && ACTION_PROPERTIES.has(propertyName(ancestor) ?? "")) return true;
    inFunction ||= isFunction(ancestor);
  }
  return false;
}
