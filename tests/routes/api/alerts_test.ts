import assert from "node:assert/strict";
import { AppError } from "../../../base/errors.ts";
import type { Alert } from "../../../services/alerts/alert.ts";
import type { AlertBoard } from "../../../services/alerts/board.ts";
import { type AppFixture, startApp } from "../app_fixture.ts";
import { raised } from "../../services/alerts/fixture.ts";

const { alert } = raised();
const OVER: Alert = { ...alert, id: "01K0000000000000000000000B", resolvedAt: alert.raisedAt + 1 };

/** A board with one alert that is active and one that is over; `notes` are what was acknowledged. */
function board(): AlertBoard & { readonly notes: string[] } {
  const notes: string[] = [];
  return {
    notes,
    active: () => [alert],
    recent: () => [OVER],
    acknowledge(id, note) {
      if (id !== alert.id) return Promise.resolve(undefined);
      if (note === "full") return Promise.reject(new AppError("Cannot write", { code: "alerts_unwritable", retryable: true }));
      notes.push(note);
      return Promise.resolve({ ...alert, acknowledged: { at: 5, note } });
    },
  };
}

function acknowledge(app: AppFixture, id: string, body: string, headers: HeadersInit = { "content-type": "application/json" }) {
  return fetch(`${app.base}/api/alerts/${id}/acknowledge`, { method: "POST", headers, body });
}

Deno.test("the API lists what is wrong and what was, with words in both languages", async () => {
  await using app = startApp({ deps: { alerts: board } });
  const response = await fetch(`${app.base}/api/alerts`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("cache-control"), "no-store");
  const { enabled, active, recent } = await response.json();
  assert.deepEqual([enabled, active.length, recent.length], [true, 1, 1]);
  assert.equal(active[0].rule, "outbox_old");
  assert.match(active[0].text.en.reason, /400 s, more than 300 s/);
  assert.match(active[0].text.zh.nextStep, /数据库/);
  assert.equal(recent[0].resolvedAt, OVER.resolvedAt);
});

Deno.test("where nobody watches the API says so", async () => {
  for (const alerts of [undefined, () => undefined]) {
    await using app = startApp({ deps: alerts === undefined ? {} : { alerts } });
    assert.deepEqual(await (await fetch(`${app.base}/api/alerts`)).json(), { enabled: false, active: [], recent: [] });
    const refused = await acknowledge(app, alert.id, '{"note":""}');
    assert.deepEqual([refused.status, (await refused.json()).code], [404, "alert_not_found"]);
  }
});

Deno.test("an alert is acknowledged with a note, and the answer has it", async () => {
  const kept = board();
  await using app = startApp({ deps: { alerts: () => kept } });
  const response = await acknowledge(app, alert.id, JSON.stringify({ note: "  Being moved 马上好  " }));
  assert.equal(response.status, 200);
  assert.deepEqual((await response.json()).acknowledged, { at: 5, note: "Being moved 马上好" });
  assert.deepEqual(kept.notes, ["Being moved 马上好"]);
});

Deno.test("what cannot be acknowledged is refused, and says why", async () => {
  const kept = board();
  await using app = startApp({ deps: { alerts: () => kept } });
  const cases: readonly [id: string, body: string, status: number, code: string][] = [
    [OVER.id, '{"note":""}', 404, "alert_not_found"],
    ["nothing", '{"note":""}', 400, "invalid_path"],
    [alert.id, "{}", 422, "invalid_body"],
    [alert.id, '{"note":"a\\u0000b"}', 422, "invalid_body"],
    [alert.id, JSON.stringify({ note: "x".repeat(501) }), 422, "invalid_body"],
    [alert.id, JSON.stringify({ note: "x".repeat(10_000) }), 413, "body_too_large"],
    [alert.id, '{"note":"full"}', 503, "alerts_unwritable"],
  ];
  for (const [id, body, status, code] of cases) {
    const response = await acknowledge(app, id, body);
    assert.deepEqual([response.status, (await response.json()).code], [status, code], `${id} ${body.slice(0, 40)}`);
  }
  const form = await acknowledge(app, alert.id, "note=x", { "content-type": "text/plain" });
  assert.equal(form.status, 415);
  await form.body?.cancel();
  const crossSite = await acknowledge(app, alert.id, '{"note":""}', { "content-type": "application/json", "sec-fetch-site": "cross-site" });
  assert.equal(crossSite.status, 403);
  await crossSite.body?.cancel();
  assert.deepEqual(kept.notes, []);
});
