/**
 * The keys of the configuration, read off its schema.
 *
 * @module
 */

import { z } from "zod";
import { describeType } from "./types.ts";

/** One key: a leaf of the schema. */
export interface ConfigKey {
  /** Names from the root, such as `["server", "port"]`. */
  readonly path: readonly string[];
  /** The path as written in YAML terms: `server.port`. */
  readonly name: string;
  /** The environment variable: `XIAOZHI_SERVER_PORT`. */
  readonly variable: string;
  /** Checks a value. */
  readonly schema: z.ZodType;
  /** What values look like, for people. */
  readonly type: string;
  /** What a value must be, to end the sentence "expected ...". */
  readonly expects: string;
  readonly default: unknown;
  /** Whether the value must never be shown. */
  readonly secret: boolean;
  readonly meaning: string;
}

/** What stands before every variable. */
export const VARIABLE_PREFIX = "XIAOZHI_";

/** The variable of a path: `["esp32Server", "baseUrl"]` is `XIAOZHI_ESP32_SERVER_BASE_URL`. */
export function variableOf(path: readonly string[]): string {
  return VARIABLE_PREFIX + path.map((part) => part.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase()).join("_");
}

/** Lists the leaves of an object schema, in its order. */
export function configKeys(schema: z.ZodType): readonly ConfigKey[] {
  return [...walk(schema, [])];
}

function* walk(schema: z.ZodType, path: readonly string[]): Generator<ConfigKey> {
  if (schema instanceof z.ZodObject) {
    for (const [name, child] of Object.entries(schema.shape)) yield* walk(child as z.ZodType, [...path, name]);
    return;
  }
  const meta = schema.meta() ?? {};
  const type = describeType(schema);
  yield {
    path,
    name: path.join("."),
    variable: variableOf(path),
    schema,
    type,
    expects: typeof meta.expects === "string" ? meta.expects : type,
    default: schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined,
    secret: meta.secret === true,
    meaning: meta.description ?? "",
  };
}
