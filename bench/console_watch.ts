/**
 * What consoles that watch cost a server of many devices: `deno task bench -- console_watch [--quick]`.
 *
 * @module
 */

import { printError } from "../tools/output.ts";
import { loadOpus } from "../audio/opus/libopus.ts";
import { consoleWork } from "./support/console_work.ts";
import { startChild } from "./support/child.ts";
import { type CpuUse, CpuWatch } from "./support/cpu.ts";
import type { FleetOrder } from "./support/fleet_messages.ts";
import { runFleet } from "./support/fleet_run.ts";
import { benchDir, program } from "./support/paths.ts";
import { printMethod, printTable, quick } from "./support/report.ts";
import { startServer } from "./support/server.ts";
import { packQuestion, question, sentence, sentenceOgg } from "./support/speech.ts";
import type { StageControl, StageLatencies, StageOrder } from "./support/stage_server.ts";
import { fixed, percent, quantile } from "./support/stats.ts";
import { watchConsole, type WatchCount } from "./support/watching_console.ts";

const LATENCIES: StageLatencies = { asr: 80, chat: 120, tts: 100 };
const SENTENCE_MS = 1980;
const DEVICES = quick ? 100 : 2000;
/** From one question of a device to its next, milliseconds: shorter than the longest silence of a session (`devices.idleTimeoutMs`). */
const CYCLE_MS = quick ? 10_000 : 100_000;
const IDLE_TIMEOUT_MS = 119_000;
/** Consoles in one round of windows; those without any are what the others are compared with. */
const ROUND = [0, 1, 0, 5] as const;
const ROUNDS = quick ? 1 : 12;
/** Of each window, milliseconds: what is opened at its beginning is not in it. */
const SETTLE_MS = quick ? 500 : 1500;
/** Short, and many: what slows the machine down for longer than a window then slows its neighbours down as much. */
const WINDOW_MS = quick ? 2500 : 4000;
/** Until every device has asked once, and the compilers of the server have come to rest. */
const WARM_UP_MS = CYCLE_MS * 1.1;

const METHOD = `
Method
- The server (main.ts, defaults but for server.maxConnections and devices.idleTimeoutMs; recorder, history, health, metrics and alerts on),
  ${DEVICES} devices, a server of the stages (${LATENCIES.asr}, ${LATENCIES.chat} and ${LATENCIES.tts} ms), and this program, which is the
  consoles, are processes of one machine over loopback.
- Every device is connected all the time and asks by push-to-talk every ${
  CYCLE_MS / 1000
} s, all together evenly; it is answered with ${SENTENCE_MS} ms of Ogg Opus.
- A console follows the feed of the fleet and asks for the overview every 2 s, as the page does. Windows of ${
  WINDOW_MS / 1000
} s with 0, 1, 0 and 5 consoles
  take turns in one run, ${ROUNDS} times. CPU is what the kernel reports for all threads of the server.
- cost: CPU of a window with consoles against the mean of the windows without any before and after it; median and quartiles of the rounds.
`;

/** Of the work by itself: seconds of the virtual clock, and how often each is measured. */
const WORK_SECONDS = quick ? 20 : 120;
const WORK_TIMES = quick ? 1 : 5;

const WORK_METHOD = `
Method
- The fleet, the feeds and the overview of the server alone, with ${DEVICES} made-up devices that all together have ${
  1000 * DEVICES / CYCLE_MS
} turns a second and
  tell of 7 states in each, on a virtual clock: ${WORK_SECONDS} s are lived as fast as they can be. CPU is that of the process, collection of garbage
  included, less what it takes without consoles; median of ${WORK_TIMES}. Sockets and HTTP are not in it.
`;

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const wall = () => performance.timeOrigin + performance.now();

interface Watched {
  readonly consoles: number;
  readonly use: CpuUse;
  readonly seen: WatchCount;
}

/** One window. */
async function watched(base: string, cpu: CpuWatch, consoles: number): Promise<Watched> {
  const over = new AbortController();
  const all = Array.from({ length: consoles }, () => watchConsole(base, over.signal));
  await wait(SETTLE_MS);
  const before = all.map(({ count }) => ({ ...count }));
  const from = wall();
  await wait(WINDOW_MS);
  const to = wall();
  const grown = (of: (count: WatchCount) => number) => all.reduce((sum, { count }, n) => sum + of(count) - of(before[n]!), 0);
  const seen: WatchCount = {
    bytes: grown(({ bytes }) => bytes),
    messages: grown(({ messages }) => messages),
    overviews: grown(({ overviews }) => overviews),
  };
  over.abort();
  await Promise.all(all.map(({ ended }) => ended));
  const use = cpu.between(from, to);
  // Minutes pass: what is printed as it goes on is no part of the table.
  printError(`${consoles} consoles: ${fixed(1000 * use.all, 0)} ms/s\n`);
  return { consoles, use, seen };
}

/** Shares by which the windows of so many consoles cost more than their neighbours without any. */
function costs(
  windows: readonly Watched[],
  consoles: number,
  of: (use: CpuUse) => number,
): { readonly more: number; readonly share: number }[] {
  return windows.flatMap(({ use, consoles: here }, n) => {
    const [before, after] = [windows[n - 1], windows[n + 1]];
    if (here !== consoles || before === undefined || after === undefined) return [];
    const without = (of(before.use) + of(after.use)) / 2;
    return [{ more: of(use) - without, share: (of(use) - without) / without }];
  });
}

function rowOf(windows: readonly Watched[], consoles: number): string[] {
  const here = windows.filter((window) => window.consoles === consoles);
  const median = (values: readonly number[]) => quantile(values, 0.5);
  const ms = (of: (use: CpuUse) => number) => fixed(1000 * median(here.map(({ use }) => of(use))), 0);
  const all = costs(windows, consoles, ({ all }) => all);
  const share = (q: number) => percent(quantile(all.map((cost) => cost.share), q), 1);
  const per = (of: (seen: WatchCount) => number, digits: number) =>
    consoles === 0 ? "-" : fixed(median(here.map(({ seen }) => of(seen) / consoles / (WINDOW_MS / 1000))), digits);
  return [
    String(consoles),
    String(here.length),
    ms(({ all }) => all),
    ms(({ main }) => main),
    ...(consoles === 0
      ? ["-", "-", "-"]
      : [fixed(1000 * median(all.map(({ more }) => more)), 1), share(0.5), `${share(0.25)} to ${share(0.75)}`]),
    per(({ messages }) => messages, 1),
    per(({ bytes }) => bytes / 1024, 1),
    percent(median(here.map(({ use }) => use.machine)), 1),
  ];
}

if (import.meta.main) {
  await using dir = await benchDir();
  const opus = await loadOpus();
  const [pcmFile, oggFile] = [`${dir.path}/sentence.pcm`, `${dir.path}/sentence.ogg`];
  await Deno.writeFile(pcmFile, new Uint8Array((await sentence(SENTENCE_MS, 24_000)).buffer));
  await Deno.writeFile(oggFile, await sentenceOgg(SENTENCE_MS, opus));
  const questionFile = `${dir.path}/question.json`;
  await Deno.writeTextFile(questionFile, JSON.stringify(packQuestion(await question(opus))));
  const order: StageOrder = { latencies: LATENCIES, pcmFile, oggFile };
  await using stages = startChild(program("stage_server"), [JSON.stringify(order)], { permissions: "bench" });
  const stageUrl = `http://127.0.0.1:${(await stages.answer<{ port: number }>()).port}`;
  const said: StageControl = { format: "opus", sentences: 1, text: "What time is it" };
  await (await fetch(`${stageUrl}/control`, { method: "POST", body: JSON.stringify(said) })).body?.cancel();
  await using server = await startServer({
    stageUrl,
    complexity: 5,
    vad: "silero",
    dataDir: `${dir.path}/server`,
    env: { XIAOZHI_SERVER_MAX_CONNECTIONS: String(DEVICES + 100), XIAOZHI_DEVICES_IDLE_TIMEOUT_MS: String(IDLE_TIMEOUT_MS) },
  });
  await using cpu = new CpuWatch(server.pid);
  const lastMs = WARM_UP_MS + (ROUNDS * ROUND.length + 2) * (SETTLE_MS + WINDOW_MS) + CYCLE_MS;
  const fleet: FleetOrder = {
    mode: "talk",
    url: server.deviceUrl,
    devices: DEVICES,
    spreadMs: CYCLE_MS,
    turns: Math.ceil(lastMs / CYCLE_MS) + 1,
    sound: "dtx",
    lastMs,
    questionFile,
    conversation: { cycleMs: CYCLE_MS, buttonEvery: 1, abortEvery: 0, abortWithinMs: 1 },
    progressMs: 1000,
  };
  const begun = Promise.withResolvers<void>();
  let turns = 0;
  const running = runFleet(fleet, (progress) => {
    turns = progress.turns;
    if (progress.connected + progress.refused >= DEVICES) begun.resolve();
  });
  running.catch(() => {});
  await Promise.race([begun.promise, running]);
  await wait(WARM_UP_MS);
  const windows: Watched[] = [];
  const base = new URL(server.deviceUrl.replace(/^ws/, "http")).origin;
  const from = { at: wall(), turns };
  for (const consoles of [...Array.from({ length: ROUNDS }, () => ROUND).flat(), 0]) windows.push(await watched(base, cpu, consoles));
  const perSecond = (turns - from.turns) / ((wall() - from.at) / 1000);
  const { lost, refused } = await running;
  printMethod("Consoles that watch", METHOD);
  printTable(
    ["consoles", "windows", "CPU ms/s", "main", "more ms/s", "cost", "quartiles", "changes/s", "KiB/s", "machine"],
    [0, 1, 5].map((consoles) => rowOf(windows, consoles)),
  );
  printMethod("Devices", `${DEVICES} devices, ${refused} refused, ${lost - refused} lost, ${fixed(perSecond, 1)} turns a second`);
  const rows: string[][] = [];
  const alone = async (consoles: number) => {
    const values: number[] = [];
    for (let n = 0; n < WORK_TIMES; n++) {
      values.push(await consoleWork({ devices: DEVICES, turnsPerSecond: 1000 * DEVICES / CYCLE_MS, consoles, seconds: WORK_SECONDS }));
    }
    return quantile(values, 0.5);
  };
  const without = await alone(0);
  for (const consoles of [1, 5, 20]) rows.push([String(consoles), fixed(await alone(consoles) - without, 2)]);
  printMethod("The work of watching by itself", WORK_METHOD);
  printTable(["consoles", "CPU ms/s"], rows);
  const [first] = server.complaints;
  if (first !== undefined) printMethod("The server complained", `${server.complaints.length} lines, the first: ${first.slice(0, 400)}`);
}
