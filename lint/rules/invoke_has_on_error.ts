/**
 * Rule `invoke-has-on-error`: every `invoke` says what happens when its actor fails. Without `onError` the failure stops the actor that
 * invoked it.
 *
 * REACH. Sees each object literal that stands under `invoke`, alone or in a list, in files in `actors/` and others that import xstate; not
 * in tests and bench. Cannot see: an invocation held in a variable, one with a spread (which may bring `onError`), actors that are spawned.
 *
 * @module
 */

import { bare, propertyName } from "../syntax.ts";
import { holdsCharts } from "../xstate.ts";

/** The rule. */
export const invokeHasOnError: Deno.lint.Rule = {
  create(context) {
    if (!holdsCharts(context)) return {};
    const look = (invocation: Deno.lint.Node): void => {
      if (invocation.type !== "ObjectExpression") return;
      const answered = invocation.properties.some((item) => item.type === "SpreadElement" || propertyName(item) === "onError");
      if (!answered) context.report({ node: invocation, message: "This invoke has no onError", hint: "Say where a failure leads" });
    };
    return {
      Property(node) {
        if (propertyName(node) !== "invoke") return;
        const value = bare(node.value);
        if (value.type === "ArrayExpression") { for (const item of value.elements) look(bare(item)); }
        else look(value);
      },
    };
  },
};
