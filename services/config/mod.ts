/**
 * The configuration: one schema, fed by defaults, a YAML file and the environment.
 *
 * @module
 */

export { type ConfigKey, VARIABLE_PREFIX, variableOf } from "./keys.ts";
export { configWith, loadConfig, type LoadedLayers, loadLayers, type LoadOptions } from "./load.ts";
export { isOnFor, type Rollout, rolloutPlace } from "./rollout.ts";
export { ConfigError, type ConfigProblem, describeProblem, MASK } from "./problem.ts";
export { allKeys, type ConfigEntry, type LoadedConfig } from "./resolve.ts";
export { type Config, configSchema, type DeepPartial } from "./schema.ts";
export { loadSystemConfig, loadSystemLayers, readText } from "./system.ts";
