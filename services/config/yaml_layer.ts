/**
 * Reads a layer from a YAML file.
 *
 * @module
 */

import { isNode, LineCounter, parseDocument } from "yaml";
import type { Layer } from "./given.ts";
import type { ConfigKey } from "./keys.ts";
import type { Origin } from "./origin.ts";
import { readTree } from "./tree_layer.ts";

/** Reads YAML 1.2; every value knows its line. Text that is no YAML, or has the same key twice, gives problems and no values. */
export function readYaml(text: string, file: string, keys: readonly ConfigKey[]): Layer {
  const lines = new LineCounter();
  // Pretty errors quote the file, and the quoted line may hold a secret.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number | undefined): Origin => ({
    kind: "file",
    file,
    ...offset !== undefined && { line: lines.linePos(offset).line },
  });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos }) => ({
      key: file,
      expected: `expected YAML, but ${message}`,
      origin: at(pos[0]),
    }));
    return { given: [], problems };
  }
  let tree: unknown;
  try {
    tree = document.toJS();
  } catch {
    // What is left after parsing without errors: aliases that multiply beyond the library's limit, or lead nowhere.
    return { given: [], problems: [{ key: file, expected: "expected YAML whose aliases can be resolved", origin: at(undefined) }] };
  }
  return readTree(tree, keys, (path) => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return at(node.range[0]);
    }
    return at(undefined);
  });
}
