/**
 * Loads the configuration from this machine: its environment, its files, the arguments of the program.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { messageOf } from "../../base/errors.ts";
import { loadConfig, type LoadedLayers, loadLayers, type LoadOptions } from "./load.ts";
import { ConfigError } from "./problem.ts";
import type { LoadedConfig } from "./resolve.ts";

/**
 * Loads the configuration as the programs of this project do: `args` may hold `--config FILE`.
 *
 * @throws ConfigError when the configuration or the arguments are wrong.
 */
export async function loadSystemConfig(args: readonly string[] = []): Promise<LoadedConfig> {
  return await loadConfig(systemOptions(args));
}

/**
 * Reads what each source of this machine gives, as {@link loadSystemConfig} does, without checking it.
 *
 * @throws ConfigError when the arguments are wrong.
 */
export async function loadSystemLayers(args: readonly string[] = []): Promise<LoadedLayers> {
  return await loadLayers(systemOptions(args));
}

function systemOptions(args: readonly string[]): LoadOptions {
  const file = configOption(args);
  return { ...file !== undefined && { file }, env: Deno.env.toObject(), readText };
}

function configOption(args: readonly string[]): string | undefined {
  try {
    return parseArgs({ args: [...args], options: { config: { type: "string" } } }).values.config;
  } catch (error) {
    throw new ConfigError([{
      key: args.join(" "),
      expected: `expected --config FILE, but ${messageOf(error)}`,
      origin: { kind: "option" },
    }]);
  }
}

/** Text of a file; undefined where there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.NotCapable) throw new Error("the task may read the project folder, /data and /etc/xiaozhi alone");
    throw error;
  }
}
