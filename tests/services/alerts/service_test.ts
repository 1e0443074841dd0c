import assert from "node:assert/strict";
import { ALERTS_FILE } from "../../../services/alerts/alert_file.ts";
import { EVERY_MS, READ_MS } from "../../../services/alerts/service.ts";
import type { Readings } from "../../../services/alerts/readings.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";
import { startAlerts, WELL } from "./fixture.ts";

const FULL: Readings = { ...WELL, diskFreeBytes: 0 };
const HOOK = { url: "https://ops.example/services/T0/SECRETPATH", secret: "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0" };

Deno.test("an acknowledgement outlasts the process", async () => {
  await using dir = tempDir();
  const clock = new VirtualClock();
  {
    await using first = await startAlerts({ dataDir: dir.path, clock, read: () => FULL });
    await first.run(2 * 60_000);
    const [alert] = first.alerts.active();
    assert.equal(alert?.rule, "disk_low");
    await first.alerts.acknowledge(alert!.id, "A bigger disk comes tomorrow");
  }
  await using second = await startAlerts({ dataDir: dir.path, clock, read: () => FULL });
  assert.equal(second.alerts.active()[0]?.acknowledged?.note, "A bigger disk comes tomorrow");
});

Deno.test("what a receiver did not get before the process ended, it gets from the next one, in order", async () => {
  await using dir = tempDir();
  const clock = new VirtualClock();
  let wrong = true;
  const read = () => wrong ? FULL : WELL;
  {
    await using first = await startAlerts({
      dataDir: dir.path,
      clock,
      read,
      webhooks: [HOOK],
      fetch: () => Promise.reject(new Error("down")),
    });
    await first.run(2 * 60_000);
    wrong = false;
    await first.run(2 * 60_000);
  }
  const told: string[] = [];
  const ids: string[] = [];
  const fetched: typeof fetch = (_url, init) => {
    told.push(JSON.parse(String(init?.body)).type);
    ids.push(new Headers(init?.headers).get("webhook-id") ?? "");
    return Promise.resolve(new Response());
  };
  {
    await using second = await startAlerts({ dataDir: dir.path, clock, read, webhooks: [HOOK], fetch: fetched });
    await second.run(EVERY_MS);
    assert.deepEqual(told, ["alert.raised", "alert.resolved"]);
    assert.equal(new Set(ids).size, 2);
  }
  await using third = await startAlerts({ dataDir: dir.path, clock, read, webhooks: [HOOK], fetch: fetched });
  await third.run(EVERY_MS);
  assert.equal(told.length, 2);
});

Deno.test("neither the file nor the log has the address or the secret of a receiver", async () => {
  await using dir = tempDir();
  await using alerts = await startAlerts({
    dataDir: dir.path,
    read: () => FULL,
    webhooks: [HOOK],
    fetch: () => Promise.reject(new TypeError(`error sending request for url (${HOOK.url})`)),
  });
  await alerts.run(2 * 60_000);
  assert.ok(alerts.log.messages("warning").some((line) => line.includes("ops.example")));
  const all = Deno.inspect(alerts.log.records, { depth: 20, strAbbreviateSize: 10_000 }) + await Deno.readTextFile(dir.join(ALERTS_FILE));
  assert.ok(!all.includes("SECRETPATH") && !all.includes(HOOK.secret) && !all.includes("secret of the test"));
});

Deno.test("readings that fail or hang are said once, raise nothing, and the rounds go on", async () => {
  await using dir = tempDir();
  let mode: "throw" | "well" | "full" = "throw";
  await using alerts = await startAlerts({
    dataDir: dir.path,
    read: () => {
      if (mode === "throw") throw new Error("Metrics are away");
      return mode === "full" ? FULL : WELL;
    },
  });
  await alerts.run(10 * EVERY_MS);
  assert.deepEqual(alerts.log.messages("warning"), ["The readings for alerts are missing: Metrics are away"]);
  mode = "full";
  await alerts.run(2 * 60_000);
  assert.equal(alerts.alerts.active().length, 1);
});

Deno.test("readings that never come are given up, and ending waits for nothing", async () => {
  await using dir = tempDir();
  const clock = new VirtualClock();
  let asked = 0;
  {
    await using alerts = await startAlerts({
      dataDir: dir.path,
      clock,
      read: () => {
        asked++;
        return new Promise<never>(() => {}) as unknown as Readings;
      },
    });
    await clock.advance(READ_MS);
    await settle();
    assert.match(alerts.log.messages("warning")[0] ?? "", /longer than 5000 ms/);
    await clock.advance(EVERY_MS);
    assert.equal(asked, 2);
  }
  assert.equal(clock.armed, 0);
});

Deno.test("where the data directory cannot be written alerts are told all the same, and an acknowledgement is refused", async () => {
  await using dir = tempDir();
  await using alerts = await startAlerts({ dataDir: dir.path, read: () => FULL });
  await Deno.mkdir(dir.join(`${ALERTS_FILE}.tmp`));
  await alerts.run(2 * 60_000);
  const [alert] = alerts.alerts.active();
  assert.equal(alert?.rule, "disk_low");
  assert.ok(alerts.log.messages("error").some((line) => line.startsWith("Alerts are not kept: ")));
  await assert.rejects(alerts.alerts.acknowledge(alert!.id, ""), { code: "alerts_unwritable", retryable: true });
});
