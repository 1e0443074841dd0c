/**
 * Lays layers over the defaults and checks the result.
 *
 * @module
 */

import type { z } from "zod";
import type { Given, Layer } from "./given.ts";
import { type ConfigKey, configKeys } from "./keys.ts";
import { describeOrigin, type Origin } from "./origin.ts";
import { ConfigError, type ConfigProblem, masked, showValue } from "./problem.ts";
import { RULES } from "./rules.ts";
import { type Config, configSchema } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import { expectationAt, namesAt } from "./types.ts";

/** One key as it stands, for people. */
export interface ConfigEntry {
  /** The key: `server.port`. */
  readonly path: string;
  /** Its variable: `XIAOZHI_SERVER_PORT`. */
  readonly variable: string;
  /** The value in force; a mask where it is secret and set, and where it is the password within an address. */
  readonly value: unknown;
  /** Where it came from: `default`, `config.yaml:3`, `environment`. */
  readonly source: string;
  readonly secret: boolean;
  readonly type: string;
  readonly default: unknown;
  readonly meaning: string;
}

/** A configuration and how it came about. */
export interface LoadedConfig {
  readonly config: Config;
  /** Every key, in the order of the schema. */
  readonly entries: readonly ConfigEntry[];
}

/** All keys of this configuration. */
export function allKeys(): readonly ConfigKey[] {
  return configKeys(configSchema);
}

/**
 * Lays the layers over each other, the strongest last. A value that another one overrides is checked too: it is wrong all the same.
 *
 * @throws ConfigError with all problems of all layers.
 */
export function resolveConfig(layers: readonly Layer[], keys: readonly ConfigKey[] = allKeys()): LoadedConfig {
  const problems = layers.flatMap((layer) => layer.problems);
  const values = new Map<string, unknown>();
  const origins = new Map<string, Origin>();
  const wrong = new Set<string>();
  for (const key of keys) values.set(key.name, key.default);
  for (const given of layers.flatMap((layer) => layer.given)) {
    const { key } = given;
    const checked = key.schema.safeParse(given.value);
    origins.set(key.name, given.origin());
    if (checked.success) values.set(key.name, checked.data);
    else {
      wrong.add(key.name);
      problems.push(...checked.error.issues.flatMap((issue) => problemsOf(given, issue)));
    }
  }
  const originOf = (name: string): Origin => origins.get(name) ?? { kind: "default" };
  const config = frozen(configSchema.parse(assembled(keys, values))) as Config;
  for (const rule of RULES) {
    if ([rule.key, ...rule.others].some((name) => wrong.has(name))) continue;
    const expected = rule.broken(config);
    // No rule shows a secret: one that looks at a secret is broken only where that is empty.
    if (expected !== undefined) {
      problems.push({ key: rule.key, value: showValue(values.get(rule.key), false), expected, origin: originOf(rule.key) });
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { config, entries: keys.map((key) => entryOf(key, values.get(key.name), originOf(key.name))) };
}

function problemsOf({ key, value, origin }: Given, issue: z.core.$ZodIssue): ConfigProblem[] {
  const path = issue.path;
  const name = [key.name, ...path.map(String)].join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((unknown) => ({
      key: `${name}.${unknown}`,
      expected: `unknown key${didYouMean(unknown, namesAt(key.schema, path))}`,
      origin: origin([...path, unknown]),
    }));
  }
  if (issue.code === "invalid_key") return [{ key: name, expected: `expected ${key.expects}`, origin: origin(path) }];
  const expected = `expected ${expectationAt(key.schema, path, key.expects)}`;
  return [{ key: name, value: showValue(valueAt(value, path), key.secret), expected, origin: origin(path) }];
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((node, name) => (node as Record<PropertyKey, unknown> | undefined)?.[name], value);
}

function assembled(keys: readonly ConfigKey[], values: ReadonlyMap<string, unknown>): unknown {
  const root: Record<string, unknown> = {};
  for (const key of keys) {
    let node = root;
    for (const part of key.path.slice(0, -1)) node = (node[part] ??= {}) as Record<string, unknown>;
    const last = key.path.at(-1);
    if (last !== undefined) node[last] = values.get(key.name);
  }
  return root;
}

function entryOf(key: ConfigKey, value: unknown, origin: Origin): ConfigEntry {
  const { variable, secret, type, meaning } = key;
  return {
    path: key.name,
    variable,
    value: masked(value, secret),
    source: describeOrigin(origin),
    secret,
    type,
    default: key.default,
    meaning,
  };
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}
