import assert from "node:assert/strict";
import { StageError } from "../../../../services/esp32_server/errors.ts";
import { resilient } from "../../../../services/esp32_server/resilience/mod.ts";
import { captureLogger } from "../../../support/capture_logger.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";
import { build, chatting, hearing, question, TIMEOUT_MS, UTTERANCE } from "./scripted.ts";

const DOWN = new StageError("recognize", "unavailable", "Nobody answers");
const NEVER = new AbortController().signal;
const OPTIONS = { signal: NEVER, language: "en" };

Deno.test("recognition goes to the next provider when the first fails or is too slow", async () => {
  const clock = new VirtualClock();
  const first = hearing(clock, "first", [DOWN], [Infinity]);
  const { server, served } = build({ clock, recognize: [first, hearing(clock, "second", [10_000, "hello"])] });
  for (const wait of [10_000, 18_250]) {
    const heard = server.recognize(UTTERANCE, OPTIONS);
    await clock.advance(wait);
    assert.deepEqual(await heard, { text: "hello" });
  }
  assert.deepEqual([served(), clock.armed], [["second", "second"], 0]);
});

Deno.test("no words is an answer", async () => {
  const clock = new VirtualClock();
  const second = hearing(clock, "second", ["hello"]);
  const { server } = build({ clock, recognize: [hearing(clock, "first", [""]), second] });
  assert.deepEqual(await server.recognize(UTTERANCE, OPTIONS), { text: "" });
  assert.equal(second.calls, 0);
});

Deno.test("without a detector every utterance goes on to recognition, but not after an abort", async () => {
  const { server } = build({ clock: new VirtualClock() });
  assert.equal(await server.detectSpeech(UTTERANCE, { signal: NEVER }), true);
  const reason = new Error("Enough");
  await assert.rejects(server.detectSpeech(UTTERANCE, { signal: AbortSignal.abort(reason) }), (error) => error === reason);
});

Deno.test("a stage without a provider is refused when the server is made", () => {
  const clock = new VirtualClock();
  assert.throws(() => build({ clock, chat: [] }), { code: "no_provider" });
});

Deno.test("a breaker of one stage says nothing about another stage of the same provider", async () => {
  const clock = new VirtualClock();
  const { server } = build({
    clock,
    recognize: [hearing(clock, "far", [DOWN])],
    chat: [chatting(clock, "far", ["Hi."])],
    breaker: { consecutiveFailures: 1 },
  });
  await assert.rejects(server.recognize(UTTERANCE, OPTIONS));
  assert.equal((await Array.fromAsync(server.chat(question(), { signal: NEVER }))).length, 1);
  assert.deepEqual(server.health().map(({ stage, status }) => [stage, status]), [
    ["recognize", "fail"],
    ["chat", "pass"],
    ["synthesize", "pass"],
  ]);
});

Deno.test("a tentative call that fails is counted and told of when it is made in earnest, and only then", async () => {
  const clock = new VirtualClock();
  const { server, events } = build({
    clock,
    recognize: [hearing(clock, "far", [DOWN])],
    chat: [chatting(clock, "far", [DOWN])],
    breaker: { consecutiveFailures: 2 },
  });
  const failures = () => events.filter(({ type }) => type === "failed").length;
  const tentative = () => true;
  await assert.rejects(server.recognize(UTTERANCE, { ...OPTIONS, tentative }), DOWN);
  await assert.rejects(Array.fromAsync(server.chat(question(), { signal: NEVER, tentative })), DOWN);
  assert.equal(failures(), 0);
  await assert.rejects(server.recognize(UTTERANCE, OPTIONS), DOWN);
  await assert.rejects(Array.fromAsync(server.chat(question(), { signal: NEVER })), DOWN);
  assert.equal(failures(), 2);
  assert.deepEqual(server.health().map(({ status }) => status), ["pass", "pass", "pass"]);
});

Deno.test("a tentative call that a stand-in answers is not made again, so that the failure before it counts", async () => {
  const clock = new VirtualClock();
  const { server, events } = build({ clock, recognize: [hearing(clock, "first", [DOWN]), hearing(clock, "second", ["hello"])] });
  assert.deepEqual(await server.recognize(UTTERANCE, { ...OPTIONS, tentative: () => true }), { text: "hello" });
  assert.deepEqual(events.filter(({ type }) => type === "failed").map(({ provider }) => provider), ["first"]);
});

Deno.test("the log says who fails and who serves instead, and nothing that may have been said", async () => {
  using log = captureLogger();
  const clock = new VirtualClock();
  const { server } = build({
    clock,
    logger: log.logger,
    recognize: [hearing(clock, "far", [DOWN], [new Error("the secret words")], ["hello"]), hearing(clock, "near", ["hello"])],
  });
  for (let n = 0; n < 4; n++) await server.recognize(UTTERANCE, OPTIONS);
  assert.deepEqual(log.messages(), [
    "Provider far of the recognize stage failed: Nobody answers (asr_unavailable)",
    "Provider near serves the recognize stage now",
    "Provider far of the recognize stage failed: unexpected Error",
    "Provider far serves the recognize stage now",
  ]);
});

Deno.test("a resilient server may stand behind another", async () => {
  using log = captureLogger();
  const clock = new VirtualClock();
  const inner = build({ clock, chat: [chatting(clock, "inner", [DOWN])], breaker: { consecutiveFailures: 1 } });
  const outer = resilient({
    detect: [],
    recognize: [{ name: "inner", stage: inner.server }],
    chat: [{ name: "inner", stage: inner.server }, chatting(clock, "outer", ["Hi."])],
    synthesize: [{ name: "inner", stage: inner.server }],
  }, {
    clock,
    random: { next: () => 0, bytes: (length) => new Uint8Array(length), uuid: () => "" },
    logger: log.logger,
    timeoutMs: TIMEOUT_MS,
  });
  for (let n = 0; n < 5; n++) assert.equal((await Array.fromAsync(outer.chat(question(), { signal: NEVER }))).length, 1);
  assert.equal(outer.health().find(({ stage }) => stage === "chat")?.status, "pass");
});

Deno.test("after an abort a provider has a moment to let go, and one that is deaf is not waited for longer", async () => {
  const clock = new VirtualClock();
  const controller = new AbortController();
  const { server } = build({ clock, recognize: [hearing(clock, "deaf", [Infinity])] });
  let over = false;
  const heard = server.recognize(UTTERANCE, { signal: controller.signal, language: "en" }).catch((error) => (over = true, error));
  const reason = new Error("Barge-in");
  controller.abort(reason);
  await clock.advance(199);
  assert.equal(over, false);
  await clock.advance(1);
  assert.deepEqual([await heard, clock.armed], [reason, 0]);
});

Deno.test("a provider that keeps the same time limit itself is heard about it in its own words", async () => {
  const clock = new VirtualClock();
  const own = new StageError("recognize", "timeout", "The model is still loading");
  const { server } = build({ clock, recognize: [hearing(clock, "only", [TIMEOUT_MS.recognize, own])] });
  const heard = assert.rejects(server.recognize(UTTERANCE, OPTIONS), (error) => error === own);
  await clock.advance(TIMEOUT_MS.recognize);
  await heard;
});
