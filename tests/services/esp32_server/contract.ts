/**
 * What every ESP32 server must do. Each implementation is run through this.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { ChatEvent, ChatRequest, Esp32Server } from "../../../services/esp32_server/stages.ts";
import { needs } from "../../support/programs.ts";
import { rms, samplesOf, silence, spoken } from "./support.ts";

/** A server under test. */
export interface ServerUnderTest extends AsyncDisposable {
  readonly server: Esp32Server;
}

/** JSGF grammar of what the suite says. */
export const GRAMMAR = `#JSGF V1.0;
grammar commands;
public <command> = hello | good morning | turn on the light | turn off the light | open the door | set the volume to seven;
`;

/** Longest wait for a call to end after its abort, in milliseconds: far below any time limit, far above a busy machine's pause. */
const PROMPT_MS = 2000;

const flite = needs("flite");
const espeak = needs("espeak-ng");
const pocketsphinx = needs("pocketsphinx_continuous");

/** Registers the tests of one implementation. `open` gets the path of a file with {@link GRAMMAR}. */
export function testEsp32Server(name: string, open: (grammar: string) => Promise<ServerUnderTest>): void {
  const test = (behaviour: string, body: (server: Esp32Server) => Promise<void>, ignore = false) =>
    Deno.test({
      name: `${name} ${behaviour}`,
      ignore,
      fn: async () => {
        const grammar = await Deno.makeTempFile({ suffix: ".jsgf" });
        try {
          await Deno.writeTextFile(grammar, GRAMMAR);
          await using made = await open(grammar);
          await body(made.server);
        } finally {
          await Deno.remove(grammar);
        }
      },
    });
  const signal = () => new AbortController().signal;

  test("recognises a spoken command", async (server) => {
    const utterance = await spoken(flite.path, "set the volume to seven");
    const { text } = await server.recognize(utterance, { signal: signal(), language: "en" });
    assert.equal(text, "set the volume to seven");
  }, flite.ignore || pocketsphinx.ignore);

  test("finds no words in silence", async (server) => {
    const { text } = await server.recognize(await silence(), { signal: signal(), language: "en" });
    assert.equal(text, "");
  }, pocketsphinx.ignore);

  test("tells speech from silence", async (server) => {
    assert.equal(await server.detectSpeech(await spoken(flite.path, "open the door"), { signal: signal() }), true);
    assert.equal(await server.detectSpeech(await silence(), { signal: signal() }), false);
  }, flite.ignore);

  test("streams a chat answer", async (server) => {
    const events = await Array.fromAsync(server.chat(asking("what is two plus three"), { signal: signal() }));
    assert.equal(textOf(events), "That makes 5.");
  });

  test("answers in the language of the question", async (server) => {
    const events = await Array.fromAsync(server.chat(asking("三加五等于几"), { signal: signal() }));
    assert.equal(textOf(events), "等于8。");
  });

  test("answers the last of several messages", async (server) => {
    const request = asking("thank you");
    const messages = [{ role: "user", content: "hello" }, { role: "assistant", content: "Hello!" }, ...request.messages] as const;
    assert.equal(textOf(await Array.fromAsync(server.chat({ ...request, messages }, { signal: signal() }))), "You are welcome.");
  });

  for (
    const [language, text] of [["en", "Good morning, everyone."], ["zh", "大家早上好。"], ["en", "--help"], [
      "en",
      "- \"'$(id)`id`;",
    ]] as const
  ) {
    test(`speaks ${JSON.stringify(text)} so that it can be heard`, async (server) => {
      const audio = await server.synthesize({ text, language }, { signal: signal() });
      assert.equal(audio.kind, "pcm");
      const samples = await samplesOf(audio);
      const seconds = samples.length / (audio.kind === "pcm" ? audio.sampleRate : 1);
      assert.ok(seconds > 0.1 && seconds < 20, `${seconds} s`);
      if (/\p{L}{3}/u.test(text)) assert.ok(rms(samples) > 300, `rms ${rms(samples)}`);
    }, espeak.ignore);
  }

  test("ends recognition at once on abort", async (server) => {
    const utterance = await spoken(flite.path, "turn on the light");
    await endsOnAbort((signal) => server.recognize(utterance, { signal, language: "en" }), 30);
  }, flite.ignore || pocketsphinx.ignore);

  test("ends synthesis at once on abort", async (server) => {
    const text = "This sentence goes on and on. ".repeat(130);
    await endsOnAbort(async (signal) => await samplesOf(await server.synthesize({ text, language: "en" }, { signal })), 5);
  }, espeak.ignore);

  test("refuses every call whose signal has aborted already", async (server) => {
    const reason = new Error("Enough");
    const signal = AbortSignal.abort(reason);
    const utterance = await silence();
    const is = (error: unknown) => error === reason;
    await assert.rejects(server.detectSpeech(utterance, { signal }), is);
    await assert.rejects(server.recognize(utterance, { signal, language: "en" }), is);
    await assert.rejects(Array.fromAsync(server.chat(asking("hello"), { signal })), is);
    await assert.rejects(server.synthesize({ text: "Hello", language: "en" }, { signal }), is);
    await assert.rejects(server.recentHistory(0, { signal }), is);
  });

  test("can be left in the middle of an answer and of a sentence", async (server) => {
    for await (const _event of server.chat(asking("who are you"), { signal: signal() })) break;
    const audio = await server.synthesize({ text: "One two three four five six seven.", language: "en" }, { signal: signal() });
    if (audio.kind === "pcm") { for await (const _chunk of audio.chunks) break; }
  }, espeak.ignore);

  test("serves two callers at once, each its own", async (server) => {
    const ask = async (text: string) => textOf(await Array.fromAsync(server.chat(asking(text), { signal: signal() })));
    const answers = await Promise.all(["one plus one", "two plus two", "three plus three"].map(ask));
    assert.deepEqual(answers, ["That makes 2.", "That makes 4.", "That makes 6."]);
  });

  test("says how each stage is", async (server) => {
    const health = await server.health({ signal: signal() });
    assert.deepEqual(health.map(({ stage }) => stage), ["detect", "recognize", "chat", "synthesize"]);
    assert.ok(health.every(({ status, provider }) => status !== "fail" && provider !== ""));
  });
}

/** A request with one question. */
export function asking(text: string): ChatRequest {
  return { messages: [{ role: "user", content: text }], tools: [], sessionId: "s1", deviceId: "d1", language: "en" };
}

/** The text of an answer. */
export function textOf(events: readonly ChatEvent[]): string {
  return events.map((event) => event.type === "text" ? event.text : "").join("");
}

async function endsOnAbort(call: (signal: AbortSignal) => Promise<unknown>, afterMs: number): Promise<void> {
  const controller = new AbortController();
  const reason = new Error("Enough");
  const work = call(controller.signal);
  const timer = setTimeout(() => controller.abort(reason), afterMs);
  const late = Promise.withResolvers<never>();
  const guard = setTimeout(() => late.reject(new Error(`Call went on ${PROMPT_MS} ms after its abort`)), afterMs + PROMPT_MS);
  try {
    await assert.rejects(Promise.race([work, late.promise]), (error) => error === reason);
  } finally {
    clearTimeout(timer);
    clearTimeout(guard);
  }
}
