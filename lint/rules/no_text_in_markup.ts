/**
 * Rule `no-text-in-markup`: what the console says stands in its dictionaries, so that it can be said in every language.
 *
 * REACH. In `.tsx` files of `console/`: sees letters between tags, and string literals as values of `title`, `alt`, `placeholder`, `label`
 * and every `aria-` attribute that is read out. Cannot see: texts that come through a variable or an expression, units after a number.
 *
 * @module
 */

import { projectPath } from "../project_path.ts";

const READ_OUT: ReadonlySet<string> = new Set(["title", "alt", "placeholder", "label", "aria-label", "aria-description", "aria-valuetext"]);
const LETTERS = /\p{L}/u;
const HINT = "Put it into the texts.ts beside the page and read it with useTexts()";

/** The rule. */
export const noTextInMarkup: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (!path.startsWith("console/") || !path.endsWith(".tsx")) return {};
    const look = (node: Deno.lint.Node, text: unknown): void => {
      if (typeof text !== "string" || !LETTERS.test(text)) return;
      context.report({ node, message: `The text "${text.trim()}" is in one language alone`, hint: HINT });
    };
    return {
      JSXText(node) {
        look(node, node.value);
      },
      JSXAttribute(node) {
        if (node.name.type !== "JSXIdentifier" || !READ_OUT.has(node.name.name)) return;
        if (node.value?.type === "Literal") look(node, node.value.value);
      },
    };
  },
};
