import assert from "node:assert/strict";
import { createInstruments } from "../../services/metrics/instruments.ts";
import { alertsIn, checkOps, expressionsOfDashboard, unknownIn } from "../../tools/check_ops.ts";

const { families } = createInstruments().registry;

function problems(expr: string, labels: readonly string[] = []): string[] {
  return unknownIn({ where: "here", expr, labels }, families);
}

Deno.test("the rules and dashboards of the project ask for nothing that is not there", async () => {
  assert.deepEqual(await checkOps(), []);
});

Deno.test("what exists passes, in all shapes of PromQL that are used", () => {
  assert.deepEqual(problems('sum by (instance, outcome) (rate(xz_turns_total{outcome=~"failed|crashed"}[5m])) > 0.05', ["outcome"]), []);
  assert.deepEqual(problems("histogram_quantile(0.95, sum by (le, stage) (rate(xz_turn_stage_seconds_bucket[5m])))", ["stage"]), []);
  assert.deepEqual(problems('up{job="xiaozhi"} == 0'), []);
  assert.deepEqual(problems('xz_actors{actor="devices/device"}'), []);
});

Deno.test("a metric, a label or a value that does not exist is named with its place", () => {
  assert.deepEqual(problems("xz_turn_total"), ["here: there is no metric xz_turn_total"]);
  assert.deepEqual(problems("xz_turns_total_bucket"), ["here: there is no metric xz_turns_total_bucket"]);
  assert.deepEqual(problems("xz_turn_response_seconds"), ["here: there is no metric xz_turn_response_seconds"]);
  assert.deepEqual(problems('xz_turns_total{result="failed"}'), ["here: xz_turns_total has no label result"]);
  assert.deepEqual(problems('xz_turns_total{outcome=~"failed|lost"}'), ["here: outcome of xz_turns_total is never lost"]);
  assert.deepEqual(problems("sum by (device) (xz_outbox_depth)"), ["here: its metrics have no label device"]);
  assert.deepEqual(problems("xz_outbox_depth", ["provider"]), ["here: its metrics have no label provider"]);
  assert.deepEqual(problems("vector(1)"), ["here: expected a metric in vector(1)"]);
});

Deno.test("alerts and panels are found with what their texts name", () => {
  const yaml = "groups: [{ name: a, rules: [{ alert: A, expr: up, annotations: { summary: x } }] }]";
  assert.deepEqual(alertsIn(yaml).map(({ alert }) => alert), ["A"]);
  const json = JSON.stringify({
    panels: [{ title: "row" }, { title: "P", targets: [{ expr: "up", legendFormat: "{{ instance }} of {{job}}" }] }],
  });
  assert.deepEqual(expressionsOfDashboard("d", json), [{ where: "d: P", expr: "up", labels: ["instance", "job"] }]);
});
