import assert from "node:assert/strict";
import { join } from "node:path";
import { ChangeLog, CHANGES_FILE, LiveConfig } from "../../../../services/config/live/mod.ts";
import { ConfigError, loadLayers } from "../../../../services/config/mod.ts";
import { captureLogger } from "../../../support/capture_logger.ts";
import { tempDir } from "../../../support/temp_dir.ts";

const WHO = { by: "a test", via: "api" } as const;

/** A configuration over a file that the test writes. */
async function setUp(dataDir: string, env: Record<string, string> = {}) {
  const log = captureLogger();
  const files: { yaml: string | undefined } = { yaml: "" };
  const open = () =>
    LiveConfig.open({
      clock: { wall: () => 1000 },
      logger: log.logger,
      load: () =>
        loadLayers({
          env: { ...env, XIAOZHI_DATA_DIR: dataDir },
          readText: (path) => path === "config.yaml" ? files.yaml : undefined,
        }),
      secret: () => Promise.resolve(new Uint8Array(32)),
    });
  const live = await open();
  await live.begin();
  return { live, log, files, open, text: () => Deno.readTextFile(join(dataDir, CHANGES_FILE)) };
}

Deno.test("a change is in force, on record with who, when and what, and survives a restart", async () => {
  await using dir = await tempDir();
  const { live, log, open } = await setUp(dir.path);
  using _ = log;
  const { number, changes } = await live.change({ features: { speculation: { percent: 25 }, cache: false } }, WHO);
  assert.deepEqual(live.config.features.speculation, { percent: 25 });
  assert.deepEqual(changes.map(({ key, effect }) => `${key} ${effect}`), ["features.speculation next_turn", "features.cache now"]);
  const again = await open();
  assert.deepEqual([again.config.features.speculation, again.config.features.cache], [{ percent: 25 }, false]);
  assert.equal(again.entries.find(({ path }) => path === "features.cache")?.source, "runtime");
  const record = again.changes.at(-1);
  assert.deepEqual([record?.number, record?.by, record?.via, record?.at], [number, "a test", "api", 1000]);
  assert.equal(record?.previous["features.cache"], undefined);
  await again.begin();
  assert.equal(again.changes.length, live.changes.length, "a start without a change is no change");
});

Deno.test("a change with something wrong in it changes nothing, and says all that is wrong as a file would", async () => {
  await using dir = await tempDir();
  const { live, log } = await setUp(dir.path);
  using _ = log;
  const before = live.config;
  const wrong = { features: { cache: false, speculation: { percent: 250 }, filers: true } };
  await assert.rejects(live.change(wrong, WHO), (error: ConfigError) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /features\.filers \(runtime\): unknown key, did you mean features\.fillers\?/);
    assert.match(
      error.message,
      /features\.speculation\.percent = 250 \(runtime\): expected true, false, or \{percent: number from 0 to 100\}/,
    );
    return true;
  });
  assert.equal(live.config, before);
  assert.equal(live.changes.length, 1);
  assert.match(live.refused?.reason ?? "", /2 problems/);
});

Deno.test("secrets cannot be set at run time, nor the folder that everything lies in", async () => {
  await using dir = await tempDir();
  const { live, log } = await setUp(dir.path);
  using _ = log;
  await assert.rejects(live.change({ console: { password: "hunter2" } }, WHO), /can only be set in the configuration file/);
  await assert.rejects(live.change({ dataDir: "/tmp" }, WHO), /can only be set in the configuration file/);
});

Deno.test("who prepares a change can refuse it; the others are told to forget it", async () => {
  await using dir = await tempDir();
  const { live, log } = await setUp(dir.path);
  using _ = log;
  const told: string[] = [];
  live.onChange(() => ({ commit: () => told.push("commit"), discard: () => told.push("discard") }));
  const refusing = live.onChange(() => Promise.reject(new Error("The model is missing")));
  await assert.rejects(live.change({ features: { cache: false } }, WHO), /The model is missing/);
  assert.deepEqual([told, live.config.features.cache], [["discard"], true]);
  refusing[Symbol.dispose]();
  await live.change({ features: { cache: false } }, WHO);
  assert.deepEqual(told, ["discard", "commit"]);
});

Deno.test("what cannot be recorded is not changed", async () => {
  await using dir = await tempDir();
  const { live, log } = await setUp(dir.path);
  using _ = log;
  await Deno.remove(join(dir.path, CHANGES_FILE));
  await Deno.mkdir(join(dir.path, CHANGES_FILE));
  await assert.rejects(live.change({ features: { cache: false } }, WHO), { code: "config_log_unwritable" });
  assert.equal(live.config.features.cache, true);
});

Deno.test("the file that is read again changes what it says, and a wrong one changes nothing", async () => {
  await using dir = await tempDir();
  const { live, log, files } = await setUp(dir.path);
  using _ = log;
  files.yaml = "conversation: {persona: Be brief.}";
  const { changes } = await live.reload({ by: "SIGHUP", via: "signal" });
  assert.deepEqual(changes.map(({ key, after }) => [key, after]), [["conversation.persona", "Be brief."]]);
  files.yaml = "conversation: {persona: 5}\nserver: {port: x}";
  await assert.rejects(live.reload({ by: "SIGHUP", via: "signal" }), /config\.yaml:2/);
  assert.equal(live.config.conversation.persona, "Be brief.");
  files.yaml = undefined;
  await assert.rejects(live.reload(WHO, { vanished: "refuse" }), { code: "config_gone" });
  assert.equal(live.config.conversation.persona, "Be brief.");
  await live.reload(WHO);
  assert.notEqual(live.config.conversation.persona, "Be brief.");
});

Deno.test("the last word counts: a file that is changed afterwards ends what was set at run time", async () => {
  await using dir = await tempDir();
  const { live, log, files, open } = await setUp(dir.path);
  using _ = log;
  await live.change({ features: { fillers: { percent: 10 }, memory: false } }, WHO);
  files.yaml = "features: {fillers: false}";
  await live.reload(WHO);
  assert.deepEqual([live.config.features.fillers, live.config.features.memory], [false, false]);
  files.yaml = "features: {fillers: false, memory: {percent: 5}}";
  assert.deepEqual((await open()).config.features.memory, { percent: 5 });
});

Deno.test("a flag goes back to what the file says when it is taken back", async () => {
  await using dir = await tempDir();
  const { live, log } = await setUp(dir.path, { XIAOZHI_FEATURES_MEMORY: '{"percent":30}' });
  using _ = log;
  await live.change({ features: { memory: false } }, WHO);
  await live.change({ features: { memory: undefined } }, WHO);
  assert.deepEqual(live.config.features.memory, { percent: 30 });
  assert.deepEqual(await live.change({ features: { memory: undefined } }, WHO), { changes: [], skipped: [] });
});

Deno.test("a rollback restores what was before a change, also where a file made it, and can itself be rolled back", async () => {
  await using dir = await tempDir();
  const { live, log, files } = await setUp(dir.path);
  using _ = log;
  const first = await live.change({ features: { cache: false } }, WHO);
  files.yaml = "conversation: {persona: Rude.}";
  await live.reload(WHO);
  const usual = live.changes[0]?.now["conversation.persona"];
  await live.rollback(undefined, WHO);
  assert.notEqual(live.config.conversation.persona, "Rude.");
  assert.equal(live.config.features.cache, false);
  await live.rollback(undefined, WHO);
  assert.equal(live.config.conversation.persona, "Rude.");
  await live.rollback(first.number, WHO);
  assert.deepEqual([live.config.features.cache, live.changes.at(-1)?.now["conversation.persona"]], [true, usual]);
  await assert.rejects(live.rollback(99, WHO), { code: "change_unknown" });
});

Deno.test("secrets are never on record, and a rollback leaves them and says so", async () => {
  await using dir = await tempDir();
  const { live, log, files, text } = await setUp(dir.path);
  using _ = log;
  files.yaml = "esp32Server: {apiKey: hunter2-first}\nconversation: {persona: A}";
  await live.reload(WHO);
  files.yaml = "esp32Server: {apiKey: hunter2-second}\nconversation: {persona: B}";
  const { number, changes } = await live.reload(WHO);
  assert.deepEqual(changes.map(({ key }) => key), ["esp32Server.apiKey", "conversation.persona"]);
  const { skipped } = await live.rollback(number, WHO);
  assert.deepEqual(skipped, ["esp32Server.apiKey"]);
  assert.deepEqual([live.config.esp32Server.apiKey, live.config.conversation.persona], ["hunter2-second", "A"]);
  assert.ok(!(await text()).includes("hunter2"));
  assert.ok(!JSON.stringify(live.entries).includes("hunter2"));
});

Deno.test("a line that a crash cut off is ignored, and the next change stands on a line of its own", async () => {
  await using dir = await tempDir();
  const { live, log, open, text } = await setUp(dir.path);
  using _ = log;
  await live.change({ features: { cache: false } }, WHO);
  await Deno.writeTextFile(join(dir.path, CHANGES_FILE), (await text()) + '{"number":3,"at":');
  const again = await open();
  await again.change({ features: { memory: false } }, WHO);
  assert.deepEqual((await ChangeLog.open(dir.path)).all.map(({ number }) => number), [1, 2, 3]);
  assert.equal((await open()).config.features.memory, false);
});
