import assert from "node:assert/strict";
import { LiveConfig } from "../../../services/config/live/mod.ts";
import { loadLayers } from "../../../services/config/mod.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { fakeArchive } from "../../support/fake_archive.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { startApi } from "./api_fixture.ts";
import { fetchDocument, METHODS } from "./document.ts";

/** The API over a configuration in a folder of its own. */
async function start() {
  const log = captureLogger();
  const dir = await tempDir();
  const env = { XIAOZHI_DATA_DIR: dir.path, XIAOZHI_ESP32_SERVER_API_KEY: "hunter2" };
  const load = () => loadLayers({ env, readText: () => undefined });
  const live = await LiveConfig.open({
    clock: { wall: () => 7 },
    logger: log.logger,
    load,
    secret: () => Promise.resolve(new Uint8Array(32)),
  });
  const api = await startApi({ archive: fakeArchive(), deps: { liveConfig: live, apiIsOn: () => live.config.features.api } });
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(
      `${api.app.base}${path}`,
      body === undefined ? { method } : { method, headers, body: JSON.stringify(body) },
    );
    const text = await response.text();
    assert.ok(!text.includes("hunter2"));
    return { status: response.status, body: JSON.parse(text) };
  };
  return {
    live,
    api,
    ask,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
      log[Symbol.dispose]();
    },
  };
}

Deno.test("flags are listed, changed, recorded and rolled back", async () => {
  await using it = await start();
  const changed = await it.ask("PATCH", "/api/flags", { speculation: { percent: 25 }, cache: false });
  assert.deepEqual([changed.status, changed.body.changes.length, changed.body.needRestart], [200, 2, []]);
  const { body: { items } } = await it.ask("GET", "/api/flags?deviceId=aa:bb:cc:dd:ee:ff");
  const flag = items.find((each: { name: string }) => each.name === "speculation");
  assert.deepEqual([flag.value, flag.source, flag.scope, typeof flag.on], [{ percent: 25 }, "runtime", "device", "boolean"]);
  const { body: { items: [last] } } = await it.ask("GET", "/api/config/changes?limit=1");
  assert.deepEqual([last.by, last.via, last.at, last.number], ["owner at 127.0.0.1", "api", 7, changed.body.number]);
  assert.equal((await it.ask("POST", "/api/config/rollback", {})).status, 200);
  assert.deepEqual([it.live.config.features.cache, it.live.config.features.speculation], [true, true]);
  const unknown = await it.ask("POST", "/api/config/rollback", { number: 99 });
  assert.deepEqual([unknown.status, unknown.body.code], [404, "change_unknown"]);
});

Deno.test("who knows an older configuration changes nothing, and a reason is kept with its change", async () => {
  await using it = await start();
  const first = await it.ask("PATCH", "/api/flags?known=0&why=It%20is%20slow", { cache: false });
  assert.deepEqual([first.status, first.body.number], [200, 1]);
  const late = await it.ask("PATCH", "/api/flags?known=0", { memory: false });
  assert.deepEqual([late.status, late.body.code], [409, "config_changed"]);
  assert.match(late.body.detail, /Change 1, by owner at 127\.0\.0\.1, is newer than change 0/);
  assert.equal((await it.ask("POST", "/api/config/rollback?known=0", { number: 1 })).status, 409);
  assert.equal(it.live.config.features.memory, true);
  const { body: { items: [last] } } = await it.ask("GET", "/api/config/changes");
  assert.equal(last.why, "It is slow");
  assert.equal((await it.ask("POST", "/api/config/rollback?known=1", { number: 1 })).status, 200);
  assert.equal((await it.ask("PATCH", `/api/flags?why=${"x".repeat(301)}`, { memory: false })).status, 400);
});

Deno.test("a wrong change is refused as a whole with the words of the configuration", async () => {
  await using it = await start();
  const { status, body } = await it.ask("PATCH", "/api/flags", { cache: false, memory: "maybe" });
  assert.deepEqual([status, body.code], [422, "config_invalid"]);
  assert.match(body.detail, /features\.memory = "maybe" \(runtime\): expected true, false, or \{percent/);
  assert.equal(it.live.config.features.cache, true);
  assert.equal((await it.ask("PATCH", "/api/flags", {})).status, 422);
});

Deno.test("the configuration is told with origins, and secrets are masked", async () => {
  await using it = await start();
  const { body } = await it.ask("GET", "/api/config");
  const entry = (key: string) => body.entries.find((each: { key: string }) => each.key === key);
  assert.deepEqual([entry("esp32Server.apiKey").value, entry("esp32Server.apiKey").source], ["********", "environment"]);
  assert.deepEqual([entry("server.port").source, entry("server.port").effect], ["default", "restart"]);
});

Deno.test("the API of the history can be switched off and on, and that of the flags cannot", async () => {
  await using it = await start();
  assert.equal((await it.ask("GET", "/api/devices")).status, 200);
  await it.ask("PATCH", "/api/flags", { api: false });
  assert.equal((await it.ask("GET", "/api/devices")).status, 404);
  assert.equal((await it.ask("PATCH", "/api/flags", { api: true })).status, 200);
  assert.equal((await it.ask("GET", "/api/devices")).status, 200);
});

Deno.test("strangers see and change nothing", async () => {
  await using it = await start();
  for (const [method, path] of [["GET", "/api/flags"], ["PATCH", "/api/flags"], ["GET", "/api/config"], ["POST", "/api/config/rollback"]]) {
    const init = { method: method!, headers: { "x-forwarded-for": "10.0.0.9", "content-type": "application/json" } };
    const response = await fetch(`${it.api.app.base}${path}`, method === "GET" ? init : { ...init, body: "{}" });
    await response.body?.cancel();
    assert.equal(response.status, 401);
  }
});

Deno.test("every operation is in the document, with its examples", async () => {
  await using it = await start();
  const document = await fetchDocument(it.api);
  const paths = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((each) => `${each} ${path}`)
  );
  for (
    const each of ["get /api/flags", "patch /api/flags", "get /api/config", "get /api/config/changes", "post /api/config/rollback"]
  ) assert.ok(paths.includes(each), each);
});
