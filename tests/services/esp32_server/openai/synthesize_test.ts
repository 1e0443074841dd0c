import assert from "node:assert/strict";
import { writeOggOpus } from "../../../../audio/ogg/mod.ts";
import { encodeWav } from "../../../../audio/wav.ts";
import type { SpeechAudio } from "../../../../audio/types.ts";
import { broken, bytesOf, endless, openAiServer, stuck, tone } from "../../../support/openai_server.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";
import { samplesOf, utteranceOf } from "../support.ts";
import { CALLS, client, failure, never, type OpenAiChanges } from "./support.ts";

type Synthesize = NonNullable<OpenAiChanges["synthesize"]>;

const TONE = tone(2400);
const SAMPLES = new Int16Array(TONE.buffer);
const WAV = encodeWav({ sampleRate: 22_050, samples: SAMPLES });
const { packets: PACKETS } = await utteranceOf(new Int16Array(tone(16_000).buffer));
const OGG = writeOggOpus({ packets: PACKETS, inputSampleRate: 16_000 });

const typed = (body: BodyInit, type: string) => () => new Response(body, { headers: { "content-type": type } });
const inPieces = (bytes: Uint8Array, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size));

/** All of the sound that an answer gives. */
async function speech(speak: () => Response, synthesize: Synthesize = {}): Promise<SpeechAudio> {
  await using running = openAiServer({ speak });
  const server = await client(running.baseUrl, { synthesize });
  const audio = await server.synthesize({ text: "Hi", language: "en" }, { signal: never });
  if (audio.kind === "opus") return { ...audio, packets: ReadableStream.from(await Array.fromAsync(audio.packets)) };
  return { ...audio, chunks: ReadableStream.from(await Array.fromAsync(audio.chunks)) };
}

Deno.test("OpenAI synthesis asks for pcm, by default without a voice", async () => {
  await using running = openAiServer();
  await CALLS.tts(await client(running.baseUrl), never);
  running.script.speak = typed(WAV, "audio/wav");
  await CALLS.tts(
    await client(running.baseUrl, { synthesize: { voice: "af_sky", format: "wav", extraBody: { speed: 1.2, input: "x" } } }),
    never,
  );
  assert.deepEqual(running.seen.map(({ body }) => body), [
    { model: "m", input: "Hello", response_format: "pcm" },
    { model: "m", input: "Hello", response_format: "wav", voice: "af_sky", speed: 1.2 },
  ]);
});

Deno.test("OpenAI synthesis lets a request's voice win", async () => {
  await using running = openAiServer();
  const server = await client(running.baseUrl, { synthesize: { voice: "af_sky" } });
  await samplesOf(await server.synthesize({ text: "Hi", language: "en", voice: "bf_emma" }, { signal: never }));
  assert.equal(running.seen[0]?.body["voice"], "bf_emma");
});

const PCM_CASES: readonly (readonly [string, () => Response, number])[] = [
  ["raw samples at the configured rate", typed(TONE, "audio/pcm"), 16_000],
  ["raw samples of no type", () => new Response(TONE), 16_000],
  ["raw samples that are called MP3", typed(TONE, "audio/mpeg"), 16_000],
  ["raw samples in odd pieces", () => new Response(ReadableStream.from(inPieces(TONE, 7))), 16_000],
  ["raw samples byte by byte", () => new Response(ReadableStream.from(inPieces(TONE.slice(0, 200), 1))), 16_000],
  ["a rate in the type", typed(TONE, "audio/L16; rate=44100; channels=1"), 44_100],
  ["a rate in the type that is none", typed(TONE, "audio/pcm;rate=0"), 16_000],
  ["WAV in place of raw samples, at its own rate", typed(WAV, "audio/wav"), 22_050],
  [
    "WAV that is called raw, in odd pieces",
    () => new Response(ReadableStream.from(inPieces(WAV, 3)), { headers: { "content-type": "audio/pcm" } }),
    22_050,
  ],
];

for (const [what, speak, rate] of PCM_CASES) {
  Deno.test(`OpenAI synthesis takes ${what}`, async () => {
    const audio = await speech(speak, { pcmRate: 16_000 });
    assert.equal(audio.kind === "pcm" && audio.sampleRate, rate);
    const samples = await samplesOf(audio);
    assert.deepEqual(samples, SAMPLES.slice(0, samples.length));
    assert.ok(samples.length === SAMPLES.length || samples.length === 100);
  });
}

Deno.test("OpenAI synthesis drops half a sample at the end", async () => {
  assert.equal((await samplesOf(await speech(() => new Response(TONE.slice(0, 2001))))).length, 1000);
});

for (
  const [type, format] of [["audio/ogg", "opus"], ["audio/opus", "opus"], ["audio/pcm", "pcm"], [
    "application/octet-stream",
    "pcm",
  ]] as const
) {
  Deno.test(`OpenAI synthesis unwraps Ogg Opus of type ${type} where ${format} was asked for`, async () => {
    const audio = await speech(() => new Response(ReadableStream.from(inPieces(OGG, 101)), { headers: { "content-type": type } }), {
      format,
    });
    assert.equal(audio.kind, "opus");
    assert.deepEqual(audio.kind === "opus" && await Array.fromAsync(audio.packets), PACKETS);
  });
}

const silentWav = encodeWav({ sampleRate: 24_000, samples: new Int16Array(2400) });
const silentOgg = writeOggOpus({ packets: Array.from({ length: 9 }, () => Uint8Array.of(0x58)), inputSampleRate: 16_000 });
const BADLY: readonly (readonly [string, () => Response, string, Synthesize?])[] = [
  ["nothing", () => new Response(""), "tts_bad_audio"],
  ["half a sample", () => new Response(Uint8Array.of(7)), "tts_bad_audio"],
  ["a WAV without samples", typed(WAV.slice(0, 44), "audio/wav"), "tts_bad_audio"],
  ["silent samples", () => new Response(new Uint8Array(4800)), "tts_bad_audio"],
  ["a silent WAV", typed(silentWav, "audio/wav"), "tts_bad_audio"],
  ["silent Opus", typed(silentOgg, "audio/ogg"), "tts_bad_audio"],
  ["a WAV whose head is damaged", typed("RIFFxxxxWAVEfmt nonsense and more nonsense", "audio/wav"), "tts_bad_audio"],
  ["Ogg that is none", typed("OggSjunkjunkjunkjunkjunkjunk", "audio/ogg"), "tts_bad_audio"],
  ["MP3 with a tag", typed("ID3\x03 and so on and on and on", "audio/pcm"), "tts_bad_audio"],
  ["MP3", typed(Uint8Array.of(0xff, 0xfb, 0x90, 0x44, ...new Uint8Array(40)), "audio/mpeg"), "tts_bad_audio"],
  ["FLAC", typed("fLaC and so on and on and on", ""), "tts_bad_audio"],
  ["raw samples where WAV was asked for", typed(TONE, "audio/wav"), "tts_bad_audio", { format: "wav" }],
  ["an error in JSON that is called sound", typed('{"error": {"message": "No voice"}}', "audio/pcm"), "tts_bad_answer"],
  ["plain text", typed("Voice not found", "text/plain"), "tts_bad_answer"],
  ["sound without end", () => endless(new Uint8Array(1 << 20).fill(1), "audio/pcm"), "tts_bad_audio"],
  ["a connection that breaks mid-sentence", () => broken([TONE], "audio/pcm"), "tts_unavailable"],
  ["Ogg that breaks off", () => new Response(OGG.slice(0, OGG.length - 10)), "tts_bad_audio"],
];

for (const [what, speak, code, synthesize = {}] of BADLY) {
  Deno.test(`OpenAI synthesis refuses ${what}`, async () => {
    await using running = openAiServer({ speak });
    const error = await failure(CALLS.tts(await client(running.baseUrl, { synthesize }), never));
    assert.equal(error.code, code, error.message);
  });
}

Deno.test("OpenAI synthesis lets a text without words be silent", async () => {
  await using running = openAiServer({ speak: () => new Response(new Uint8Array(480)) });
  const server = await client(running.baseUrl);
  assert.equal((await samplesOf(await server.synthesize({ text: "…!", language: "en" }, { signal: never }))).length, 240);
});

Deno.test("OpenAI synthesis hands the first sound on before the last is there, and gives up where it stands still", async () => {
  const left = Promise.withResolvers<void>();
  await using running = openAiServer({ speak: () => stuck([TONE], "audio/pcm", left.resolve) });
  const clock = new VirtualClock();
  const audio = await (await client(running.baseUrl, { clock })).synthesize({ text: "Hi", language: "en" }, { signal: never });
  assert.ok(audio.kind === "pcm");
  const iterator = audio.chunks[Symbol.asyncIterator]();
  assert.deepEqual((await iterator.next()).value, SAMPLES);
  await clock.advance(60_000);
  const work = failure(iterator.next());
  await clock.advance(10_000);
  assert.equal((await work).code, "tts_timeout");
  await left.promise;
  assert.equal(clock.armed, 0);
});

Deno.test("OpenAI synthesis gives up on a server that sends a head and no sound", async () => {
  const asked = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  await using running = openAiServer({
    speak: () => {
      asked.resolve();
      return stuck(bytesOf(["R"]), "audio/pcm", left.resolve);
    },
  });
  const clock = new VirtualClock();
  const work = failure(CALLS.tts(await client(running.baseUrl, { clock }), never));
  await asked.promise;
  await new Promise((resolve) => setTimeout(resolve, 100));
  await clock.advance(10_000);
  assert.equal((await work).code, "tts_timeout");
  await left.promise;
});

Deno.test("OpenAI synthesis closes the connection when its sound is aborted or left", async () => {
  for (const how of ["aborted", "left"] as const) {
    const left = Promise.withResolvers<void>();
    await using running = openAiServer({ speak: () => stuck([TONE], "audio/pcm", left.resolve) });
    const controller = new AbortController();
    const reason = new Error("Enough");
    const audio = await (await client(running.baseUrl)).synthesize({ text: "Hi", language: "en" }, { signal: controller.signal });
    assert.ok(audio.kind === "pcm");
    const iterator = audio.chunks[Symbol.asyncIterator]();
    await iterator.next();
    const next = how === "aborted" ? assert.rejects(iterator.next(), (error) => error === reason) : iterator.return?.();
    if (how === "aborted") controller.abort(reason);
    await next;
    await left.promise;
  }
});
