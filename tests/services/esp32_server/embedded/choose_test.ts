import assert from "node:assert/strict";
import { encodeWav } from "../../../../audio/wav.ts";
import type { Files } from "../../../../services/esp32_server/embedded/files.ts";
import type { Programs } from "../../../../services/esp32_server/embedded/programs.ts";
import type { RecognizerModel, SherpaBinding, SynthesizerModel } from "../../../../services/esp32_server/embedded/sherpa/binding.ts";
import { loadSherpa } from "../../../../services/esp32_server/embedded/sherpa/node_binding.ts";
import { createEsp32Server, type Esp32ServerOptions } from "../../../../services/esp32_server/mod.ts";
import { tempDir } from "../../../support/temp_dir.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";
import { machineDeps, optionsWith, samplesOf, silence, utteranceOf } from "../support.ts";

const signal = new AbortController().signal;

interface Ran {
  readonly path: string;
  readonly args: readonly string[];
  readonly stdin: string;
}

/** Programs of a machine that has only these, each answering with fixed output. */
function machineWith(outputs: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): Programs & { readonly ran: Ran[] } {
  const ran: Ran[] = [];
  return {
    ran,
    find: (name) => Promise.resolve(outputs[name] === undefined ? undefined : `/usr/bin/${name}`),
    run: (path, args, options) => {
      ran.push({ path, args, stdin: new TextDecoder().decode(options.stdin) });
      return Promise.resolve(outputs[path.split("/").at(-1) ?? ""] ?? new Uint8Array());
    },
  };
}

function filesWith(folders: Readonly<Record<string, readonly string[]>>): Files {
  return {
    list: (folder) => Promise.resolve(folders[folder] && new Map(folders[folder].map((name) => [name, /data$/.test(name) ? -1 : 1000]))),
    size: () => Promise.resolve(undefined),
    read: (path) => Promise.resolve(/tokens\.txt$/.test(path) ? new TextEncoder().encode("<unk> 0\n") : wav),
    remove: () => Promise.resolve(),
  };
}

const wav = encodeWav({ sampleRate: 22050, samples: new Int16Array(4410).fill(1000) });
const deps = { ...machineDeps(), files: filesWith({}) };
const recognize = (changes: Partial<Esp32ServerOptions["recognize"]>) =>
  optionsWith({ recognize: { ...optionsWith().recognize, ...changes } });
const synthesize = (changes: Partial<Esp32ServerOptions["synthesize"]>) =>
  optionsWith({ synthesize: { ...optionsWith().synthesize, ...changes } });

Deno.test("A machine without programs says what it heard and beeps, and says how to get better", async () => {
  await using server = await createEsp32Server(optionsWith(), { ...deps, programs: machineWith({}) });
  const utterance = await utteranceOf(new Int16Array(28_800));
  assert.deepEqual(await server.recognize(utterance, { signal, language: "en" }), { text: "(1.8 s of speech)" });
  const short = await samplesOf(await server.synthesize({ text: "One two", language: "en" }, { signal }));
  const long = await samplesOf(await server.synthesize({ text: "One two three four, 你好", language: "en" }, { signal }));
  assert.equal(long.length, short.length * 3);
  const [recognition = "", , speech = ""] = server.describe();
  assert.match(recognition, /^Recognition: none, .*install pocketsphinx.*esp32Server\.recognize\.modelDir/);
  assert.match(speech, /^Speech: tone, beeps instead of speech.*install espeak-ng/);
  const health = await server.health({ signal });
  assert.deepEqual(health.map(({ status }) => status), ["pass", "warn", "pass", "warn"]);
});

Deno.test("An old pocketsphinx gets sound by pipe and a new one is asked for JSON", async () => {
  const utterance = await silence();
  const old = machineWith({ pocketsphinx_continuous: new TextEncoder().encode("open the door\n") });
  const first = await createEsp32Server(optionsWith(), { ...deps, programs: old });
  assert.equal((await first.recognize(utterance, { signal, language: "en" })).text, "open the door");
  assert.deepEqual(old.ran[0]?.args, ["-infile", "/dev/stdin", "-logfn", "/dev/null"]);
  const five = machineWith({ pocketsphinx: new TextEncoder().encode('{"b":0.0,"d":1.2,"p":1.0,"t":"open the door","w":[]}\n') });
  const second = await createEsp32Server(optionsWith(), { ...deps, programs: five });
  assert.equal((await second.recognize(utterance, { signal, language: "en" })).text, "open the door");
});

Deno.test("The first voice installed is taken, the one configured before it", async () => {
  const programs = machineWith({ "espeak-ng": wav, flite: wav });
  for (const [program, path] of [["", "/usr/bin/espeak-ng"], ["flite", "/usr/bin/flite"]] as const) {
    const server = await createEsp32Server(synthesize({ program }), { ...deps, programs });
    const audio = await server.synthesize({ text: "Hi", language: "en" }, { signal });
    assert.equal((await samplesOf(audio)).length, 4410);
    assert.equal(programs.ran.at(-1)?.path, path);
  }
});

Deno.test("Voices and text that could name a file or an option reach no program as such", async () => {
  const programs = machineWith({ flite: wav, "espeak-ng": wav });
  const flite = await createEsp32Server(synthesize({ program: "flite" }), { ...deps, programs });
  await flite.synthesize({ text: "--help\u0000\nme", language: "en", voice: "http://evil/voice.flitevox" }, { signal });
  assert.deepEqual(programs.ran.at(-1)?.args, ["-voice", "slt", "-t", "--help me", "-o", "/dev/stdout"]);
  const espeak = await createEsp32Server(optionsWith(), { ...deps, programs });
  await espeak.synthesize({ text: "你好", language: "en", voice: "zh-CN-XiaoxiaoNeural" }, { signal });
  assert.deepEqual(programs.ran.at(-1), {
    path: "/usr/bin/espeak-ng",
    args: ["--stdin", "--stdout", "-b", "1", "-v", "cmn-latn-pinyin"],
    stdin: "你好\n",
  });
});

Deno.test("A program that hangs is given up after the time allowed", async () => {
  const clock = new VirtualClock();
  const programs: Programs = {
    find: (name) => Promise.resolve(name),
    run: (_path, _args, options) =>
      new Promise((_, reject) => options.signal.addEventListener("abort", () => reject(options.signal.reason))),
  };
  const server = await createEsp32Server(optionsWith(), { ...deps, clock, programs });
  const work = assert.rejects(server.recognize(await silence(), { signal, language: "en" }), { code: "asr_timeout", retryable: true });
  await clock.advance(15_000);
  await work;
  const speech = assert.rejects(server.synthesize({ text: "Hi", language: "en" }, { signal }), { code: "tts_timeout" });
  await clock.advance(10_000);
  await speech;
  assert.equal(clock.armed, 0);
});

Deno.test("A program that writes no sound is a fault of the stage", async () => {
  const programs = machineWith({ "espeak-ng": new TextEncoder().encode("usage: espeak-ng") });
  const server = await createEsp32Server(optionsWith(), { ...deps, programs });
  await assert.rejects(server.synthesize({ text: "Hi", language: "en" }, { signal }), { code: "tts_bad_audio", stage: "synthesize" });
});

Deno.test("A text that is far too long is refused", async () => {
  const server = await createEsp32Server(optionsWith(), { ...deps, programs: machineWith({ "espeak-ng": wav }) });
  await assert.rejects(server.synthesize({ text: "a".repeat(5000), language: "en" }, { signal }), { code: "tts_too_large" });
});

Deno.test("Each kind of model is told by its files", async () => {
  const kinds = {
    "/m/sense-voice": [["model.int8.onnx", "model.onnx", "tokens.txt"], "senseVoice", "model.int8.onnx"],
    "/m/paraformer-zh": [["model.int8.onnx", "tokens.txt"], "paraformer", "model.int8.onnx"],
    "/m/zipformer": [
      ["encoder-epoch-12.onnx", "decoder-epoch-12.onnx", "joiner-epoch-12.onnx", "tokens.txt"],
      "transducer",
      "encoder-epoch-12.onnx",
    ],
    "/m/whisper": [
      ["tiny.en-encoder.int8.onnx", "tiny.en-decoder.int8.onnx", "tiny.en-tokens.txt"],
      "whisper",
      "tiny.en-encoder.int8.onnx",
    ],
  } as const;
  for (const [modelDir, [names, kind, file]] of Object.entries(kinds)) {
    const asked: RecognizerModel[] = [];
    const sherpa = fakeSherpa({ recognizer: (model) => void asked.push(model) });
    const server = await createEsp32Server(recognize({ modelDir }), {
      ...deps,
      programs: machineWith({}),
      files: filesWith({ [modelDir]: names }),
      sherpa,
    });
    assert.deepEqual(Object.keys(asked[0]?.model ?? {}), [kind]);
    assert.ok(Object.values(asked[0]?.model[kind] ?? {}).includes(`${modelDir}/${file}`));
    assert.deepEqual(await server.recognize(await silence(), { signal, language: "zh" }), { text: "你好", language: "zh" });
  }
});

Deno.test("A speech model streams what it makes and stops when it is left", async () => {
  const files = filesWith({
    "/m/kokoro": ["model.onnx", "voices.bin", "tokens.txt", "espeak-ng-data", "lexicon-us-en.txt", "lexicon-zh.txt"],
  });
  const asked: SynthesizerModel[] = [];
  let made = 0;
  const sherpa = fakeSherpa({ synthesizer: (model) => void asked.push(model), piece: () => void made++ });
  const server = await createEsp32Server(synthesize({ modelDir: "/m/kokoro", voice: "3" }), {
    ...deps,
    programs: machineWith({}),
    files,
    sherpa,
  });
  assert.deepEqual(asked[0]?.model["kokoro"]?.["lexicon"], "/m/kokoro/lexicon-us-en.txt,/m/kokoro/lexicon-zh.txt");
  const audio = await server.synthesize({ text: "Hi", language: "en" }, { signal });
  assert.ok(audio.kind === "pcm" && audio.sampleRate === 24000);
  for await (const chunk of audio.chunks) {
    assert.equal(chunk[0], 16384);
    break;
  }
  const before = made;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(made <= before + 1, `${made - before} pieces were made after the caller had left`);
});

Deno.test("A model folder that is missing or empty is said, and the next best is used", async () => {
  for (
    const [folders, says] of [[{}, /does not exist/], [{ "/m": [] }, /has nothing; a tokens\.txt is needed/], [
      { "/m": ["tokens.txt"] },
      /a model\.onnx/,
    ]] as const
  ) {
    const sherpa = () => Promise.reject(new Error("must not be loaded"));
    const programs = machineWith({ pocketsphinx_continuous: new Uint8Array() });
    const server = await createEsp32Server(recognize({ modelDir: "/m" }), { ...deps, programs, files: filesWith(folders), sherpa });
    const [line = ""] = server.describe();
    assert.match(line, /^Recognition: pocketsphinx/);
    assert.match(line, says);
    const health = await server.health({ signal });
    assert.equal(health.find(({ stage }) => stage === "recognize")?.status, "warn");
  }
});

Deno.test({
  name: "A damaged model file is said and does not end the process",
  ignore: await loadSherpa().then(() => false, () => true),
  fn: async () => {
    await using dir = tempDir();
    await Deno.writeTextFile(dir.join("model.int8.onnx"), "this is no model");
    await Deno.writeTextFile(dir.join("tokens.txt"), "a 0\n");
    const { files: _, ...real } = deps;
    const both = { ...recognize({ modelDir: dir.path }), synthesize: synthesize({ modelDir: dir.path }).synthesize };
    const server = await createEsp32Server(both, { ...real, programs: machineWith({}) });
    const [recognition = "", , speech = ""] = server.describe();
    assert.match(recognition, /recognize\.modelDir is not used: .+/);
    assert.match(speech, /synthesize\.modelDir is not used: .+/);
  },
});

function fakeSherpa(hooks: {
  readonly recognizer?: (model: RecognizerModel) => void;
  readonly synthesizer?: (model: SynthesizerModel) => void;
  readonly piece?: () => void;
}): () => Promise<SherpaBinding> {
  return () =>
    Promise.resolve({
      recognizer: (model) => {
        hooks.recognizer?.(model);
        return Promise.resolve({ recognize: () => Promise.resolve({ text: " 你好 ", language: "<|zh|>" }) });
      },
      synthesizer: (model) => {
        hooks.synthesizer?.(model);
        return Promise.resolve({
          sampleRate: 24000,
          voices: 10,
          async generate(_text, voice, onSamples) {
            assert.equal(voice, 3);
            do {
              hooks.piece?.();
              await new Promise((resolve) => setTimeout(resolve, 5));
            } while (onSamples(new Float32Array(10).fill(0.5)));
          },
        });
      },
    });
}
