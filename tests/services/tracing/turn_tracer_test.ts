import assert from "node:assert/strict";
import { deviceHash } from "../../../services/tracing/device_hash.ts";
import { createTurnTracer } from "../../../services/tracing/turn_tracer.ts";
import { type OtlpSink, startOtlpSink, type SunkSpan } from "../../support/otlp_sink.ts";
import { turn } from "../history/contract.ts";
import { ANSWER, DEVICE, QUESTION } from "./trace_example.ts";

/** Runs the conversations of `trace_child.ts` in a process that exports to the sink. */
async function converse(sink: OtlpSink, ...args: string[]): Promise<SunkSpan[]> {
  const child = new URL("trace_child.ts", import.meta.url).pathname;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-P=test", child, ...args],
    env: sink.env,
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return sink.spans("xiaozhi");
}

/** What was said, and may be nowhere. */
const SAID = [QUESTION, "marmalade", "teapot", "Second sentence", ANSWER[0]];

function childrenOf(spans: readonly SunkSpan[], root: SunkSpan): SunkSpan[] {
  return spans.filter(({ parentSpanId, traceId }) => parentSpanId === root.spanId && traceId === root.traceId);
}

Deno.test("each turn is a trace: a root and a span for each stage, with what they took and no word of what was said", async (t) => {
  await using sink = startOtlpSink();
  const spans = await converse(sink);
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === "");
  assert.deepEqual(roots.map(({ name, attributes }) => [name, attributes["xz.outcome"], attributes["xz.interrupted"]]), [
    ["turn", "completed", false],
    ["turn", "interrupted", true],
    ["turn", "failed", false],
  ]);
  assert.equal(new Set(roots.map(({ traceId }) => traceId)).size, 3, "a trace each");
  const [whole, interrupted, failed] = roots as [SunkSpan, SunkSpan, SunkSpan];
  const byName = (root: SunkSpan, name: string) => childrenOf(spans, root).filter((span) => span.name === name);
  const took = (root: SunkSpan, name: string) => byName(root, name).map(({ startMs, endMs }) => Math.round(endMs - startMs));

  await t.step("the stages of an answered turn are there, in order, with what each took", () => {
    assert.deepEqual(childrenOf(spans, whole).map(({ name }) => name), [
      "vad_silence",
      "asr_final",
      "endpoint_wait",
      "llm_ttft",
      "first_sentence",
      "tts_ttfb",
      "tts",
      "first_frame",
      "playout",
      "tts",
      "persist",
    ]);
    assert.deepEqual(took(whole, "asr_final"), [150]);
    assert.deepEqual(took(whole, "llm_ttft"), [300]);
    assert.deepEqual(took(whole, "tts_ttfb"), [200]);
    assert.deepEqual(byName(whole, "tts").map(({ attributes }) => [attributes["xz.sentence"], attributes["xz.ttfb_ms"]]), [[0, 200], [
      1,
      200,
    ]]);
    for (const { startMs, endMs } of childrenOf(spans, whole)) assert.ok(startMs >= whole.startMs && endMs <= whole.endMs);
    const waited = childrenOf(spans, whole).reduce((sum, { attributes }) => sum + Number(attributes["xz.response_ms"] ?? 0), 0);
    assert.equal(waited, whole.attributes["xz.response_ms"]);
  });

  await t.step("stages say who did them and what is done, in the words of the conventions", () => {
    const work = (name: string) => {
      const { attributes } = byName(whole, name)[0] ?? assert.fail(name);
      return [attributes["xz.stage"], attributes["gen_ai.operation.name"], attributes["gen_ai.provider.name"]];
    };
    assert.deepEqual(work("asr_final"), ["asr_final", "speech_to_text", "embedded"]);
    assert.deepEqual(work("llm_ttft"), ["llm_ttft", "chat", "openai"]);
    assert.deepEqual(work("tts"), ["tts", "text_to_speech", "http"]);
    assert.deepEqual(work("playout"), ["playout", undefined, undefined]);
  });

  await t.step("an interrupted turn says how much was heard", () => {
    const heardMs = Number(interrupted.attributes["xz.heard_ms"]);
    assert.ok(heardMs > 0 && heardMs < Number(whole.attributes["xz.heard_ms"]));
    assert.equal(interrupted.error, undefined);
    assert.equal(byName(interrupted, "playout").length, 1);
  });

  await t.step("a failed turn has the status of an error, with its code and not its words", () => {
    assert.equal(failed.error, failed.attributes["error.type"]);
    assert.match(String(failed.error), /^[a-z_]+$/);
    assert.deepEqual(took(failed, "asr_final"), [150]);
    assert.deepEqual(byName(failed, "llm_ttft"), [], "there was no answer of which the first word could be waited for");
    assert.ok(byName(failed, "tts").length > 0, "the apology");
  });

  await t.step("neither what was said nor the device's id is anywhere in what was exported", () => {
    assert.ok(sink.raw.length > 0);
    for (const body of sink.raw) {
      for (const said of SAID) assert.ok(!body.includes(String(said)), `"${said}" was exported`);
      assert.ok(!body.toLowerCase().includes(DEVICE) && !body.includes(DEVICE.replaceAll(":", "")), "the device's id was exported");
      assert.ok(!/token|pii/.test(body));
    }
    assert.equal(new Set(roots.map(({ attributes }) => attributes["xz.device"])).size, 1);
    assert.match(String(whole.attributes["xz.device"]), /^[0-9a-f]{16}$/);
  });
});

Deno.test("what was said is traced on request, under names with pii alone", async () => {
  await using sink = startOtlpSink();
  const spans = await converse(sink, "--content");
  const [whole] = spans;
  assert.equal(whole?.attributes["xz.pii.user_text"], QUESTION);
  assert.equal(whole.attributes["xz.pii.reply_text"], ANSWER.join(""));
  for (const { name, attributes, error = "" } of spans) {
    for (const [key, value] of [["name", name], ["error", error], ...Object.entries(attributes)] as const) {
      if (!/\.pii\./.test(key)) assert.ok(SAID.every((said) => !String(value).includes(String(said))), `${name} ${key}`);
    }
  }
  assert.ok(sink.raw.every((body) => !body.includes(DEVICE)));
});

Deno.test("without OpenTelemetry a turn is traced into nothing", () => {
  const providers = { recognize: "embedded", chat: "embedded", synthesize: "embedded" };
  const tracer = createTurnTracer({ version: "test", providers, content: true, key: new Uint8Array(32) });
  tracer.trace({ turn: turn(1), syntheses: [] });
});

Deno.test("a device has one name in the traces of a data directory, and others elsewhere", () => {
  const [key, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  assert.equal(deviceHash(DEVICE, key), deviceHash(DEVICE, key));
  assert.notEqual(deviceHash(DEVICE, key), deviceHash(DEVICE, other));
  assert.notEqual(deviceHash(DEVICE, key), deviceHash("aa:bb:cc:dd:ee:43", key));
});
