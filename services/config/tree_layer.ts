/**
 * Reads a layer from a tree of maps: a parsed file, or an object in code.
 *
 * @module
 */

import type { ConfigKey } from "./keys.ts";
import type { Given, Layer } from "./given.ts";
import type { Origin } from "./origin.ts";
import type { ConfigProblem } from "./problem.ts";
import { didYouMean } from "./suggest.ts";

/** Finds the keys that a tree gives; `originOf` says where a path is written. A section without content gives nothing. */
export function readTree(tree: unknown, keys: readonly ConfigKey[], originOf: (path: readonly PropertyKey[]) => Origin): Layer {
  const given: Given[] = [];
  const problems: ConfigProblem[] = [];
  const leaves = new Map(keys.map((key) => [key.name, key]));
  const visit = (node: unknown, path: readonly string[]): void => {
    const key = leaves.get(path.join("."));
    if (key !== undefined) return void given.push({ key, value: node, origin: (below = []) => originOf([...path, ...below]) });
    if (node === null || node === undefined) return;
    const names = namesBelow(keys, path);
    if (names.size === 0) problems.push(unknownKey(path, keys, originOf(path)));
    else if (typeof node !== "object" || Array.isArray(node)) {
      problems.push({ key: path.join(".") || "(file)", expected: `expected a map with ${[...names].join(", ")}`, origin: originOf(path) });
    } else for (const [name, child] of Object.entries(node)) visit(child, [...path, name]);
  };
  visit(tree, []);
  return { given, problems };
}

/** Names directly below a section; none for what is no section. */
function namesBelow(keys: readonly ConfigKey[], section: readonly string[]): Set<string> {
  const below = keys.filter((key) => section.every((part, index) => key.path[index] === part));
  return new Set(below.map((key) => key.path[section.length]).filter((name) => name !== undefined));
}

/** Its value is left out: it may be a secret under a misspelt name. */
function unknownKey(path: readonly string[], keys: readonly ConfigKey[], origin: Origin): ConfigProblem {
  const name = path.join(".");
  const siblings = [...namesBelow(keys, path.slice(0, -1))].map((sibling) => [...path.slice(0, -1), sibling].join("."));
  return { key: name, expected: `unknown key${didYouMean(name, [...siblings, ...keys.map((key) => key.name)])}`, origin };
}
