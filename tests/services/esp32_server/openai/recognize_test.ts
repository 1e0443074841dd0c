import assert from "node:assert/strict";
import { readOggOpus } from "../../../../audio/ogg/mod.ts";
import { decodeWav } from "../../../../audio/wav.ts";
import { endless, openAiServer } from "../../../support/openai_server.ts";
import { utteranceOf } from "../support.ts";
import { CALLS, client, failure, never } from "./support.ts";

const second = () => utteranceOf(Int16Array.from({ length: 16_000 }, (_, i) => (i % 100) * 100));

Deno.test("OpenAI recognition uploads WAV with a name and a type", async () => {
  await using running = openAiServer();
  const utterance = await second();
  const server = await client(running.baseUrl, { recognize: { extraBody: { temperature: 0, prompt: "lights", model: "other" } } });
  assert.deepEqual(await server.recognize(utterance, { signal: never, language: "zh-CN" }), { text: "hello" });
  const { form } = running.seen[0]!;
  const file = form.get("file") as File;
  assert.deepEqual([file.name, file.type], ["utterance.wav", "audio/wav"]);
  const wav = decodeWav(new Uint8Array(await file.arrayBuffer()));
  assert.deepEqual([wav.sampleRate, wav.samples], [16_000, utterance.pcm()]);
  form.delete("file");
  assert.deepEqual(Object.fromEntries(form), {
    model: "m",
    language: "zh",
    response_format: "json",
    temperature: "0",
    prompt: "lights",
  });
});

Deno.test("OpenAI recognition uploads the device's own packets where Ogg is configured", async () => {
  await using running = openAiServer();
  const utterance = await second();
  const server = await client(running.baseUrl, { options: { audioFormat: "ogg" } });
  await server.recognize(utterance, { signal: never, language: "auto" });
  const { form } = running.seen[0]!;
  const file = form.get("file") as File;
  assert.deepEqual([file.name, file.type, form.get("language")], ["utterance.ogg", "audio/ogg", null]);
  const { packets } = await readOggOpus(new Uint8Array(await file.arrayBuffer()));
  assert.deepEqual(await Array.fromAsync(packets), utterance.packets);
});

Deno.test("OpenAI recognition takes plain text, and no words for no words", async () => {
  for (const [body, text] of [["Turn it on.\n", "Turn it on."], ["", ""], ["  \n", ""], ["[BLANK_AUDIO]", ""]] as const) {
    await using running = openAiServer({ transcribe: () => new Response(body, { headers: { "content-type": "text/plain" } }) });
    assert.deepEqual(await CALLS.asr(await client(running.baseUrl), never), { text });
  }
});

Deno.test("OpenAI recognition does not ask what less than a tenth of a second says", async () => {
  await using running = openAiServer();
  const server = await client(running.baseUrl);
  for (const samples of [0, 1599]) {
    assert.deepEqual(await server.recognize(await utteranceOf(new Int16Array(samples)), { signal: never, language: "en" }), { text: "" });
  }
  assert.equal(running.seen.length, 0);
});

Deno.test("OpenAI recognition refuses broken JSON, and stops reading what has no end", async () => {
  const cases = [
    [() => new Response('{"text": "tur', { headers: { "content-type": "application/json" } }), "asr_bad_answer"],
    [() => endless(new Uint8Array(1 << 16).fill(0x20), "application/json"), "asr_too_large"],
  ] as const;
  for (const [transcribe, code] of cases) {
    await using running = openAiServer({ transcribe });
    assert.equal((await failure(CALLS.asr(await client(running.baseUrl), never))).code, code);
  }
});
