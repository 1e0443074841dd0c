/**
 * Rule `no-wildcard-event`: no bare `"*"` among the events of a state. It also catches events that XState sends itself, such as
 * `xstate.error.actor.*`, and so swallows the failures of children.
 *
 * REACH. Sees the key `"*"` of an object literal that stands under `on`, in files in `actors/` and others that import xstate; not in tests
 * and bench. Partial wildcards such as `"mouse.*"` are permitted. Cannot see: a computed key, a spread, an `on` built by code.
 *
 * @module
 */

import { bare, propertyName } from "../syntax.ts";
import { holdsCharts } from "../xstate.ts";

/** The rule. */
export const noWildcardEvent: Deno.lint.Rule = {
  create(context) {
    if (!holdsCharts(context)) return {};
    return {
      Property(node) {
        if (propertyName(node) !== "on") return;
        const events = bare(node.value);
        if (events.type !== "ObjectExpression") return;
        for (const event of events.properties) {
          if (propertyName(event) !== "*") continue;
          const message = 'The event "*" also catches the errors of child actors';
          context.report({ node: event, message, hint: "Name each event, or use a partial wildcard such as device.*" });
        }
      },
    };
  },
};
