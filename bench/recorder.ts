/**
 * What recording an event costs: `deno task bench -- recorder [--quick]`.
 *
 * @module
 */

import { type Actor, createActor, setup } from "xstate";
import { deviceContextSummary } from "../actors/device/context_summary.ts";
import { deviceMachine } from "../actors/device/machine.ts";
import { deviceSettings } from "../actors/device/settings.ts";
import { delay, systemClock } from "../base/clock.ts";
import { configWith } from "../services/config/mod.ts";
import { DeviceRecorder } from "../services/recorder/recorder.ts";
import { print } from "../tools/output.ts";
import { idlePorts } from "./support/idle_ports.ts";
import { printMethod, quick } from "./support/report.ts";
import { quantile } from "./support/stats.ts";

const METHOD = `
Method
- An event that steps between two states with one action and a payload, and the events of a device's chart that begin and drop a turn (its
  ports do nothing, so that only the chart itself is measured), are sent without an inspector, with one that does nothing, and with the
  recorder, in short rounds that take turns in one process, so that all meet the same warm code, the same garbage and the same neighbours.
- The ratio is the median of the ratios of neighbouring rounds, with the quartiles beside it: what slows the machine down for longer than
  a round slows both sides of a ratio down.
`;

/** Rounds of each kind: enough for a steady median. */
const ROUNDS = quick ? 200 : 1_000;
/** Events a round: about 5 ms, so that neighbouring rounds meet the same load. */
const EVENTS = 500;
/** Rounds before those that count, in which the code becomes warm. */
const WARM_UP = 50;

/** Without, with an empty inspector, with the recorder. */
const KINDS = 3;

const clock = systemClock();
const recorder = new DeviceRecorder({ deviceId: "bench", clock, appVersion: "bench" });
const machine = setup({ actions: { act: () => {} } }).createMachine({
  id: "bench",
  initial: "a",
  states: { a: { on: { go: { target: "b", actions: "act" } } }, b: { on: { go: { target: "a", actions: "act" } } } },
});

const small = [createActor(machine), createActor(machine, { inspect: () => {} }), createActor(machine)] as const;
recorder.connection().watch(small[2]);
for (const actor of small) actor.start();

/** A device that listens, on ports that do nothing. */
function device(watch: boolean, inspect?: () => void): Actor<typeof deviceMachine> {
  const connection = new DeviceRecorder({ deviceId: "bench", clock, appVersion: "bench" }).connection();
  const settings = deviceSettings(configWith({}), "bench");
  const ports = idlePorts(clock, watch ? (kind, data) => connection.note(kind, data) : () => {});
  const actor = createActor(deviceMachine, { id: "device", input: { ports, settings }, ...(inspect === undefined ? {} : { inspect }) });
  if (watch) connection.watch(actor, deviceContextSummary);
  actor.start();
  actor.send({ type: "HELLO" });
  return actor;
}

const devices = [device(false), device(false, () => {}), device(true)] as const;
// They are ready when what they load is loaded.
await delay(clock, 10);
for (const actor of devices) actor.send({ type: "LISTEN_START", mode: "auto" });

function smallRound(which: number): number {
  const actor = small[which]!;
  const from = clock.now();
  for (let n = 0; n < EVENTS; n++) actor.send({ type: "go", turnId: "01KDZ000000000000000000001", atMs: n });
  return (clock.now() - from) * 1_000 / EVENTS;
}

function deviceRound(which: number): number {
  const actor = devices[which]!;
  const from = clock.now();
  for (let n = 0; n < EVENTS; n += 2) {
    actor.send({ type: "SPEECH_STARTED", agoMs: 96 });
    actor.send({ type: "ABORT" });
  }
  return (clock.now() - from) * 1_000 / EVENTS;
}

/** One round of each, each time in another order: who comes first pays for the garbage of the one before. */
function rounds(round: (which: number) => number, count: number): number[][] {
  return Array.from({ length: count }, (_, at) => {
    const times: number[] = [];
    for (let step = 0; step < KINDS; step++) {
      const which = (at + step) % KINDS;
      times[which] = round(which);
    }
    return times;
  });
}

function report(name: string, round: (which: number) => number): void {
  rounds(round, WARM_UP);
  const measured = rounds(round, ROUNDS);
  const line = (kind: string, which: number) => {
    const us = measured.map((each) => each[which]!);
    const ratios = measured.map((each) => each[which]! / each[0]!);
    const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(ratios, q).toFixed(2));
    return `${kind.padEnd(28)} ${quantile(us, 0.5).toFixed(2)} µs an event   ratio ${middle} (${low} to ${high})\n`;
  };
  print(`\n${name}\n${line("without", 0)}${line("with an empty inspector", 1)}${line("with the recorder", 2)}`);
}

printMethod("Recording", METHOD);
report("The smallest machine", smallRound);
report("A device's own chart", deviceRound);
for (const actor of [...small, ...devices]) actor.stop();
