import assert from "node:assert/strict";
import { phrase } from "../../../actors/device/phrases.ts";
import { readOggOpus } from "../../../audio/ogg/mod.ts";
import { loadOpus } from "../../../audio/opus/libopus.ts";
import { createFrameEncoder } from "../../../audio/opus/worker_encoder.ts";
import { packetDurationMs, readToc } from "../../../audio/toc.ts";
import { loadClips } from "../../../services/clips/clips.ts";
import { CLIP_LANGUAGES, CLIP_NAMES, parseManifest } from "../../../services/clips/manifest.ts";
import { CLIP_TEXTS, makeClips } from "../../../tools/clips.ts";
import { needs } from "../../support/programs.ts";
import { tempDir } from "../../support/temp_dir.ts";

const FOLDER = "assets/clips";
const espeak = needs("espeak-ng");

const manifest = parseManifest(await Deno.readTextFile(`${FOLDER}/manifest.json`));

/** Largest clip in bytes: 6 s at 16 kbit/s and the container; more would not be a short sentence. */
const MAX_BYTES = 13_000;

for (const { name, language, file, text, durationMs } of manifest.clips) {
  Deno.test(`clip ${file} is a small Ogg Opus of 60 ms packets that lasts as long as the list says and can be heard`, async () => {
    const bytes = await Deno.readFile(`${FOLDER}/${file}`);
    assert.ok(bytes.length > 1000 && bytes.length < MAX_BYTES, `${bytes.length} bytes`);
    const { head, packets } = await readOggOpus(bytes);
    assert.deepEqual([head.channels, head.inputSampleRate], [1, 24_000]);
    const all = await Array.fromAsync(packets);
    assert.ok(all.every((packet) => packetDurationMs(packet) === 60 && readToc(packet)?.stereo === false));
    assert.equal(all.length * 60, durationMs);
    assert.equal(text, CLIP_TEXTS[name][language]);
    using decoder = await (await loadOpus()).decoder(24_000);
    const loud = all.map((packet) => Math.sqrt(decoder.decode(packet).reduce((sum, x) => sum + x * x, 0) / 1440)).filter((rms) =>
      rms > 300
    );
    assert.ok(loud.length > all.length / 2, `${loud.length} of ${all.length} packets`);
  });
}

Deno.test("each clip is there in each language, and the folder holds nothing else", () => {
  const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();
  assert.deepEqual(files, ["README.md", "manifest.json", ...manifest.clips.map(({ file }) => file)].sort());
  assert.equal(manifest.clips.length, CLIP_NAMES.length * CLIP_LANGUAGES.length);
});

Deno.test("the spoken apology says what the shown one says", async () => {
  const clips = loadClips();
  for (const language of CLIP_LANGUAGES) assert.equal((await clips.get("apology", language)).text, phrase("apology", language));
});

Deno.test("clips go out to a usual device as they are, without a worker", async () => {
  await using encoder = createFrameEncoder({ workers: 1, complexity: 0, bitrate: 24_000 });
  const clip = await loadClips().get("moment", "en");
  for (let time = 0; time < 2; time++) {
    const { signal } = new AbortController();
    assert.deepEqual(await Array.fromAsync(encoder.encode(clip.audio(), { sampleRate: 24_000, frameMs: 60 }, { signal })), clip.packets);
  }
  assert.equal(encoder.workers, 0);
});

Deno.test("files are read when a clip is asked for, once", async () => {
  const read: string[] = [];
  const clips = loadClips({ readFile: (path) => (read.push(path.href.split("/").at(-1)!), Deno.readFile(path)) });
  assert.deepEqual(read, []);
  const [one, two] = await Promise.all([clips.get("apology", "zh"), clips.get("apology", "zh")]);
  assert.equal(one, two);
  await clips.get("moment", "zh");
  assert.deepEqual(read, ["manifest.json", "apology.zh.ogg", "moment.zh.ogg"]);
});

Deno.test("a missing, damaged or unlisted file is an error that says which, and the next call tries again", async () => {
  let broken: Uint8Array | undefined = new Uint8Array(10);
  const clips = loadClips({
    readFile: (path) => path.href.endsWith("apology.en.ogg") && broken !== undefined ? Promise.resolve(broken) : Deno.readFile(path),
  });
  await assert.rejects(clips.get("apology", "en"), { code: "clips_unusable", message: /apology\.en\.ogg/ });
  broken = undefined;
  assert.ok((await clips.get("apology", "en")).packets.length > 10);
  const missing = loadClips({ readFile: () => Promise.reject(new Deno.errors.NotFound("No such file")) });
  await assert.rejects(missing.get("moment", "en"), { code: "clips_unusable", message: /manifest\.json.*No such file/ });
  for (
    const text of [
      "{",
      "{}",
      '{"clips":[]}',
      '{"clips":[{"name":"apology","language":"en","file":"../../etc/x.ogg","text":"a","durationMs":1}]}',
    ]
  ) {
    assert.throws(() => parseManifest(text), { code: "clips_unusable" });
  }
});

Deno.test({
  name: "the tool makes the clips of the list",
  ignore: espeak.ignore,
  fn: async () => {
    await using folder = tempDir();
    const made = await makeClips({ folder: folder.path, espeak: espeak.path });
    assert.deepEqual(made.clips.map(({ file, text }) => [file, text]), manifest.clips.map(({ file, text }) => [file, text]));
    assert.deepEqual(parseManifest(await Deno.readTextFile(folder.join("manifest.json"))), made);
    for (const { file, durationMs } of made.clips) {
      const packets = await Array.fromAsync((await readOggOpus(await Deno.readFile(folder.join(file)))).packets);
      assert.equal(packets.length * 60, durationMs);
    }
  },
});

Deno.test("without espeak-ng the tool says what to install", async () => {
  await using folder = tempDir();
  const without = { folder: folder.path, espeak: folder.join("nothing") };
  await assert.rejects(makeClips(without), { code: "espeak_failed", message: /apt-get install espeak-ng/ });
});
