import assert from "node:assert/strict";
import { startOtlpSink } from "../support/otlp_sink.ts";
import { deviceOf, eventually, identityOf, untilAnswered } from "../support/server_device.ts";
import { startServer } from "../support/server_process.ts";

const quick = { XIAOZHI_ESP32_SERVER_SYNTHESIZE_PROGRAM: "tone", XIAOZHI_ESP32_SERVER_RECOGNIZE_PROGRAM: "none" };

Deno.test("the server with its own permissions exports each turn as a trace of its own, the last ones when it stops", async () => {
  await using sink = startOtlpSink();
  await using server = await startServer({ env: { ...quick, ...sink.env } });
  using device = await deviceOf(server);
  await device.typeText("1 plus 1");
  await untilAnswered(device, 1);
  await device.typeText("2 plus 3");
  await untilAnswered(device, 2);
  await eventually("two turns in the history", () => {
    const { length } = server.history().turns;
    return Promise.resolve({ ok: length === 2, value: length });
  });
  // What has not been sent yet is sent at the end.
  assert.equal((await server.stop("SIGTERM")).code, 0);

  const spans = sink.spans("xiaozhi");
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === "");
  const stored = server.history().turns;
  assert.deepEqual(roots.map(({ name, attributes }) => [name, attributes["xz.turn_id"]]), stored.map(({ turnId }) => ["turn", turnId]));
  for (const [index, root] of roots.entries()) {
    const names = spans.filter(({ parentSpanId }) => parentSpanId === root.spanId).map(({ name }) => name);
    for (const stage of ["llm_ttft", "first_sentence", "tts_ttfb", "first_frame", "tts", "playout", "persist"]) {
      assert.ok(names.includes(stage), `turn ${index} has ${stage} among ${names}`);
    }
    assert.equal(root.attributes["gen_ai.provider.name"], undefined);
    assert.equal(root.attributes["xz.outcome"], "completed");
  }
  const others = new Set(sink.spans("deno").map(({ traceId }) => traceId));
  assert.ok(others.size > 0, "Deno traces the requests of the device");
  assert.ok(roots.every(({ traceId }) => !others.has(traceId)), "a turn is in the trace of a request");
  const { deviceId } = identityOf(1);
  for (const body of sink.raw) {
    for (const secret of [deviceId, "plus", "That makes"]) assert.ok(!body.includes(secret), `"${secret}" was exported`);
  }
  // The first turn's mark was written with the second turn, the second one's when the store was closed.
  assert.ok(stored.every(({ timings }) => (timings.persistedMs ?? -1) >= (timings.commitMs ?? Infinity)));
});

Deno.test("with the flag off no turn is traced", async () => {
  await using sink = startOtlpSink();
  await using server = await startServer({ env: { ...quick, ...sink.env, XIAOZHI_FEATURES_TRACING: "false" } });
  using device = await deviceOf(server);
  await device.typeText("1 plus 1");
  await untilAnswered(device, 1);
  assert.equal((await server.stop("SIGTERM")).code, 0);
  assert.equal(server.history().turns.length, 1);
  assert.ok(sink.raw.length > 0);
  assert.deepEqual(sink.spans("xiaozhi"), []);
});
