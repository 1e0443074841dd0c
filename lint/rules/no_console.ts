/**
 * Rule `no-console`: a program speaks through its logger, a tool through `tools/output`. Anything else ends up between the lines of a JSON
 * log, or tells a secret.
 *
 * REACH. Sees every member of `console`, called or handed on, also of `globalThis.console`. Permitted in `tools/output.ts` and in files
 * under `tools/output/`. Cannot see: `console` given a new name or taken apart, `Deno.stdout`, `process.stdout`, what libraries print. A
 * local variable named `console` is refused too.
 *
 * @module
 */

import { projectPath } from "../project_path.ts";
import { nameOf } from "../syntax.ts";

/** The rule. */
export const noConsole: Deno.lint.Rule = {
  create(context) {
    if (/^tools\/output(\.ts$|\/)/.test(projectPath(context.filename))) return {};
    return {
      MemberExpression(node) {
        const isConsole = node.object.type === "Identifier" && node.object.name === "console" ||
          node.object.type === "MemberExpression" && node.object.object.type === "Identifier" && node.object.object.name === "globalThis" &&
            nameOf(node.object.property, node.object.computed) === "console";
        if (!isConsole) return;
        context.report({
          node,
          message: "console is for tools/output alone",
          hint: "Take a Logger as an option, or print through tools/output",
        });
      },
    };
  },
};
