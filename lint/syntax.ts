/**
 * Small questions about syntax trees.
 *
 * @module
 */

/** The name of a property or member, where it is written out: `a`, `"a"`, but not `[a]`. */
export function nameOf(node: Deno.lint.Node, computed: boolean): string | undefined {
  if (node.type === "Identifier") return computed ? undefined : node.name;
  return node.type === "Literal" ? String(node.value) : undefined;
}

/** The name of a property of an object literal; undefined for anything else. */
export function propertyName(node: Deno.lint.Node): string | undefined {
  return node.type === "Property" ? nameOf(node.key, node.computed) : undefined;
}

/** The name under which something is called: `assign` for `assign(…)`, for `x.assign(…)` and for `assign<T>(…)`. */
export function calleeName(node: Deno.lint.CallExpression): string | undefined {
  const callee = bare(node.callee);
  if (callee.type === "Identifier") return callee.name;
  return callee.type === "MemberExpression" ? nameOf(callee.property, callee.computed) : undefined;
}

/** The expression within `as`, `satisfies`, `!` and an optional chain. */
export function bare(node: Deno.lint.Node): Deno.lint.Node {
  switch (node.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "ChainExpression":
      return bare(node.expression);
  }
  return node;
}

/** Whether a node is a function with a body of its own. */
export function isFunction(
  node: Deno.lint.Node,
): node is Deno.lint.ArrowFunctionExpression | Deno.lint.FunctionExpression | Deno.lint.FunctionDeclaration {
  return node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression" || node.type === "FunctionDeclaration";
}
