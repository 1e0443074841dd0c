/**
 * Rule `import-table`: a folder imports only itself and what stands in its row.
 *
 * REACH. Sees every specifier that begins with a dot and is written as a literal: `import`, `export … from`, `import()`, `import("…")`
 * types, and `new URL("….ts", import.meta.url)`, as workers are started. For `console` it knows the worker-backed parts of `audio` by
 * folder, and the pure parts of `services` that it shares with the tools. Cannot see: specifiers that are computed, absolute or mapped by deno.json to a project file; what a JSON or an asset holds;
 * whether a permitted module hands on what a forbidden one exports.
 *
 * @module
 */

import { projectPath, topFolder } from "../project_path.ts";

const ALL = ["protocol", "audio", "services", "actors", "routes", "console", "tools", "bench", "tests", "lint"] as const;

/** What each folder may import besides itself and `base`. */
const TABLE: Readonly<Record<string, readonly string[]>> = {
  base: [],
  protocol: [],
  audio: ["protocol"],
  services: ["protocol", "audio"],
  actors: ["protocol", "audio", "services"],
  routes: ["protocol", "audio", "services", "actors"],
  console: ["protocol", "audio"],
  lint: [],
  compose: ALL,
  tools: ALL,
  bench: ALL,
  tests: ALL,
  "main.ts": [...ALL, "compose"],
};

/** Parts of `audio` that need a worker, WebAssembly or a native library, and so cannot run in the console's pages. */
const IMPURE_AUDIO = ["audio/opus/", "audio/vad/"];

/** The codec is WebAssembly that browsers run as well, in a worker of its own alone: the policy of the pages forbids it. */
const WORKER_AUDIO = "audio/opus/libopus.ts";

/**
 * Parts of `services` that compute and draw and touch nothing outside, so that the console and the tools share them. What they import runs in
 * pages, too: each other, and `base`.
 */
const PURE_SERVICES = [
  "services/timeline/",
  "services/charts/arrow.ts",
  "services/charts/body.ts",
  "services/charts/model.ts",
  "services/charts/placed.ts",
  "services/charts/text.ts",
  "services/recorder/check_line.ts",
  "services/recorder/read.ts",
  "services/recorder/schema.ts",
  "services/recorder/stately.ts",
  "services/recorder/test_text.ts",
];

/** Folders whose types, not values, the console may import: the shapes of the API. */
const CONSOLE_TYPES = ["routes"];

/** Why `from` may not import `to` (project paths); undefined when it may. */
function objection(from: string, to: string, typeOnly: boolean): string | undefined {
  const folder = topFolder(from);
  const target = topFolder(to);
  if (to === "main.ts") return "Nobody imports main.ts";
  const isPure = (path: string) => PURE_SERVICES.some((part) => path.startsWith(part));
  if (!typeOnly && isPure(from) && !isPure(to) && target !== "base") {
    return "This part of services runs in browsers, too, and may import values only from its like and base";
  }
  if (target === folder || to.endsWith(".json") && !to.includes("/")) return undefined;
  const row = Object.hasOwn(TABLE, folder) ? TABLE[folder] : undefined;
  if (row === undefined) return `${folder} has no row in the import table, so it may import nothing of the project`;
  if (folder === "console" && isPure(to)) return undefined;
  if (folder === "console" && CONSOLE_TYPES.includes(target) && typeOnly) return undefined;
  if (folder === "console" && from.endsWith("_worker.ts") && to === WORKER_AUDIO) return undefined;
  if (folder === "console" && !typeOnly && IMPURE_AUDIO.some((part) => to.startsWith(part))) {
    return "console runs in browsers and may import only the pure parts of audio";
  }
  if (target === "base" || row.includes(target)) return undefined;
  const allowed = ["base", ...row].filter((name) => name !== folder).join(", ");
  return `${folder} may not import ${target}, only itself${folder === "base" ? "" : `, ${allowed}`}`;
}

/** The rule. */
export const importTable: Deno.lint.Rule = {
  create(context) {
    const from = projectPath(context.filename);
    const look = (node: Deno.lint.Node, specifier: unknown, typeOnly: boolean): void => {
      if (typeof specifier !== "string" || !/^\.\.?\//.test(specifier)) return;
      const to = new URL(specifier, `file:///${from}`).pathname.slice(1);
      const message = objection(from, to, typeOnly);
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration(node) {
        const typeOnly = node.importKind === "type" ||
          node.specifiers.length > 0 && node.specifiers.every((item) => item.type === "ImportSpecifier" && item.importKind === "type");
        look(node, node.source.value, typeOnly);
      },
      ExportNamedDeclaration(node) {
        if (node.source !== null) look(node, node.source.value, node.exportKind === "type");
      },
      ExportAllDeclaration(node) {
        look(node, node.source.value, node.exportKind === "type");
      },
      ImportExpression(node) {
        if (node.source.type === "Literal") look(node, node.source.value, false);
      },
      TSImportType(node) {
        if (node.argument.type === "TSLiteralType" && node.argument.literal.type === "Literal") {
          look(node, node.argument.literal.value, true);
        }
      },
      NewExpression(node) {
        const [path, base] = node.arguments;
        if (node.callee.type !== "Identifier" || node.callee.name !== "URL" || path?.type !== "Literal" || base === undefined) return;
        if (context.sourceCode.getText(base) !== "import.meta.url" || !String(path.value).endsWith(".ts")) return;
        look(node, /^\.\.?\//.test(String(path.value)) ? path.value : `./${path.value}`, false);
      },
    };
  },
};
