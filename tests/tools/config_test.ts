import assert from "node:assert/strict";
import { AppError } from "../../base/errors.ts";
import { LiveConfig } from "../../services/config/live/mod.ts";
import { loadLayers } from "../../services/config/mod.ts";
import { type ConfigToolOptions, showConfig } from "../../tools/config.ts";
import { captureLogger } from "../support/capture_logger.ts";
import { tempDir } from "../support/temp_dir.ts";

/** Runs the tool on these sources. */
async function run(
  args: readonly string[],
  env: Record<string, string> = {},
  files: Record<string, string> = {},
  server: Partial<ConfigToolOptions> = {},
) {
  using log = captureLogger();
  const got = { out: "", err: "", code: -1 };
  const open: ConfigToolOptions["open"] = ([, file]) =>
    LiveConfig.open({
      clock: { wall: () => 0 },
      logger: log.logger,
      load: () => loadLayers({ ...file !== undefined && { file }, env, readText: (path) => files[path] }),
      secret: () => Promise.resolve(new Uint8Array(32)),
    });
  got.code = await showConfig({
    args,
    print: (text) => void (got.out += text),
    printError: (text) => void (got.err += text),
    open,
    lock: () => Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() }),
    fetch: () => Promise.reject(new Error("There is no server")),
    ...server,
  });
  return got;
}

Deno.test("changes are listed and rolled back where no server runs", async () => {
  using log = captureLogger();
  await using dir = await tempDir();
  const env = { XIAOZHI_DATA_DIR: dir.path };
  const load = () => loadLayers({ env, readText: () => undefined });
  const secret = () => Promise.resolve(new Uint8Array(32));
  const live = await LiveConfig.open({ clock: { wall: () => 0 }, logger: log.logger, load, secret });
  await live.change({ features: { memory: { percent: 5 } } }, { by: "owner at ::1", via: "api" });
  const { out } = await run(["changes"], env);
  assert.match(out, /^1 +1970-01-01T00:00:00\.000Z +owner at ::1 \(api\) +features\.memory: true -> \{"percent":5\}$/m);
  const rolled = await run(["rollback", "1"], env);
  assert.deepEqual([rolled.code, rolled.err], [0, ""]);
  assert.match(rolled.out, /change 2 now\n {2}features\.memory: \{"percent":5\} -> true, felt by the next turn\n$/);
  assert.equal((await run(["changes", "--json"], env)).out.split("\n").length, 3);
  assert.match((await run(["rollback", "9"], env)).err, /^Cannot roll back change 9: there are changes 1 to 2\n$/);
});

Deno.test("a rollback is done by the server where one runs", async () => {
  await using dir = await tempDir();
  const asked: unknown[] = [];
  const lock = () => Promise.reject(new AppError("It runs", { code: "already_running" }));
  const answer = { number: 7, changes: [], skipped: ["esp32Server.apiKey"] };
  const fetch = (url: unknown, init?: RequestInit) => {
    asked.push([url, init?.body]);
    return Promise.resolve(Response.json(answer));
  };
  const { out, code } = await run(["rollback"], { XIAOZHI_DATA_DIR: dir.path }, {}, { lock, fetch: fetch as typeof globalThis.fetch });
  assert.deepEqual([code, asked], [0, [["http://127.0.0.1:8000/api/config/rollback", "{}"]]]);
  assert.match(out, /change 7 now\nSecrets that differ and stay as they are: esp32Server\.apiKey/);
});

for (const args of [["roll"], ["rollback", "x"], ["changes", "3"]]) {
  Deno.test(`'${args.join(" ")}' is refused with the help`, async () => assert.equal((await run(args)).code, 2));
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
