import assert from "node:assert/strict";
import { startOtlpSink } from "../../support/otlp_sink.ts";
import { createInstruments } from "../../../services/metrics/instruments.ts";
import { exportByOtel } from "../../../services/metrics/otel.ts";

Deno.test("nothing is attached where nobody collects", () => {
  assert.equal(exportByOtel(createInstruments().registry, "0.1.0"), false);
});

const CHILD = `
import { createInstruments } from "./services/metrics/instruments.ts";
import { exportByOtel } from "./services/metrics/otel.ts";
const instruments = createInstruments();
instruments.leader.read((tell) => tell(1, "sync"));
instruments.actorRestarts.read((tell) => tell(3, "database", "history_failed"));
if (!exportByOtel(instruments.registry, "0.1.0")) throw new Error("nobody collects");
instruments.turns.add(2, "completed");
instruments.turnResponse.observe(0.7);
await new Promise((resolve) => setTimeout(resolve, 400));
`;

Deno.test("OpenTelemetry gets counters, gauges and histograms with their own boundaries", async () => {
  await using sink = startOtlpSink();
  const file = await Deno.makeTempFile({ dir: ".", prefix: "data-otel-", suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, CHILD);
    const env = { ...sink.env, OTEL_METRIC_EXPORT_INTERVAL: "100" };
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "--quiet", "--no-prompt", "--no-check", file], env })
      .output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(file);
  }
  const exported = sink.raw.join("\n");
  // deno-lint-ignore no-explicit-any -- OTLP as it comes
  const metrics: any[] = sink.raw.flatMap((body) => JSON.parse(body).resourceMetrics ?? [])
    // deno-lint-ignore no-explicit-any -- OTLP as it comes
    .flatMap((resource: any) => resource.scopeMetrics).filter((scope: any) => scope.scope?.name === "xiaozhi").flatMap((scope: any) =>
      scope.metrics
    );
  const last = (name: string) => metrics.findLast((metric) => metric.name === name);
  const point = (name: string, kind: string) => last(name)?.[kind]?.dataPoints[0];
  assert.equal(Number(point("xz_turns_total", "sum")?.asDouble ?? point("xz_turns_total", "sum")?.asInt), 2, exported);
  const leader = point("xz_leader", "gauge");
  assert.deepEqual([Number(leader?.asDouble ?? leader?.asInt), leader?.attributes[0]], [1, {
    key: "daemon",
    value: { stringValue: "sync" },
  }]);
  const restarts = point("xz_actor_restarts_total", "sum");
  assert.equal(Number(restarts?.asDouble ?? restarts?.asInt), 3);
  const response = point("xz_turn_response_seconds", "histogram");
  assert.equal(response?.explicitBounds[0], 0.1);
  assert.equal(Number(response?.count), 1);
});
