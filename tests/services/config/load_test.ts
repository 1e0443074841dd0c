import assert from "node:assert/strict";
import { ConfigError, loadConfig, type LoadedConfig } from "../../../services/config/mod.ts";

interface Sources {
  readonly yaml?: string;
  readonly dotenv?: string;
  readonly env?: Record<string, string>;
  readonly file?: string;
  readonly files?: Record<string, string>;
}

function load({ yaml, dotenv, env = {}, file, files = {} }: Sources): Promise<LoadedConfig> {
  const all: Record<string, string | undefined> = { "config.yaml": yaml, ".env": dotenv, ...files };
  return loadConfig({ ...file !== undefined && { file }, env, readText: (path) => all[path] });
}

/** The lines of the error that these sources give, without the heading. */
async function problems(sources: Sources): Promise<string[]> {
  const error = await load(sources).then(() => assert.fail("expected a ConfigError"), (thrown: unknown) => thrown);
  assert.ok(error instanceof ConfigError, String(error));
  assert.equal(error.code, "config_invalid");
  assert.equal(error.problems.length, error.message.split("\n").length - 1);
  return error.message.split("\n").slice(1).map((line) => line.trim());
}

function source(loaded: LoadedConfig, path: string): string | undefined {
  return loaded.entries.find((entry) => entry.path === path)?.source;
}

Deno.test("with no sources every key has its default", async () => {
  const { config, entries } = await load({});
  assert.equal(config.server.port, 8000);
  assert.equal(config.audio.vad.stopThreshold, 0.35);
  assert.equal(config.esp32Server.baseUrl, "http://xiaozhi-esp32-server:8003");
  assert.deepEqual([...new Set(entries.map((entry) => entry.source))], ["default"]);
  for (const entry of entries) assert.deepEqual(entry.value, entry.default, entry.path);
});

Deno.test("the environment wins over .env, which wins over the file, which wins over the defaults", async () => {
  const yaml = "server:\n  port: 1\n  wsPort: 2\n  host: a\n";
  const loaded = await load({
    yaml,
    dotenv: "# mine\nXIAOZHI_SERVER_PORT=11\nXIAOZHI_SERVER_WS_PORT=12\n",
    env: { XIAOZHI_SERVER_PORT: "21" },
  });
  const { server } = loaded.config;
  assert.deepEqual([server.port, server.wsPort, server.host, server.shutdownMs], [21, 12, "a", 4000]);
  assert.equal(source(loaded, "server.port"), "environment");
  assert.equal(source(loaded, "server.wsPort"), ".env:3");
  assert.equal(source(loaded, "server.host"), "config.yaml:4");
  assert.equal(source(loaded, "server.shutdownMs"), "default");
});

Deno.test("given defaults stand in for the schema's and give way to every source", async () => {
  const options = { env: { XIAOZHI_SERVER_PORT: "9" }, readText: () => undefined, defaults: { server: { port: 5, host: "::1" } } };
  const { config } = await loadConfig(options);
  assert.deepEqual([config.server.port, config.server.host], [9, "::1"]);
});

Deno.test("a file is named by the option, else by XIAOZHI_CONFIG in the environment or .env, else it is config.yaml", async () => {
  const files = { "a.yaml": "dataDir: a", "b.yaml": "dataDir: b", "c.yaml": "dataDir: c" };
  const yaml = "dataDir: d";
  const dotenv = "XIAOZHI_CONFIG=c.yaml";
  const env = { XIAOZHI_CONFIG: "b.yaml" };
  assert.equal((await load({ files, yaml, dotenv, env, file: "a.yaml" })).config.dataDir, "a");
  assert.equal((await load({ files, yaml, dotenv, env })).config.dataDir, "b");
  assert.equal((await load({ files, yaml, dotenv })).config.dataDir, "c");
  assert.equal((await load({ files, yaml })).config.dataDir, "d");
});

Deno.test("a named file that is missing or cannot be read is a problem, a missing config.yaml is none", async () => {
  assert.deepEqual(await problems({ file: "no.yaml" }), ["no.yaml (option): expected a configuration file, but there is none"]);
  assert.deepEqual(await problems({ env: { XIAOZHI_CONFIG: "no.yaml" } }), [
    "no.yaml (environment): expected a configuration file, but there is none",
  ]);
  const readText = (path: string) => path === ".env" ? undefined : Promise.reject(new Error("permission denied"));
  await assert.rejects(
    loadConfig({ env: {}, readText }),
    /config\.yaml \(config\.yaml\): expected a file that can be read, but permission denied/,
  );
});

Deno.test("all problems of all sources come in one error, each with key, value, expectation and place", async () => {
  const found = await problems({
    yaml: "server:\n  transport: carrier-pigeon\n  prot: 1\nlog:\n  level: loud\n",
    dotenv: "XIAOZHI_AUDIO_FRAME_MS=30",
    env: { XIAOZHI_SERVER_PORT: "http", XIAOZHI_SEVER_PORT: "1" },
  });
  assert.deepEqual(found.sort(), [
    "XIAOZHI_SEVER_PORT (environment): unknown variable, did you mean XIAOZHI_SERVER_PORT?",
    "audio.frameMs = 30 (.env:1): expected 20 | 40 | 60",
    'log.level = "loud" (config.yaml:5): expected trace | debug | info | warning | error | fatal',
    'server.port = "http" (environment): expected integer from 0 to 65535',
    "server.prot (config.yaml:3): unknown key, did you mean server.port?",
    'server.transport = "carrier-pigeon" (config.yaml:2): expected native | ws',
  ]);
});

Deno.test("a wrong value that another source overrides is a problem all the same", async () => {
  assert.equal((await problems({ yaml: "server: {port: x}", env: { XIAOZHI_SERVER_PORT: "1" } })).length, 1);
});

Deno.test("variables of other programs are ignored", async () => {
  assert.equal((await load({ dotenv: "MYSQL_PASSWORD=x", env: { PATH: "/bin", XIAOZHIX: "1" } })).config.server.port, 8000);
});

Deno.test("an unknown key far from every name gets no suggestion", async () => {
  assert.deepEqual(await problems({ yaml: "kubernetes: true" }), ["kubernetes (config.yaml:1): unknown key"]);
});

Deno.test("sections may be empty, but not something else than maps", async () => {
  assert.equal((await load({ yaml: "server:\nlog: {}\n" })).config.server.port, 8000);
  assert.equal((await load({ yaml: "" })).config.server.port, 8000);
  const [section] = await problems({ yaml: "features: yes please" });
  assert.match(section ?? "", /^features \(config\.yaml:1\): expected a map with recorder, deviceMcp/);
  const [whole] = await problems({ yaml: "- a\n- b\n" });
  assert.match(whole ?? "", /^\(file\) .*expected a map with server, dataDir/);
});

Deno.test("text that is no YAML, or says a key twice, is a problem with its line", async () => {
  assert.match((await problems({ yaml: "server:\n  port: [1\n" }))[0] ?? "", /^config\.yaml \(config\.yaml:\d\): expected YAML, but /);
  assert.match(
    (await problems({ yaml: "dataDir: a\ndataDir: b\n" }))[0] ?? "",
    /^config\.yaml \(config\.yaml:2\): expected YAML, but .*unique/,
  );
});

Deno.test("lists come comma separated or as JSON, maps as JSON, booleans in four ways", async () => {
  const { config } = await load({
    env: {
      XIAOZHI_DEVICES_LIST: "AA:BB, cc:dd ,",
      XIAOZHI_CONVERSATION_EXIT_WORDS: '["bye, bye"]',
      XIAOZHI_DEVICES_OVERRIDES: '{"AA:BB": {"leadFrames": 0, "language": "zh"}}',
      XIAOZHI_HISTORY_ENABLED: "1",
      XIAOZHI_CONSOLE_ENABLED: "0",
      XIAOZHI_LOG_TRANSCRIPTS: "true",
      XIAOZHI_FEATURES_RECORDER: "false",
    },
  });
  assert.deepEqual(config.devices.list, ["aa:bb", "cc:dd"]);
  assert.deepEqual(config.conversation.exitWords, ["bye, bye"]);
  assert.deepEqual(config.devices.overrides, { "aa:bb": { leadFrames: 0, language: "zh" } });
  assert.deepEqual([config.history.enabled, config.console.enabled, config.log.transcripts, config.features.recorder], [
    true,
    false,
    true,
    false,
  ]);
});

for (const text of ["yes", "TRUE", "", "2", "on"]) {
  Deno.test(`"${text}" is no boolean`, async () => {
    assert.equal((await problems({ env: { XIAOZHI_HISTORY_ENABLED: text } })).length, 1);
  });
}

for (const text of ["", " 1", "1e3", "0x10", "08", "1_000", "Infinity", "1.5", "-1", "65536"]) {
  Deno.test(`"${text}" is no port`, async () => {
    assert.equal((await problems({ env: { XIAOZHI_SERVER_PORT: text } })).length, 1);
  });
}

Deno.test("a problem within a device's settings names the device, and a slip in its names is noticed", async () => {
  const yaml = 'devices:\n  overrides:\n    "aa:bb":\n      leadFrame: 2\n      colour: 1\n      voice: 3\n';
  assert.deepEqual((await problems({ yaml })).sort(), [
    "devices.overrides.aa:bb.colour (config.yaml:5): unknown key",
    "devices.overrides.aa:bb.leadFrame (config.yaml:4): unknown key, did you mean leadFrames?",
    "devices.overrides.aa:bb.voice = 3 (config.yaml:6): expected string, not empty",
  ]);
});

Deno.test("a password within an address is masked in entries and in errors, and the configuration has it", async () => {
  const given = "http://user:hunter2@example.org/v1";
  const { config, entries } = await load({ env: { XIAOZHI_ESP32_SERVER_BASE_URL: given } });
  assert.equal(config.esp32Server.baseUrl, given);
  const shown = entries.find((entry) => entry.path === "esp32Server.baseUrl")?.value;
  assert.equal(shown, "http://user:********@example.org/v1");
  const [problem = ""] = await problems({ env: { XIAOZHI_ESP32_SERVER_BASE_URL: "ftp://user:hunter2@example.org" } });
  assert.match(problem, /"ftp:\/\/user:\*{8}@example\.org"/);
});

Deno.test("secrets are masked in entries, and the configuration has them", async () => {
  const { config, entries } = await load({ yaml: "console:\n  password: hunter2\n" });
  assert.equal(config.console.password, "hunter2");
  const entry = entries.find(({ path }) => path === "console.password");
  assert.deepEqual([entry?.value, entry?.secret], ["********", true]);
  assert.ok(!JSON.stringify(entries).includes("hunter2"));
});

Deno.test("secrets appear in no problem, even misplaced, misspelt or beside broken YAML", async () => {
  const cases: Sources[] = [
    { yaml: "console:\n  password: [hunter2]\n" },
    { yaml: "console:\n  pasword: hunter2\n" },
    { yaml: "console: hunter2\n" },
    { yaml: "console:\n  password: hunter2: [\n" },
    { env: { XIAOZHI_CONSOLE_PASSWRD: "hunter2" } },
    { dotenv: "XIAOZHI_ESP32_SERVER_APIKEY=hunter2" },
  ];
  for (const sources of cases) assert.ok(!(await problems(sources)).join("\n").includes("hunter2"), JSON.stringify(sources));
});

Deno.test("the configuration is frozen through and through", async () => {
  const { config } = await load({ env: { XIAOZHI_DEVICES_LIST: "aa" } });
  assert.ok([config, config.audio.vad, config.devices.list, config.devices.overrides].every(Object.isFrozen));
});
