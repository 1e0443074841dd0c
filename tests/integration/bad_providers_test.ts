import assert from "node:assert/strict";
import { encodeWav } from "../../audio/wav.ts";
import { createEsp32Server, type Esp32ServerOptions } from "../../services/esp32_server/mod.ts";
import { StrictBench } from "../actors/device/strict_bench.ts";
import { allOpenAi, openAiOptions } from "../services/esp32_server/openai/support.ts";
import { machineDeps, optionsWith, serve } from "../services/esp32_server/support.ts";
import { captureLogger } from "../support/capture_logger.ts";
import { CLIP_TEXTS, fakeClips } from "../support/fake_clips.ts";
import { freePort } from "../support/free_port.ts";
import { broken, bytesOf, endless, ends, openAiServer, says, stream, tone } from "../support/openai_server.ts";
import { PacedClock } from "../support/paced_clock.ts";

type Stage = "recognize" | "chat" | "synthesize";
type Provider = "openai" | "http";

/** What a bad provider does, and what comes of it. */
interface Case {
  readonly what: string;
  /** Absent where nobody listens. */
  readonly answer?: () => Response | Promise<Response>;
  /** Error code of the turn and of the log line, of one provider or of both. */
  readonly code: string | Readonly<Record<Provider, string>>;
  /** What the device hears: the apology unless told otherwise. */
  readonly hears?: RegExp;
}

/** Virtual milliseconds: long for this machine, short for the test. */
const timeoutMs = {
  detect: 3000,
  recognize: 3000,
  chatFirstToken: 3000,
  chatIdle: 3000,
  synthesizeFirstAudio: 3000,
  synthesizeIdle: 3000,
};

const EVENTS = "text/event-stream";
const L16 = "audio/L16;rate=24000";

const answers = (body: BodyInit, type: string, status = 200) => () => new Response(body, { status, headers: { "content-type": type } });
const hangs = () => new Promise<never>(() => {});

/** What every stage may suffer from. */
function usual(prefix: string): readonly Case[] {
  return [
    { what: "refuses", code: `${prefix}_unavailable` },
    { what: "hangs", answer: hangs, code: `${prefix}_timeout` },
    { what: "answers 429", answer: answers("", "text/plain", 429), code: `${prefix}_busy` },
    { what: "answers 500", answer: answers("Out of memory", "text/plain", 500), code: `${prefix}_unavailable` },
  ];
}

const HELLO = bytesOf([`data: ${JSON.stringify({ ...Object(says("Well, I ")), text: "Well, I " })}\n\n`]);
const FIRST = bytesOf([`data: ${JSON.stringify({ ...Object(says("One is here. And ")), text: "One is here. And " })}\n\n`]);

const CASES: Readonly<Record<Stage, readonly Case[]>> = {
  recognize: [
    ...usual("asr"),
    { what: "sends no JSON", answer: answers("{oops", "application/json"), code: "asr_bad_answer" },
    { what: "never ends", answer: () => endless(new Uint8Array(65_536).fill(32), "application/json"), code: "asr_too_large" },
    { what: "closes in the middle", answer: () => broken(bytesOf(['{"te']), "application/json"), code: "asr_unavailable" },
  ],
  chat: [
    ...usual("chat"),
    { what: "sends no JSON", answer: answers("data: {oops\n\n", EVENTS), code: "chat_bad_answer" },
    { what: "never says anything", answer: () => endless(bytesOf([": still here\n\n"])[0]!, EVENTS), code: "chat_timeout" },
    { what: "closes in its first sentence", answer: () => broken(HELLO, EVENTS), code: "chat_unavailable" },
    { what: "closes in its second sentence", answer: () => broken(FIRST, EVENTS), code: "chat_unavailable", hears: /^One is here\.$/ },
  ],
  synthesize: [
    ...usual("tts"),
    { what: "sends no sound", answer: answers("{oops", "application/json"), code: { openai: "tts_bad_answer", http: "tts_bad_audio" } },
    { what: "sends silence", answer: answers(new Uint8Array(24_000), L16), code: "tts_bad_audio" },
    { what: "sends silence without end", answer: () => endless(new Uint8Array(24_000), L16), code: "tts_bad_audio" },
    { what: "never ends", answer: () => endless(tone(24_000), L16), code: "tts_bad_audio", hears: /^Hello/ },
    { what: "stays silent", answer: () => new Response(new ReadableStream(), { headers: { "content-type": L16 } }), code: "tts_timeout" },
    { what: "states a rate that no speech has", answer: answers(wavOf(400), "audio/wav"), code: "tts_bad_audio" },
    { what: "closes in the middle", answer: () => broken([tone(12_000)], L16), code: "tts_unavailable", hears: /^Hello/ },
  ],
};

/** Half a second of sound as a file of this rate. */
function wavOf(sampleRate: number): Uint8Array<ArrayBuffer> {
  return encodeWav({ sampleRate, samples: new Int16Array(tone(12_000).buffer) });
}

/** Options in which `stage` is done by the server at `bad`, and the others by the one at `good`. */
function optionsFor(stage: Stage, provider: Provider, good: string, bad: string): Esp32ServerOptions {
  const base = optionsWith();
  const openai = openAiOptions(good, provider === "openai" ? { [stage]: { baseUrl: `${bad}/v1` } } : {});
  const options = allOpenAi(openai, { baseUrl: bad, timeoutMs });
  return provider === "openai" ? options : { ...options, [stage]: { ...base[stage], provider } };
}

/** A good answer of the stage, in the words of the provider. */
function good(stage: Stage, provider: Provider): Response {
  if (stage === "recognize") return Response.json({ text: "hello" });
  if (stage === "synthesize") return answers(tone(12_000), L16)();
  return provider === "openai" ? stream([says("Hello."), ends("stop")]) : Response.json({ text: "Hello." });
}

async function suffer(stage: Stage, provider: Provider, { answer, code, hears }: Case): Promise<void> {
  const over = Promise.withResolvers<Response>();
  let bad = answer;
  await using rest = openAiServer({ speak: () => new Response(tone(12_000)) });
  await using running = serve(() => bad === undefined ? good(stage, provider) : Promise.race([bad(), over.promise]));
  using log = captureLogger();
  const clock = new PacedClock();
  // An address of this machine on which no neighbouring test listens, whatever port it gets.
  const url = answer === undefined ? `http://127.77.0.1:${freePort()}` : running.baseUrl;
  await using server = await createEsp32Server(optionsFor(stage, provider, rest.baseUrl, url), {
    ...machineDeps(),
    clock,
    logger: log.logger,
  });
  // What fails before the endpoint is asked for again: each stage is asked once here, so that it fails once.
  const settings = { features: { deviceMcp: true, voiceBargeIn: true, speculation: false } };
  await using bench = new StrictBench({ clock, settings, deps: { server, clips: fakeClips() }, patienceMs: 30_000 });

  await bench.say();
  await bench.until("a turn in the history", () => bench.turns.length > 0);
  await bench.rest();
  over.resolve(new Response(null, { status: 503 }));

  const expected = typeof code === "string" ? code : code[provider];
  const [turn] = bench.turns;
  assert.deepEqual([turn?.outcome, turn?.error?.code], ["failed", expected], `${turn?.error?.message}`);
  assert.match(turn?.heardText ?? "", hears ?? new RegExp(`^${CLIP_TEXTS.apology.en}$`));
  assert.ok((turn?.heardMs ?? 0) > 0);
  const lines = log.records.filter(({ level }) => level === "warning" || level === "error");
  assert.deepEqual(
    lines.map(({ properties }) => [properties.stage, properties.provider, properties.code]),
    [[stage, provider, expected]],
    log.messages().join("\n"),
  );
  assert.deepEqual(bench.talk.log.messages("error"), []);
  assert.equal(bench.talk.log.messages("warning").filter((line) => line.includes("turn failed")).length, 1);
  assert.equal(bench.serverState, "listening");
  if (answer !== undefined) {
    bad = undefined;
    await bench.turn();
  }
  assert.deepEqual(bench.device.violations, [], bench.tail());
}

for (const stage of ["recognize", "chat", "synthesize"] as const) {
  for (const provider of ["openai", "http"] as const) {
    Deno.test(`${stage} by ${provider}: whatever the provider does, the person hears of it, the turn is kept, and the next one works`, async (t) => {
      // Side by side, because each mostly waits.
      const steps = CASES[stage].map((one) =>
        t.step({
          name: one.what,
          fn: () => suffer(stage, provider, one),
          sanitizeOps: false,
          sanitizeResources: false,
          sanitizeExit: false,
        })
      );
      await Promise.all(steps);
    });
  }
}
