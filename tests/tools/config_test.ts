import assert from "node:assert/strict";
import { loadConfig } from "../../services/config/mod.ts";
import { type ConfigToolOptions, showConfig } from "../../tools/config.ts";

/** Runs the tool on these sources. */
async function run(args: readonly string[], env: Record<string, string> = {}, files: Record<string, string> = {}) {
  const got = { out: "", err: "", code: -1 };
  const load: ConfigToolOptions["load"] = ([, file]) =>
    loadConfig({ ...file !== undefined && { file }, env, readText: (path) => files[path] });
  got.code = await showConfig({ args, print: (text) => void (got.out += text), printError: (text) => void (got.err += text), load });
  return got;
}

Deno.test("the table has one line for each key, with its source, and no secret", async () => {
  const { out, code } = await run([], { XIAOZHI_CONSOLE_PASSWORD: "hunter2", XIAOZHI_SERVER_PORT: "81" });
  assert.equal(code, 0);
  assert.match(out, /^server\.port +81 +environment$/m);
  assert.match(out, /^server\.host +"0\.0\.0\.0" +default$/m);
  assert.match(out, /^console\.password +"\*{8}" +environment$/m);
  assert.ok(!out.includes("hunter2"));
});

Deno.test("the Markdown table has five cells in every row, whatever stands in them", async () => {
  const { out } = await run(["--markdown"]);
  const rows = out.trimEnd().split("\n");
  assert.ok(rows.length > 60);
  for (const row of rows) assert.equal(row.split(/(?<!\\)\|/).length, 7, row);
  assert.ok(rows.some((row) => row.startsWith("| `server.port` | `XIAOZHI_SERVER_PORT` | integer from 0 to 65535 | `8000` |")));
});

Deno.test("the Markdown table shows defaults, not the values in force", async () => {
  assert.equal((await run(["--markdown"], { XIAOZHI_SERVER_PORT: "81" })).out, (await run(["--markdown"])).out);
});

Deno.test("a check says how much is set", async () => {
  const { out, code } = await run(["--check", "--config", "a.yaml"], {}, { "a.yaml": "server: {port: 1, host: a}" });
  assert.equal(code, 0);
  assert.match(out, /^Configuration is right: \d+ keys, 2 of them set\n$/);
});

Deno.test("a wrong configuration gives its problems on the error stream and exit code 1", async () => {
  const { out, err, code } = await run(["--check"], { XIAOZHI_SERVER_PORT: "x", XIAOZHI_LOG_LEVEL: "y" });
  assert.deepEqual([out, code], ["", 1]);
  assert.match(err, /^Configuration has 2 problems:\n {2}server\.port = "x" /);
});

Deno.test("a wrong option gives the help and exit code 2", async () => {
  const { err, code } = await run(["--chekc"]);
  assert.equal(code, 2);
  assert.match(err, /chekc[^]*--check/);
});
