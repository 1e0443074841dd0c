/**
 * End of speech to first frame, by who does the stages and what their speech comes as, and what a device that is spoken to costs:
 * `deno task bench -- latency [--quick]`.
 *
 * @module
 */

import { loadOpus } from "../audio/opus/libopus.ts";
import { startChild } from "./support/child.ts";
import { CpuWatch } from "./support/cpu.ts";
import type { FleetOrder } from "./support/fleet_messages.ts";
import { outcomeOf, runFleet } from "./support/fleet_run.ts";
import { benchDir, program } from "./support/paths.ts";
import { printMethod, printTable, quick } from "./support/report.ts";
import { type BenchServer, startServer } from "./support/server.ts";
import { packQuestion, question, sentence, sentenceOgg } from "./support/speech.ts";
import type { StageControl, StageLatencies, StageLateness, StageOrder } from "./support/stage_server.ts";
import { fixed, percent, quantile, spread } from "./support/stats.ts";

const LATENCIES: StageLatencies = { asr: 80, chat: 120, tts: 100 };
const STAGES_MS = LATENCIES.asr + LATENCIES.chat + LATENCIES.tts;
/** The silence that ends an utterance: the default of audio.vad.silenceMs. */
const SILENCE_MS = 500;
const LEAD_FRAMES = 2;
/** Half of them push-to-talk. */
const TURNS = quick ? 4 : 10;
/** A turn with its question and answer takes about half of this; embedded programs of a busy machine more. */
const TURN_MS = 9000;
const SENTENCE_MS = 1980;
/** What most synthesis services send. */
const TTS_FRAME_MS = 20;
const SPEAKING = quick ? 10 : 20;
/** Sentences while CPU time is measured: some seconds in which all devices are spoken to. */
const SENTENCES = quick ? 2 : 4;
const IDLE_MS = 1500;
const SETTLE_MS = quick ? 500 : 2000;

const METHOD = `
Method
- The server (main.ts, defaults, Silero VAD), one device, and the stages' server are processes of their own on one machine, over loopback. The
  device asks "what time is it now" ${TURNS} times, after one turn to warm up, a new question when the answer is over: every other time
  push-to-talk, else it is heard that the person has finished.
- button: from listen stop to the first frame. by ear: from the end of the sound; in it are ${SILENCE_MS} ms of silence that end an utterance, packets
  of 60 ms and windows of the VAD of 32 ms. added: the same less the latencies of the stages (${LATENCIES.asr} + ${LATENCIES.chat} + ${LATENCIES.tts} ms) and less that silence.
- embedded: recognition, assistant and synthesis of the server itself, with what is installed here (pocketsphinx, flite or espeak-ng); its
  stages take what they take, so that nothing can be said about "added". http: the stages by the HTTP contract, openai: by the OpenAI API,
  both with those fixed latencies, one sentence of ${SENTENCE_MS} ms, whole, as 24 kHz PCM, which the server encodes (transcoded), or as Ogg Opus in
  packets of ${TTS_FRAME_MS} ms, which it regroups to 60 ms (repacketized).
- stages late: by how much the stages' answers came later than their latency; it is in what is added, three times over in each turn.
`;

const CPU_METHOD = `
Method
- ${SPEAKING} devices are answered with ${SENTENCES} x ${SENTENCE_MS} ms, all within 1 s; CPU time that the kernel reports for the server from the last first frame to the first
  last one, less what it uses without devices, per device; ms a second. main: the thread of the event loop; the rest is the encoder's worker
  and V8's threads. It holds reading the answer of the stage, encoding or regrouping, pacing, sending, recorder and history.
`;

interface Source {
  readonly name: string;
  readonly format: StageControl["format"];
  readonly complexity: number;
  readonly env: Readonly<Record<string, string>>;
  /** Whether the stages have fixed latencies. */
  readonly known: boolean;
}

interface Rig {
  readonly dir: string;
  readonly stageUrl: string;
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function providers(who: string): Record<string, string> {
  return Object.fromEntries(["RECOGNIZE", "CHAT", "SYNTHESIZE"].map((stage) => [`XIAOZHI_ESP32_SERVER_${stage}_PROVIDER`, who]));
}

function sources(stageUrl: string): Source[] {
  const openai = (format: string) => ({
    ...providers("openai"),
    XIAOZHI_ESP32_SERVER_OPENAI_BASE_URL: `${stageUrl}/v1`,
    XIAOZHI_ESP32_SERVER_OPENAI_SYNTHESIZE_FORMAT: format,
    ...Object.fromEntries(["RECOGNIZE", "CHAT", "SYNTHESIZE"].map((stage) => [`XIAOZHI_ESP32_SERVER_OPENAI_${stage}_MODEL`, "fixed"])),
  });
  return [
    { name: "embedded", format: "pcm", complexity: 5, env: providers("embedded"), known: false },
    { name: "http, PCM transcoded", format: "pcm", complexity: 5, env: {}, known: true },
    { name: "http, Opus repacketized", format: "opus", complexity: 5, env: {}, known: true },
    { name: "openai, PCM transcoded", format: "pcm", complexity: 5, env: openai("pcm"), known: true },
    { name: "openai, Opus repacketized", format: "opus", complexity: 5, env: openai("opus"), known: true },
  ];
}

async function control({ stageUrl }: Rig, format: StageControl["format"], sentences: number): Promise<readonly number[]> {
  const body = JSON.stringify({ format, sentences, text: "What time is it now" } satisfies StageControl);
  const response = await fetch(`${stageUrl}/control`, { method: "POST", body });
  return (await response.json() as StageLateness).lateMs;
}

function order({ dir }: Rig, server: BenchServer, given: Partial<FleetOrder>): FleetOrder {
  const turns = given.turns ?? 1;
  return {
    mode: "talk",
    url: server.deviceUrl,
    devices: 1,
    turns,
    spreadMs: 0,
    sound: "dtx",
    lastMs: turns * TURN_MS + 10_000,
    questionFile: `${dir}/question.json`,
    ...given,
  };
}

async function start(rig: Rig, { complexity, env }: Source): Promise<BenchServer> {
  const dataDir = `${rig.dir}/server-${crypto.randomUUID()}`;
  return await startServer({ stageUrl: rig.stageUrl, complexity, vad: "silero", dataDir, env });
}

/** Says what a server complained about, so that no figure of a broken turn passes for one of a good one. */
function tell(source: Source, { complaints }: BenchServer): void {
  const [first] = complaints;
  if (first !== undefined) {
    printMethod(`${source.name}: the server complained`, `${complaints.length} lines, the first: ${first.slice(0, 400)}`);
  }
}

async function latencyRow(rig: Rig, source: Source): Promise<string[]> {
  await using server = await start(rig, source);
  await control(rig, source.format, 1);
  const conversation = { cycleMs: 0, buttonEvery: 2, abortEvery: 0, abortWithinMs: 1 };
  await runFleet(order(rig, server, { conversation }));
  await control(rig, source.format, 1);
  const { devices } = await runFleet(order(rig, server, { turns: TURNS, conversation }));
  const late = await control(rig, source.format, 1);
  tell(source, server);
  const turns = devices.flat().filter(({ frames }) => frames.length > 0);
  const responses = (button: boolean) =>
    turns.filter((turn) => turn.button === button).map(({ askedAt, frames }) => (frames[0] ?? NaN) - askedAt);
  const [pressed, heard] = [responses(true), responses(false)];
  const added = (values: readonly number[], more: number) => source.known ? fixed(quantile(values, 0.5) - STAGES_MS - more, 1) : "-";
  return [
    source.name,
    `${turns.length} of ${TURNS}`,
    ...spread(pressed, 0).filter((_, index) => index % 3 === 0),
    added(pressed, 0),
    ...spread(heard, 0).filter((_, index) => index % 3 === 0),
    added(heard, SILENCE_MS),
    source.known ? fixed(quantile(late, 0.5), 1) : "-",
  ];
}

async function cpuRow(rig: Rig, source: Source): Promise<string[]> {
  await using server = await start(rig, source);
  await using cpu = new CpuWatch(server.pid);
  await control(rig, source.format, 1);
  await runFleet(order(rig, server, { devices: 4, spreadMs: 200 }));
  await wait(SETTLE_MS);
  const from = performance.timeOrigin + performance.now();
  await wait(IDLE_MS);
  const idle = cpu.between(from, from + IDLE_MS);
  await control(rig, source.format, SENTENCES);
  const sent = order(rig, server, { devices: SPEAKING, spreadMs: 1000, lastMs: 40_000 });
  const outcome = outcomeOf(await runFleet(sent), sent, LEAD_FRAMES);
  tell(source, server);
  const use = cpu.between(outcome.from, outcome.to);
  const each = (share: number) => outcome.to > outcome.from ? fixed(1000 * share / SPEAKING, 2) : "-";
  return [
    source.name,
    each(use.all - idle.all),
    each(use.main - idle.main),
    percent(use.machine, 1),
    `${outcome.brokenTurns} of ${outcome.turns}`,
    String(outcome.unfinished),
  ];
}

if (import.meta.main) {
  await using dir = await benchDir();
  const opus = await loadOpus();
  const [pcmFile, oggFile] = [`${dir.path}/sentence.pcm`, `${dir.path}/sentence.ogg`];
  await Deno.writeFile(pcmFile, new Uint8Array((await sentence(SENTENCE_MS, 24_000)).buffer));
  await Deno.writeFile(oggFile, await sentenceOgg(SENTENCE_MS, opus, TTS_FRAME_MS));
  await Deno.writeTextFile(`${dir.path}/question.json`, JSON.stringify(packQuestion(await question(opus))));
  const stageOrder: StageOrder = { latencies: LATENCIES, pcmFile, oggFile };
  await using stages = startChild(program("stage_server"), [JSON.stringify(stageOrder)], { permissions: "bench" });
  const { port } = await stages.answer<{ port: number }>();
  const rig: Rig = { dir: dir.path, stageUrl: `http://127.0.0.1:${port}` };
  const all = sources(rig.stageUrl);
  const rows: string[][] = [];
  for (const source of all) rows.push(await latencyRow(rig, source));
  printMethod("End of speech to first frame", METHOD);
  printTable(
    ["stages", "turns", "button p50 ms", "max", "added p50", "by ear p50 ms", "max", "added p50", "stages late p50"],
    rows,
  );
  const cpuRows: string[][] = [];
  for (const source of all.filter(({ name }) => name.startsWith("http"))) {
    if (source.format === "pcm") cpuRows.push(await cpuRow(rig, { ...source, name: `${source.name}, complexity 0`, complexity: 0 }));
    cpuRows.push(await cpuRow(rig, { ...source, name: source.format === "pcm" ? `${source.name}, complexity 5` : source.name }));
  }
  printMethod("CPU of a device that is spoken to", CPU_METHOD);
  printTable(["speech", "CPU ms/s a device", "main", "machine", "dry turns", "unfinished"], cpuRows);
}
