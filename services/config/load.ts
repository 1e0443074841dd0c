/**
 * Loads the configuration of a process: defaults, then the YAML file, then `.env`, then the environment.
 *
 * @module
 */

import { messageOf } from "../../base/errors.ts";
import { readDotEnv } from "./dotenv_layer.ts";
import type { Layer } from "./given.ts";
import type { Origin } from "./origin.ts";
import { allKeys, type LoadedConfig, resolveConfig } from "./resolve.ts";
import type { Config, DeepPartial } from "./schema.ts";
import { readTree } from "./tree_layer.ts";
import { CONFIG_VARIABLE, readVariables } from "./variables_layer.ts";
import { readYaml } from "./yaml_layer.ts";

/** The file that is read when none is named, where there is one. */
export const DEFAULT_FILE = "config.yaml";
/** The file of variables, where there is one. */
export const DOTENV_FILE = ".env";

/** Where the configuration comes from. */
export interface LoadOptions {
  /** The file named by `--config`; it must exist. Without it, `XIAOZHI_CONFIG` names one, and else `config.yaml` is read if it exists. */
  readonly file?: string;
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of a file, or undefined where there is none; rejects when it cannot be read. */
  readonly readText: (path: string) => Promise<string | undefined> | string | undefined;
  /** Stands in for the schema's defaults, key by key. */
  readonly defaults?: DeepPartial<Config>;
}

/** What the sources of a configuration give, not checked yet. */
export interface LoadedLayers {
  /** The strongest last. */
  readonly layers: readonly Layer[];
  /** The configuration file that is read where there is one. */
  readonly file: string;
  /** Whether it is there. */
  readonly fileFound: boolean;
}

/**
 * Loads and checks the configuration.
 *
 * @throws ConfigError with everything that is wrong in any of its sources.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  return resolveConfig((await loadLayers(options)).layers);
}

/** Reads what each source gives. */
export async function loadLayers(options: LoadOptions): Promise<LoadedLayers> {
  const { env, readText, defaults = {} } = options;
  const keys = allKeys();
  const found = new Map<string, boolean>();
  const read = async (file: string, named?: Origin): Promise<string | Layer> => {
    const refused = (expected: string): Layer => ({
      given: [],
      problems: [{ key: file, expected, origin: named ?? { kind: "file", file } }],
    });
    try {
      const text = await readText(file);
      found.set(file, text !== undefined);
      return text ?? (named === undefined ? "" : refused("expected a configuration file, but there is none"));
    } catch (error) {
      return refused(`expected a file that can be read, but ${messageOf(error)}`);
    }
  };
  const dotenvText = await read(DOTENV_FILE);
  const dotenv = readDotEnv(typeof dotenvText === "string" ? dotenvText : "", DOTENV_FILE);
  const named = namedFile(options, dotenv.variables, dotenv.origin(CONFIG_VARIABLE));
  const file = named?.file ?? DEFAULT_FILE;
  const yamlText = await read(file, named?.origin);
  const layers = [
    readTree(defaults, keys, () => ({ kind: "default" })),
    typeof yamlText === "string" ? readYaml(yamlText, file, keys) : yamlText,
    ...typeof dotenvText === "string" ? [] : [dotenvText],
    readVariables(dotenv.variables, keys, dotenv.origin),
    readVariables(env, keys, () => ({ kind: "environment" })),
  ];
  return { layers, file, fileFound: found.get(file) === true };
}

/** A whole configuration for tests and tools: the defaults with some keys changed, checked like any other. */
export function configWith(changes: DeepPartial<Config> = {}): Config {
  const keys = allKeys();
  return resolveConfig([readTree(changes, keys, () => ({ kind: "default" }))], keys).config;
}

function namedFile(
  { file, env }: LoadOptions,
  dotenv: Readonly<Record<string, string | undefined>>,
  dotenvOrigin: Origin,
): { readonly file: string; readonly origin: Origin } | undefined {
  if (file !== undefined) return { file, origin: { kind: "option" } };
  const fromEnv = env[CONFIG_VARIABLE];
  if (fromEnv) return { file: fromEnv, origin: { kind: "environment" } };
  const fromDotenv = dotenv[CONFIG_VARIABLE];
  return fromDotenv ? { file: fromDotenv, origin: dotenvOrigin } : undefined;
}
