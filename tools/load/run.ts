/**
 * Runs loads: processes, fleets, and what is made of their answers.
 *
 * @module
 */

import { startChild } from "../../bench/support/child.ts";
import { type CpuUse, CpuWatch } from "../../bench/support/cpu.ts";
import type { FleetOrder, FleetProgress } from "../../bench/support/fleet_messages.ts";
import { outcomeOf, runFleet } from "../../bench/support/fleet_run.ts";
import { machine } from "../../bench/support/machine.ts";
import { benchDir, program } from "../../bench/support/paths.ts";
import { type BenchServer, startServer } from "../../bench/support/server.ts";
import { packQuestion, question, sentence, sentenceOgg } from "../../bench/support/speech.ts";
import type { StageControl, StageLateness, StageOrder } from "../../bench/support/stage_server.ts";
import { loadOpus } from "../../audio/opus/libopus.ts";
import { messageOf } from "../../base/errors.ts";
import { breaksOf, DRY_SHARE } from "./breaking.ts";
import { LoadError } from "./errors.ts";
import { figuresOf, gapsOf, spreadOf } from "./figures.ts";
import { methodOf } from "./method.ts";
import { type LoadFormat, type LoadOptions, sizes } from "./options.ts";
import type { LoadCpu, LoadReport, LoadRun } from "./report.ts";

/** The silence that ends an utterance: the default of audio.vad.silenceMs. */
export const SILENCE_MS = 500;
/** The default of devices.leadFrames. */
const LEAD_FRAMES = 2;
/** What most synthesis services send, so that the repacketizer is in the way, as in life. */
const TTS_FRAME_MS = 20;
/** For how long a turn that is late is waited for after the last should have ended, milliseconds. */
const PATIENCE_MS = 15_000;
/** Interruptions come within this share of a reply. */
const ABORTED_WITHIN = 3 / 4;
/** Between two lines that say how far the devices are, milliseconds. */
const PROGRESS_MS = 5000;
/**
 * Enough to start the workers, load the codecs and compile the code: V8 goes on making what runs a few times a second quicker for some two
 * hundred turns, and a server runs for days.
 */
const WARM_UP = { devices: 50, turns: 4, lastMs: 45_000 } as const;

/** What a conversation is like; tests make it short. */
export interface Conversing {
  /** A sentence of the answer, milliseconds: whole frames. */
  readonly sentenceMs: number;
  readonly sentences: number;
  /** Share of the time that a device is spoken to. */
  readonly duty: number;
  /** One turn in so many is interrupted. */
  readonly abortEvery: number;
  /** Of the empty pacer, before and after; milliseconds. */
  readonly pacerMs: number;
  readonly warmUp: boolean;
}

/** What the command runs. */
export const CONVERSATION: Conversing = {
  sentenceMs: 1980,
  sentences: 2,
  duty: 0.4,
  abortEvery: 5,
  pacerMs: 3000,
  warmUp: true,
};

interface Rig {
  readonly dir: string;
  readonly options: LoadOptions;
  readonly conversing: Conversing;
  readonly say: (line: string) => void;
}

/** Where the devices go; without `own`, to a server of somebody's own. */
interface Target {
  readonly url: string;
  readonly otaUrl?: string;
  readonly format: LoadFormat | null;
  readonly own?: {
    readonly server: BenchServer;
    readonly cpu: CpuWatch;
    readonly stagesCpu: CpuWatch;
    readonly stageLateness: () => Promise<readonly number[]>;
  };
}

/**
 * Runs what the options ask for. `say` gets lines of progress.
 *
 * @throws LoadError `no_server`, where one does not answer.
 */
export async function runLoad(
  options: LoadOptions,
  say: (line: string) => void,
  conversing: Conversing = CONVERSATION,
): Promise<LoadReport> {
  const loadBefore = Deno.loadavg()[0] ?? NaN;
  const target = options.server === undefined ? undefined : await running(options);
  await using dir = await benchDir();
  const rig: Rig = { dir: dir.path, options, conversing, say };
  await Deno.writeTextFile(`${dir.path}/question.json`, JSON.stringify(packQuestion(await question(await loadOpus()))));
  const runs = target === undefined ? await runPrivate(rig) : await runSizes(rig, target);
  return {
    version: 1,
    at: new Date().toISOString(),
    machine: machine(),
    loadAverage: [loadBefore, Deno.loadavg()[0] ?? NaN],
    stagesMs: options.stagesMs ?? null,
    silenceMs: SILENCE_MS,
    method: methodOf(options, conversing),
    runs,
  };
}

/** A server that runs already. */
async function running({ server = "", tokenLess }: LoadOptions): Promise<Target> {
  try {
    const response = await fetch(`${server}/health`, { signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
  } catch (cause) {
    throw new LoadError(`No server answers at ${server}: ${messageOf(cause)}; start it first`, { code: "no_server", cause });
  }
  const url = `${server.replace("http", "ws")}/xiaozhi/v1/`;
  return { url, format: null, ...(tokenLess ? {} : { otaUrl: `${server}/xiaozhi/ota/` }) };
}

async function runPrivate(rig: Rig): Promise<LoadRun[]> {
  const { dir, options, conversing, say } = rig;
  const opus = await loadOpus();
  const [pcmFile, oggFile] = [`${dir}/sentence.pcm`, `${dir}/sentence.ogg`];
  await Deno.writeFile(pcmFile, new Uint8Array((await sentence(conversing.sentenceMs, 24_000)).buffer));
  await Deno.writeFile(oggFile, await sentenceOgg(conversing.sentenceMs, opus, TTS_FRAME_MS));
  const [asr, chat, tts] = options.stagesMs ?? [0, 0, 0];
  const order: StageOrder = { latencies: { asr, chat, tts }, pcmFile, oggFile };
  await using stages = startChild(program("stage_server"), [JSON.stringify(order)], { permissions: "bench" });
  const stageUrl = `http://127.0.0.1:${(await stages.answer<{ port: number }>()).port}`;
  const runs: LoadRun[] = [];
  for (const format of options.formats) {
    say(`Starting a server: ${format}, complexity ${options.complexity}`);
    await using server = await started(stageUrl, `${dir}/server-${format}`, options);
    await using cpu = new CpuWatch(server.pid);
    await using stagesCpu = new CpuWatch(stages.pid);
    const control: StageControl = { format, sentences: conversing.sentences, text: "What time is it" };
    const stageLateness = async () => {
      const response = await fetch(`${stageUrl}/control`, { method: "POST", body: JSON.stringify(control) });
      return (await response.json() as StageLateness).lateMs;
    };
    await stageLateness();
    if (conversing.warmUp) {
      say(`Warming up: at most ${WARM_UP.lastMs / 1000} s`);
      await runFleet({ ...orderFor(rig, server.deviceUrl, WARM_UP.devices), turns: WARM_UP.turns, lastMs: WARM_UP.lastMs });
    }
    runs.push(...await runSizes(rig, { url: server.deviceUrl, format, own: { server, cpu, stagesCpu, stageLateness } }));
  }
  return runs;
}

async function started(stageUrl: string, dataDir: string, { complexity }: LoadOptions): Promise<BenchServer> {
  // Whether connections are refused is to be the machine's verdict, not that of a limit somebody chose.
  const env = { XIAOZHI_SERVER_MAX_CONNECTIONS: "10000" };
  try {
    return await startServer({ stageUrl, complexity, vad: "silero", dataDir, env });
  } catch (cause) {
    throw new LoadError(`Private server does not start: ${messageOf(cause)}`, { code: "no_server", cause });
  }
}

async function runSizes(rig: Rig, target: Target): Promise<LoadRun[]> {
  const runs: LoadRun[] = [];
  for (const devices of sizes(rig.options)) {
    const run = await runOne(rig, target, devices);
    runs.push(run);
    if (run.broke.length > 0) break;
  }
  return runs;
}

function orderFor({ dir, options, conversing }: Rig, url: string, devices: number): FleetOrder {
  const replyMs = conversing.sentenceMs * conversing.sentences;
  // Interruptions come anywhere in the first three quarters of a reply.
  const heard = conversing.abortEvery === 0 ? 1 : 1 - (1 - ABORTED_WITHIN / 2) / conversing.abortEvery;
  const cycleMs = replyMs * heard / conversing.duty;
  return {
    mode: "talk",
    url,
    devices,
    turns: options.turns,
    // Evenly over a cycle: so many are spoken to at any time as the duty says.
    spreadMs: cycleMs,
    sound: "dtx",
    lastMs: cycleMs * (options.turns + 1) + PATIENCE_MS,
    questionFile: `${dir}/question.json`,
    conversation: { cycleMs, buttonEvery: 2, abortEvery: conversing.abortEvery, abortWithinMs: replyMs * ABORTED_WITHIN },
    progressMs: PROGRESS_MS,
  };
}

async function runOne(rig: Rig, target: Target, devices: number): Promise<LoadRun> {
  const { options, conversing, say } = rig;
  const order: FleetOrder = {
    ...orderFor(rig, target.url, devices),
    ...(target.otaUrl === undefined ? {} : { otaUrl: target.otaUrl }),
  };
  const spoken = Math.max(1, Math.round(devices * conversing.duty));
  say(`${devices} devices, ${options.turns} turns each: at most ${Math.ceil(order.lastMs / 1000)} s and the time to connect`);
  const before = await emptyPacer(rig, spoken);
  const sentAt = performance.timeOrigin + performance.now();
  const complaintsBefore = target.own?.server.complaints.length ?? 0;
  await target.own?.stageLateness();
  const fleets: CpuWatch[] = [];
  const report = await runFleet(order, (progress) => say(progressLine(progress, order)), (pid) => fleets.push(new CpuWatch(pid)));
  for (const fleet of fleets) await fleet[Symbol.asyncDispose]();
  const pacer = gapsOf([...before, ...await emptyPacer(rig, spoken)]);
  const figures = figuresOf(report, {
    devices,
    turns: options.turns,
    stagesMs: options.stagesMs?.reduce((sum, ms) => sum + ms, 0),
    silenceMs: SILENCE_MS,
    leadFrames: LEAD_FRAMES,
    dryShare: DRY_SHARE,
  });
  const loop = await target.own?.server.loopSeconds(report.from, report.to) ?? [];
  const complaints = target.own?.server.complaints.slice(complaintsBefore) ?? [];
  const { from, to } = figures.steady ?? report;
  return {
    ...figures,
    tts: target.format,
    complexity: target.format === null ? null : options.complexity,
    devices,
    pacer,
    sent: gapsOf(loop.flatMap(({ gapsMs }) => gapsMs)),
    beside: { devices: known(fleets[0]?.between(from, to).all), stages: known(target.own?.stagesCpu.between(from, to).all) },
    cpu: cpuOf(target.own?.cpu.between(from, to), figures.duty * devices),
    loopMs: spreadOf(loop.flatMap(({ lateMs }) => lateMs)),
    stagesLateMs: spreadOf(await target.own?.stageLateness() ?? []),
    complaints: complaints.length,
    complaint: complaints[0]?.slice(0, 400) ?? null,
    broke: breaksOf(figures, loop, { sentAt, endedAt: report.to }),
  };
}

/** Gaps of the empty pacer, milliseconds. */
async function emptyPacer({ dir, conversing }: Rig, devices: number): Promise<readonly number[]> {
  await using pacer = startChild(program("pacer"), [], { permissions: "bench" });
  const { port } = await pacer.answer<{ port: number }>();
  const order: FleetOrder = {
    mode: "pacer",
    url: `ws://127.0.0.1:${port}/`,
    devices,
    turns: 1,
    spreadMs: 0,
    sound: "dtx",
    lastMs: conversing.pacerMs,
    questionFile: `${dir}/question.json`,
  };
  return outcomeOf(await runFleet(order), order, 0).gaps;
}

function progressLine({ connected, refused, turns }: FleetProgress, order: FleetOrder): string {
  const refusals = refused > 0 ? `, ${refused} refused` : "";
  return `  ${connected} of ${order.devices} connected${refusals}, ${turns} of ${order.devices * order.turns} turns done`;
}

function cpuOf(use: CpuUse | undefined, spoken: number): LoadCpu {
  return {
    all: known(use?.all),
    main: known(use?.main),
    machine: known(use?.machine),
    stolen: known(use?.stolen),
    msPerSpokenSecond: known(1000 * (use?.all ?? NaN) / spoken),
  };
}

function known(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(4));
}
