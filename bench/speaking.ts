/**
 * Devices that are spoken to, and devices that listen, beside the real server: `deno task bench -- speaking [--quick]`.
 *
 * @module
 */

import { loadOpus } from "../audio/opus/libopus.ts";
import { late } from "./support/arrivals.ts";
import { startChild } from "./support/child.ts";
import { type CpuUse, CpuWatch } from "./support/cpu.ts";
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
/** The default of devices.leadFrames. */
const LEAD_FRAMES = 2;
const SENTENCE_MS = 3960;
/** Sentences of an answer: some seconds in which all devices are spoken to at once. */
const SENTENCES = quick ? 1 : 2;
const SPREAD_MS = quick ? 1500 : 3000;
/** Before each fleet, and again after it: the machine may be busy with something else by then. */
const PACER_MS = quick ? 1000 : 2000;
const LISTEN_MS = quick ? 2000 : 4000;
/** Long enough for a question and the beginning of its answer. */
const WARM_UP_MS = quick ? 3600 : 5000;
/** The server's compilers and collectors go on for a while after the first answers. */
const SETTLE_MS = quick ? 500 : 3000;
/** How long the server is watched without devices. */
const IDLE_MS = 1500;
/** Shorter windows hold too few samples of CPU time. */
const MIN_WINDOW_MS = 1000;
/** How long a fleet is waited for that the server cannot keep up with. */
const PATIENCE_MS = 35_000;
const FLEETS = quick ? [20] : [1, 20, 50, 100];
/** A lone device says little in one turn. */
const LONE_TURNS = 2;
const SOUNDS = quick ? ["dtx", "room"] as const : ["off", "dtx", "room", "speech"] as const;
const LISTENERS = quick ? 20 : 50;

const ALL_FORMATS = [
  { name: "Ogg Opus", format: "opus", complexity: 5 },
  { name: "PCM, complexity 0", format: "pcm", complexity: 0 },
  { name: "PCM, complexity 5", format: "pcm", complexity: 5 },
] as const;
const FORMATS = quick ? ALL_FORMATS.filter(({ name }) => name !== "PCM, complexity 0") : ALL_FORMATS;

const METHOD = `
Method
- Four processes on one machine over loopback: the server (main.ts, defaults but for what is said here, recorder and history on, one encode
  worker), a fleet of N devices, a server of the stages (recognition ${LATENCIES.asr} ms, chat ${LATENCIES.chat} ms, each sentence ${LATENCIES.tts} ms), this program.
- Each device asks a spoken question (60 ms packets, DTX in the silence), is answered, and hears the answer out: ${SENTENCES} x ${SENTENCE_MS} ms
  from 24 kHz PCM or from Ogg Opus in 60 ms packets; a lone device asks ${LONE_TURNS} times and gets one sentence. The questions of a fleet are
  spread evenly over ${SPREAD_MS} ms. The duty is then 100 %: from the last first frame to the first last one, all devices are spoken to.
- late: gaps between neighbouring frames, as they arrive at the device's process, of more than 65 ms; the ${LEAD_FRAMES} frames sent ahead are left out.
  empty pacer: the same for a process that does nothing but send 180 bytes every 60 ms over loopback WebSockets to as many devices, on
  absolute timers, right before and after. Both columns hold the lateness of the device's process, too.
- dry: turns in which the device's loudspeaker had nothing to play, with the ${LEAD_FRAMES} frames of lead that the server gives; silence is per such turn.
- answer: end of the sound of the question to first frame. added: the same less the stages' fixed latencies (${STAGES_MS} ms) and the
  ${SILENCE_MS} ms of silence that end an utterance. In it: the VAD's own idea of where speech ends, packets of 60 ms, HTTP, encoding.
- CPU: thread run time that the kernel reports for the server while all devices of a fleet are spoken to, in
  milliseconds per second, less what it uses without devices (the timer of "loop" is in that); "main" is the thread of the event loop.
  machine: share of all cores in use by anybody meanwhile; stolen: by the host.
- loop: how late a 10 ms timer in the server's event loop fires, as a module sees it that is preloaded into it; ms, from the first question
  to the last answer.
`;

const LISTENING_METHOD = `
Method
- As above, with ${LISTENERS} devices whose microphones are on for ${LISTEN_MS} ms, a packet every 60 ms, and nothing to answer (what is recognised is empty).
- off: connected, microphone off. dtx: the one-byte packets that a device with DTX sends in silence. room: a quiet room, encoded, so that
  every packet is decoded and goes through the VAD. speech: 2 s of speech, 2 s of that room, and so on; each utterance is sent to be recognised.
`;

/** CPU that the server used between two wall times, less what it uses without devices. */
type CpuOf = (from: number, to: number) => CpuUse;

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

interface Rig {
  readonly dir: string;
  readonly stageUrl: string;
}

async function control(rig: Rig, order: StageControl): Promise<StageLateness> {
  const response = await fetch(`${rig.stageUrl}/control`, { method: "POST", body: JSON.stringify(order) });
  return await response.json() as StageLateness;
}

const fleet = (rig: Rig, order: Partial<FleetOrder> & Pick<FleetOrder, "mode" | "url" | "devices">): FleetOrder => ({
  spreadMs: 0,
  turns: 1,
  sound: "dtx",
  lastMs: PATIENCE_MS,
  questionFile: `${rig.dir}/question.json`,
  ...order,
});

/** Gaps between the frames of the empty pacer, milliseconds. */
async function emptyPacer(rig: Rig, devices: number): Promise<readonly number[]> {
  await using pacer = startChild(program("pacer"), [], { permissions: "bench" });
  const { port } = await pacer.answer<{ port: number }>();
  const order = fleet(rig, { mode: "pacer", url: `ws://127.0.0.1:${port}/`, devices, lastMs: PACER_MS });
  return outcomeOf(await runFleet(order), order, 0).gaps;
}

async function speakingRow(
  rig: Rig,
  server: BenchServer,
  cpu: CpuOf,
  format: (typeof ALL_FORMATS)[number],
  devices: number,
): Promise<Row> {
  const before = await emptyPacer(rig, devices);
  const lone = devices === 1;
  const said: StageControl = { format: format.format, sentences: lone ? 1 : SENTENCES, text: "What time is it" };
  await control(rig, said);
  const order = fleet(rig, { mode: "talk", url: server.deviceUrl, devices, spreadMs: SPREAD_MS, turns: lone ? LONE_TURNS : 1 });
  const report = await runFleet(order);
  const outcome = outcomeOf(report, order, LEAD_FRAMES);
  const { lateMs } = await control(rig, said);
  const pacer = [...before, ...await emptyPacer(rig, devices)];
  const use = cpu(outcome.from, outcome.to);
  const added = outcome.responseMs.map((ms) => ms - SILENCE_MS - STAGES_MS);
  // What one device takes cannot be told from what the server takes anyway.
  const measurable = !lone && outcome.to - outcome.from > MIN_WINDOW_MS;
  const perDevice = (share: number) => measurable ? fixed(1000 * share / devices, 1) : "-";
  const loop = await server.loopDelays(report.from, report.to);
  const name = `${format.name}, ${devices}`;
  return {
    pace: [
      name,
      String(outcome.frames),
      percent(outcome.late, outcome.gaps.length),
      percent(late(pacer), pacer.length),
      fixed(quantile(outcome.gaps, 0.99), 1),
      fixed(quantile(pacer, 0.99), 1),
      `${outcome.brokenTurns} of ${outcome.turns}`,
      fixed(outcome.silentMs / outcome.brokenTurns, 0),
      String(outcome.unfinished),
    ],
    answer: [
      name,
      String(outcome.responseMs.length),
      ...spread(outcome.responseMs, 0).slice(0, 3),
      ...spread(added, 0).slice(0, 3),
      fixed(quantile(lateMs, 0.99), 1),
    ],
    cpu: [
      name,
      perDevice(use.all),
      perDevice(use.main),
      percent(use.machine, 1),
      percent(use.stolen, 1),
      ...spread(loop),
    ],
  };
}

interface Row {
  readonly pace: readonly string[];
  readonly answer: readonly string[];
  readonly cpu: readonly string[];
}

/** A server for some fleets, warm: a first answer loads the codec, starts the workers and compiles the code. */
async function withServer<T>(
  rig: Rig,
  format: { readonly format: "pcm" | "opus"; readonly complexity: number; readonly vad: "silero" | "webrtc" },
  use: (server: BenchServer, cpu: CpuOf) => Promise<T>,
): Promise<T> {
  const dataDir = `${rig.dir}/server-${crypto.randomUUID()}`;
  await using server = await startServer({ ...format, stageUrl: rig.stageUrl, dataDir });
  await using cpu = new CpuWatch(server.pid);
  await control(rig, { format: format.format, sentences: 1, text: "What time is it" });
  await runFleet(fleet(rig, { mode: "talk", url: server.deviceUrl, devices: 4, spreadMs: 200, lastMs: WARM_UP_MS }));
  await wait(SETTLE_MS);
  const from = performance.timeOrigin + performance.now();
  await wait(IDLE_MS);
  const idle = cpu.between(from, from + IDLE_MS);
  const result = await use(server, (from, to) => {
    const { all, main, ...rest } = cpu.between(from, to);
    return { ...rest, all: all - idle.all, main: main - idle.main };
  });
  const first = server.complaints[0];
  if (first !== undefined) printMethod("The server complained", `${server.complaints.length} lines, the first: ${first.slice(0, 400)}`);
  return result;
}

async function speaking(rig: Rig): Promise<void> {
  const rows: Row[] = [];
  for (const format of FORMATS) {
    await withServer(rig, { ...format, vad: "silero" }, async (server, cpu) => {
      for (const devices of FLEETS) rows.push(await speakingRow(rig, server, cpu, format, devices));
    });
  }
  printMethod("Devices that are spoken to", METHOD);
  printTable(
    ["format, devices", "frames", "late", "empty pacer", "gap p99 ms", "pacer p99 ms", "dry turns", "silence ms", "unfinished"],
    rows.map((row) => row.pace),
  );
  printTable(
    ["format, devices", "turns", "answer p50 ms", "p95", "p99", "added p50 ms", "p95", "p99", "stages late p99"],
    rows.map((row) => row.answer),
  );
  printTable(
    ["format, devices", "CPU ms/s a device", "main", "machine", "stolen", "loop p50 ms", "p95", "p99", "max"],
    rows.map((row) => row.cpu),
  );
}

async function listening(rig: Rig): Promise<void> {
  const rows: string[][] = [];
  for (const vad of quick ? ["silero"] as const : ["silero", "webrtc"] as const) {
    await withServer(rig, { format: "opus", complexity: 5, vad }, async (server, cpu) => {
      await control(rig, { format: "opus", sentences: 1, text: "" });
      for (const sound of SOUNDS) {
        const mode = sound === "off" ? "idle" : "listen";
        const order = fleet(rig, {
          mode,
          url: server.deviceUrl,
          devices: LISTENERS,
          lastMs: LISTEN_MS,
          spreadMs: 500,
          sound: sound === "off" ? "dtx" : sound,
        });
        const { from, to, lost } = await runFleet(order);
        const use = cpu(from, to);
        const perDevice = (share: number) => fixed(1000 * share / LISTENERS, 2);
        rows.push([
          `${vad}, ${sound}`,
          perDevice(use.all),
          perDevice(use.main),
          percent(use.machine, 1),
          ...spread(await server.loopDelays(from, to)),
          String(lost),
        ]);
      }
    });
  }
  printMethod("Devices that listen", LISTENING_METHOD);
  printTable(["VAD, sound", "CPU ms/s a device", "main", "machine", "loop p50 ms", "p95", "p99", "max", "lost"], rows);
}

if (import.meta.main) {
  await using dir = await benchDir();
  const opus = await loadOpus();
  const [pcmFile, oggFile] = [`${dir.path}/sentence.pcm`, `${dir.path}/sentence.ogg`];
  await Deno.writeFile(pcmFile, new Uint8Array((await sentence(SENTENCE_MS, 24_000)).buffer));
  await Deno.writeFile(oggFile, await sentenceOgg(SENTENCE_MS, opus));
  await Deno.writeTextFile(`${dir.path}/question.json`, JSON.stringify(packQuestion(await question(opus))));
  const order: StageOrder = { latencies: LATENCIES, pcmFile, oggFile };
  await using stages = startChild(program("stage_server"), [JSON.stringify(order)], { permissions: "bench" });
  const { port } = await stages.answer<{ port: number }>();
  const rig = { dir: dir.path, stageUrl: `http://127.0.0.1:${port}` };
  await speaking(rig);
  await listening(rig);
}
