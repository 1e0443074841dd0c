/**
 * Rule `subscribe-with-observer`: `.subscribe(` takes an observer object, not a bare function. An actor whose subscribers have no `error`
 * rethrows its failure as an uncaught error, which ends the process.
 *
 * REACH. Sees a function expression, or the name of a function written in the same file, as the only or first argument of a method named
 * `subscribe`, on whatever object; not in tests. Cannot see: a function that is imported, a parameter, or a member of an object; whether
 * the observer object has an `error`.
 *
 * @module
 */

import { isIn } from "../project_path.ts";
import { bare, calleeName, isFunction } from "../syntax.ts";

/** The rule. */
export const subscribeWithObserver: Deno.lint.Rule = {
  create(context) {
    if (isIn(context.filename, ["tests"])) return {};
    const functions = new Set<string>();
    const named: { readonly node: Deno.lint.Node; readonly name: string }[] = [];
    const refuse = (node: Deno.lint.Node): void =>
      context.report({
        node,
        message: "subscribe takes an observer, not a bare function",
        hint: "Give { next, error } so that a failure is handled",
      });
    return {
      FunctionDeclaration(node) {
        if (node.id !== null) functions.add(node.id.name);
      },
      VariableDeclarator(node) {
        if (node.id.type === "Identifier" && node.init !== null && isFunction(bare(node.init))) functions.add(node.id.name);
      },
      CallExpression(node) {
        if (node.callee.type === "Identifier" || calleeName(node) !== "subscribe") return;
        const [first] = node.arguments;
        if (first === undefined) return;
        const listener = bare(first);
        if (isFunction(listener)) refuse(node);
        else if (listener.type === "Identifier") named.push({ node, name: listener.name });
      },
      "Program:exit"() {
        for (const { node, name } of named) if (functions.has(name)) refuse(node);
      },
    };
  },
};
