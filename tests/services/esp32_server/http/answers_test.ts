import assert from "node:assert/strict";
import { VirtualClock } from "../../../support/virtual_clock.ts";
import { asking, textOf } from "../contract.ts";
import { samplesOf, serve } from "../support.ts";
import { CALLS, client, failure, KEY, never } from "./clients.ts";

Deno.test("HTTP chat gives what came before the stream was cut, then says so", async () => {
  await using bad = serve(() => events(['data: {"text": "One. "}\n\n', 'data: {"text": "Tw']));
  const seen: string[] = [];
  const work = async () => {
    for await (const event of (await client(bad.baseUrl)).chat(asking("count"), { signal: never })) seen.push(JSON.stringify(event));
  };
  const error = await failure(work());
  assert.equal(error.code, "chat_cut_off");
  assert.deepEqual(seen, ['{"type":"text","text":"One. "}']);
});

Deno.test("HTTP chat notices a connection that breaks within the stream", async () => {
  await using bad = serve(() =>
    new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode('data: {"text": "One. "}\n\n'));
          await new Promise((resolve) => setTimeout(resolve, 20));
          controller.error(new Error("Cable cut"));
        },
      }),
      { headers: { "content-type": "text/event-stream" } },
    )
  );
  const error = await failure(CALLS["chat"]!(await client(bad.baseUrl), never));
  assert.equal(error.code, "chat_unavailable");
});

Deno.test("HTTP chat gives up on a stream that stands still", async () => {
  const cancelled = Promise.withResolvers<void>();
  await using bad = serve(() =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('data: {"text": "One."}\n\n')),
        cancel: () => cancelled.resolve(),
      }),
      { headers: { "content-type": "text/event-stream" } },
    )
  );
  const clock = new VirtualClock();
  const iterator = (await client(bad.baseUrl, {}, clock)).chat(asking("count"), { signal: never })[Symbol.asyncIterator]();
  assert.deepEqual((await iterator.next()).value, { type: "text", text: "One." });
  // A consumer that takes its time is no reason to give up.
  await clock.advance(60_000);
  const work = failure(iterator.next());
  await clock.advance(10_000);
  assert.equal((await work).code, "chat_timeout");
  await cancelled.promise;
});

Deno.test("HTTP chat tells what a server sends as an error in its stream", async () => {
  await using bad = serve(() => events(['event: error\ndata: {"detail": "Out of memory"}\n\n']));
  const error = await failure(CALLS["chat"]!(await client(bad.baseUrl), never));
  assert.equal(error.code, "chat_unavailable");
  assert.match(error.message, /Out of memory/);
});

Deno.test("HTTP chat takes the JSON of servers that ignore stream, raw text pieces, and streams without an end mark", async () => {
  const answers = [
    () => Response.json({ text: "Hello." }),
    () => events(["data: Hel\n\n", "data: lo.\n\n"]),
    () => events([': hi\r\n\r\nid: 1\r\ndata: {"text": "Hel', 'lo."}\r\n\r\ndata: [DONE]\r\n\r\ndata: {"text": "no"}\r\n\r\n']),
  ];
  for (const answer of answers) {
    await using running = serve(answer);
    assert.equal(textOf(await Array.fromAsync((await client(running.baseUrl)).chat(asking("hi"), { signal: never }))), "Hello.");
  }
});

Deno.test("HTTP chat sends messages, and folds them into message only when told to", async () => {
  const bodies: { message: string; messages: unknown[]; stream: boolean }[] = [];
  await using running = serve(async (request) => {
    bodies.push(await request.json());
    assert.equal(request.headers.get("authorization"), `Bearer ${KEY}`);
    return Response.json({ text: "Yes." });
  });
  const request = asking("And mine?");
  const messages = [
    { role: "system", content: "Be kind." },
    { role: "user", content: "My name is Ann." },
    { role: "assistant", content: "Hello Ann." },
    ...request.messages,
  ] as const;
  for (const foldContext of [false, true]) {
    await Array.fromAsync((await client(running.baseUrl, { foldContext })).chat({ ...request, messages }, { signal: never }));
  }
  assert.deepEqual(bodies.map(({ message }) => message), [
    "And mine?",
    "Be kind.\n\nUser: My name is Ann.\nAssistant: Hello Ann.\n\nUser: And mine?",
  ]);
  assert.deepEqual(bodies[0]?.messages, messages);
  assert.equal(bodies[0]?.stream, true);
});

Deno.test("HTTP tts puts samples together from pieces of odd length", async () => {
  const samples = Int16Array.from({ length: 500 }, (_, i) => i * 60 - 15000);
  const bytes = new Uint8Array(samples.buffer);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.slice(i * 7, i * 7 + 7));
  const swapped = Uint8Array.from(bytes, (_, i) => bytes[i ^ 1] ?? 0);
  const cases = [
    ["audio/L16;rate=24000", pieces],
    ["audio/l16; channels=1; rate=24000", [bytes]],
    ["audio/L16;rate=24000;endianness=big-endian", [swapped]],
  ] as const;
  for (const [type, body] of cases) {
    await using running = serve(() => new Response(ReadableStream.from(body), { headers: { "content-type": type } }));
    const audio = await (await client(running.baseUrl)).synthesize({ text: "Hi", language: "en" }, { signal: never });
    assert.equal(audio.kind === "pcm" && audio.sampleRate, 24000);
    assert.deepEqual(await samplesOf(audio), samples);
  }
});

Deno.test("HTTP tts refuses raw sound without a rate, and no sound at all", async () => {
  for (
    const [type, body] of [["audio/L16", "abcd"], ["audio/wav", ""], ["audio/wav", "no wav at all"], [
      "audio/ogg",
      "OggSjunkjunkjunk",
    ]] as const
  ) {
    await using running = serve(() => new Response(body, { headers: { "content-type": type } }));
    assert.equal((await failure(CALLS["tts"]!(await client(running.baseUrl), never))).code, "tts_bad_audio");
  }
});

function events(frames: readonly string[]): Response {
  const bytes = frames.map((frame) => new TextEncoder().encode(frame));
  return new Response(ReadableStream.from(bytes), { headers: { "content-type": "text/event-stream" } });
}
