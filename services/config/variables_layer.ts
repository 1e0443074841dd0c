/**
 * Reads a layer from environment variables.
 *
 * @module
 */

import { z } from "zod";
import type { Given, Layer } from "./given.ts";
import { type ConfigKey, VARIABLE_PREFIX } from "./keys.ts";
import type { Origin } from "./origin.ts";
import type { ConfigProblem } from "./problem.ts";
import { didYouMean } from "./suggest.ts";
import { unwrapped } from "./types.ts";

/** Names the configuration file; it is no key of it. */
export const CONFIG_VARIABLE = `${VARIABLE_PREFIX}CONFIG`;

/** Finds the keys that variables give. Variables of other programs are ignored; unknown ones of this one are problems. */
export function readVariables(
  variables: Readonly<Record<string, string | undefined>>,
  keys: readonly ConfigKey[],
  originOf: (variable: string) => Origin,
): Layer {
  const given: Given[] = [];
  const problems: ConfigProblem[] = [];
  const known = new Map(keys.map((key) => [key.variable, key]));
  for (const [name, text] of Object.entries(variables)) {
    if (!name.startsWith(VARIABLE_PREFIX) || name === CONFIG_VARIABLE || text === undefined) continue;
    const key = known.get(name);
    const origin = originOf(name);
    if (key !== undefined) given.push({ key, value: parseVariable(text, key.schema), origin: () => origin });
    else problems.push({ key: name, expected: `unknown variable${didYouMean(name, [...known.keys(), CONFIG_VARIABLE])}`, origin });
  }
  return { given, problems };
}

/**
 * The value that a text stands for. Text that cannot be read as what the schema wants is given back as it is, for the schema to refuse.
 * Lists are written as JSON or with commas, maps as JSON, booleans as true, false, 1 or 0, roll-outs as these or as JSON, numbers in decimal.
 */
export function parseVariable(text: string, schema: z.ZodType): unknown {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodUnion) return BOOLEANS.get(text) ?? parseJson(text);
  if (inner instanceof z.ZodBoolean) return BOOLEANS.get(text) ?? text;
  if (inner instanceof z.ZodNumber || inner instanceof z.ZodLiteral) return DECIMAL.test(text) ? Number(text) : text;
  if (inner instanceof z.ZodRecord) return text.trim() === "" ? {} : parseJson(text);
  if (inner instanceof z.ZodArray) {
    return text.trimStart().startsWith("[") ? parseJson(text) : text.split(",").map((item) => item.trim()).filter((item) => item !== "");
  }
  return text;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([["true", true], ["1", true], ["false", false], ["0", false]]);
const DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?$/;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
