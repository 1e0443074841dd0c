import assert from "node:assert/strict";
import { ALERTS_FILE, readAlerts, writeAlerts } from "../../../services/alerts/alert_file.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { raised } from "./fixture.ts";

const { alert } = raised();

Deno.test("alerts come back as they were kept", async () => {
  await using dir = tempDir();
  using log = captureLogger();
  const kept = {
    alerts: [{ ...alert, detail: "Why", acknowledged: { at: 1, note: "" } }, { ...alert, id: "b", resolvedAt: 5 }],
    owed: [{ target: "t", alertId: "b", type: "resolved" as const }],
  };
  await writeAlerts(dir.join("new", "data"), kept);
  assert.deepEqual(await readAlerts(dir.join("new", "data"), log.logger), kept);
  assert.deepEqual([...Deno.readDirSync(dir.join("new", "data"))].map(({ name }) => name), [ALERTS_FILE]);
});

Deno.test("without a file there are no alerts", async () => {
  await using dir = tempDir();
  using log = captureLogger();
  assert.deepEqual(await readAlerts(dir.path, log.logger), { alerts: [], owed: [] });
});

for (const broken of ["", "{", "null", '{"version":2,"alerts":[],"owed":[]}', '{"version":1,"alerts":[{"id":1}],"owed":[]}']) {
  Deno.test(`a file with ${JSON.stringify(broken)} is put aside and reported, and nothing of it is lost`, async () => {
    await using dir = tempDir();
    using log = captureLogger();
    await Deno.writeTextFile(dir.join(ALERTS_FILE), broken);
    assert.deepEqual(await readAlerts(dir.path, log.logger), { alerts: [], owed: [] });
    assert.equal(await Deno.readTextFile(dir.join(`${ALERTS_FILE}.broken`)), broken);
    assert.match(log.messages("error")[0] ?? "", /put aside/);
  });
}

Deno.test("alerts of rules that this version does not know are left out, and the others stay", async () => {
  await using dir = tempDir();
  using log = captureLogger();
  const later = { ...alert, id: "later", rule: "not_yet" };
  await Deno.writeTextFile(dir.join(ALERTS_FILE), JSON.stringify({ version: 1, alerts: [later, alert], owed: [] }));
  assert.deepEqual((await readAlerts(dir.path, log.logger)).alerts, [alert]);
});

Deno.test("a file that cannot be read at all is an error that names it", async () => {
  await using dir = tempDir();
  using log = captureLogger();
  await Deno.mkdir(dir.join(ALERTS_FILE));
  await assert.rejects(readAlerts(dir.path, log.logger), { code: "alerts_unreadable", message: /alerts\.json/ });
});
