import assert from "node:assert/strict";
import { createEsp32Server } from "../../services/esp32_server/mod.ts";
import { StrictBench } from "../actors/device/strict_bench.ts";
import { allOpenAi, openAiOptions } from "../services/esp32_server/openai/support.ts";
import { machineDeps, optionsWith, serve } from "../services/esp32_server/support.ts";
import { captureLogger } from "../support/capture_logger.ts";
import { fakeClips } from "../support/fake_clips.ts";
import { broken, bytesOf, ends, type OpenAiScript, openAiServer, refuses, says, stream, tone } from "../support/openai_server.ts";
import { PacedClock } from "../support/paced_clock.ts";

/** What a first choice does, and what the person hears where another provider could stand in. */
interface Case {
  readonly name: string;
  /** The first choice, a server of the OpenAI API. */
  readonly first: Partial<OpenAiScript>;
  readonly heard: RegExp;
  readonly outcome: "completed" | "failed";
  /** Paths at the stand-in, in the order of the calls. */
  readonly asked: readonly string[];
}

const L16 = "audio/L16;rate=24000";
const SENTENCE = bytesOf([`data: ${JSON.stringify(says("One is here. And "))}\n\n`]);
const sound = () => new Response(tone(12_000), { headers: { "content-type": L16 } });
const answer = () => stream([says("One is here. Two is here."), ends("stop")]);

/** The first sound is good, later ones are as `then` says. */
function afterOne(then: () => Response): () => Response {
  let calls = 0;
  return () => calls++ === 0 ? sound() : then();
}

const CASES: readonly Case[] = [
  {
    name: "a chat that fails before its first word is answered by the stand-in, once",
    first: { chat: () => refuses(500, "Out of memory"), speak: sound },
    heard: /^From the stand-in\.$/,
    outcome: "completed",
    asked: ["/api/chat"],
  },
  {
    name: "a chat that fails after its first sentence is not begun again by the stand-in",
    first: { chat: () => broken(SENTENCE, "text/event-stream"), speak: sound },
    heard: /^One is here\.$/,
    outcome: "failed",
    asked: [],
  },
  {
    name: "a voice that fails in the middle of a sentence does not begin it again by the stand-in",
    first: { chat: answer, speak: () => broken([tone(12_000)], L16) },
    heard: /^One/,
    outcome: "failed",
    asked: [],
  },
  {
    name: "a voice that fails before the second sentence leaves it to the stand-in, and the first is not said again",
    first: { chat: answer, speak: afterOne(() => refuses(500, "Out of memory")) },
    heard: /^One is here\. Two is here\.$/,
    outcome: "completed",
    asked: ["/api/tts"],
  },
];

for (const { name, first, heard, outcome, asked } of CASES) {
  Deno.test(name, async () => {
    const paths: string[] = [];
    await using openai = openAiServer(first);
    await using standIn = serve((request) => {
      const { pathname } = new URL(request.url);
      paths.push(pathname);
      return pathname === "/api/tts" ? sound() : Response.json({ text: "From the stand-in." });
    });
    using log = captureLogger();
    const clock = new PacedClock();
    const base = optionsWith();
    const options = allOpenAi(openAiOptions(openai.baseUrl), {
      baseUrl: standIn.baseUrl,
      chat: { provider: "openai", fallback: ["http"] },
      synthesize: { ...base.synthesize, provider: "openai", fallback: ["http"] },
    });
    await using server = await createEsp32Server(options, { ...machineDeps(), clock, logger: log.logger });
    await using bench = new StrictBench({ clock, deps: { server, clips: fakeClips() }, patienceMs: 30_000 });
    await bench.say();
    await bench.until("a turn in the history", () => bench.turns.length > 0);
    await bench.rest();
    const [turn] = bench.turns;
    assert.equal(turn?.outcome, outcome, `${turn?.error?.message}`);
    assert.match(turn?.heardText ?? "", heard);
    assert.deepEqual(paths, asked);
    const shown = bench.device.transcript.filter(({ text }) => text?.includes("sentence_start")).map(({ text }) => text);
    assert.ok(shown.length > 0, bench.tail());
    assert.equal(new Set(shown).size, shown.length, "a sentence was said twice");
    bench.check();
  });
}
