import assert from "node:assert/strict";
import { startSync } from "../../../actors/sync/setup.ts";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import { systemRandom } from "../../../base/random.ts";
import { configWith } from "../../../services/config/mod.ts";
import { openSqliteHistory } from "../../../services/history/sqlite.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

/** What runs with a configuration: names of sources, and whether reports are taken. */
async function running(change: Parameters<typeof configWith>[0]): Promise<string[]> {
  await using dir = tempDir();
  using log = captureLogger();
  const clock = new VirtualClock();
  await using archive = await openSqliteHistory({ dataDir: dir.path, clock });
  using supervisor = new Supervisor({ clock });
  await using sync = startSync({
    config: configWith(change),
    dataDir: dir.path,
    archive,
    encoder: { encode: () => assert.fail("Nothing is to be encoded") },
    supervisor,
    clock,
    random: systemRandom(),
    logger: log.logger,
  });
  const { daemon } = sync?.status() ?? {};
  assert.equal(supervisor.size, (daemon === undefined ? 0 : 1) + (sync?.intake === undefined ? 0 : 1));
  return [...(daemon?.sources.map(({ name }) => name) ?? []), ...(sync?.intake === undefined ? [] : ["push"])];
}

const http = { sync: { http: { baseUrl: "http://127.0.0.1:1" } } };
const push = { sync: { push: { secret: "a secret of some length" } } };

Deno.test("nothing is taken in unless the configuration names where from", async () => {
  assert.deepEqual(await running({}), []);
  assert.deepEqual(await running(http), ["http"]);
  assert.deepEqual(await running({ esp32Server: { chat: { provider: "http" } } }), ["http"]);
  assert.deepEqual(await running(push), ["push"]);
});

Deno.test("each way in, and all of them, can be switched off", async () => {
  assert.deepEqual(await running({ ...http, features: { syncHttp: false } }), []);
  assert.deepEqual(await running({ ...push, features: { syncPush: false } }), []);
  assert.deepEqual(await running({ sync: { ...http.sync, ...push.sync }, features: { sync: false } }), []);
  assert.deepEqual(await running({ ...http, history: { enabled: false } }), []);
});
