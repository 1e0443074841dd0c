import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { allKeys, ConfigError, loadConfig } from "../../../services/config/mod.ts";

/** Loads and tolerates exactly one kind of failure. */
async function loadOrRefuse(yaml: string, dotenv: string, env: Record<string, string>): Promise<ConfigError | undefined> {
  try {
    await loadConfig({ env, readText: (path) => path === "config.yaml" ? yaml : dotenv });
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

Deno.test("no text in any source makes loading fail with anything but a ConfigError", async () => {
  const texts = fc.tuple(fc.string({ maxLength: 200 }), fc.string({ maxLength: 200 }), fc.string());
  await fc.assert(fc.asyncProperty(texts, async ([yaml, dotenv, value]) => {
    await loadOrRefuse(yaml, dotenv, { XIAOZHI_SERVER_PORT: value, XIAOZHI_DEVICES_OVERRIDES: value });
  }));
});

Deno.test("no tree of values in the file makes loading fail with anything but a ConfigError", async () => {
  const names = fc.constantFrom(...allKeys().flatMap((key) => key.path), "aa:bb", "leadFrames", "__proto__", "constructor");
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ depthSize: "small" }, fc.jsonValue({ maxDepth: 1 }), fc.dictionary(names, tie("tree"))),
  }));
  await fc.assert(fc.asyncProperty(tree, async (value) => {
    const error = await loadOrRefuse(stringify(value), "", {});
    for (const problem of error?.problems ?? []) assert.notEqual(problem.expected, "expected undefined");
  }));
});
