/**
 * What recording an event costs: `deno task bench -- recorder [--quick]`.
 *
 * @module
 */

import { type Actor, type AnyStateMachine, createActor, setup } from "xstate";
import { systemClock } from "../base/clock.ts";
import { DeviceRecorder } from "../services/recorder/recorder.ts";
import { print } from "../tools/output.ts";
import { printMethod, quick } from "./support/report.ts";

const METHOD = `
Method
- An event that steps between two states with one action and a payload is sent without an inspector, with one that does nothing, and with the
  recorder, in alternating rounds of one process, so that all meet the same warm code and the same garbage; the median round of each counts.
`;

/** Rounds of each kind: enough for a steady median. */
const ROUNDS = quick ? 20 : 60;
/** Events a round: about 50 ms, longer than a young-generation collection. */
const EVENTS = 5_000;

const clock = systemClock();
const recorder = new DeviceRecorder({ deviceId: "bench", clock, appVersion: "bench" });
const machine = setup({ actions: { act: () => {} } }).createMachine({
  id: "bench",
  initial: "a",
  states: { a: { on: { go: { target: "b", actions: "act" } } }, b: { on: { go: { target: "a", actions: "act" } } } },
});

const bare = createActor(machine).start();
const nothing = createActor(machine, { inspect: () => {} }).start();
const recorded = createActor(machine);
recorder.connection().watch(recorded);
recorded.start();

function round(actor: Actor<AnyStateMachine>): number {
  const from = clock.now();
  for (let n = 0; n < EVENTS; n++) actor.send({ type: "go", turnId: "01KDZ000000000000000000001", atMs: n });
  return (clock.now() - from) * 1_000 / EVENTS;
}

const rounds = Array.from({ length: ROUNDS }, () => [bare, nothing, recorded].map((actor) => round(actor)));
const median = (index: number) => rounds.map((each) => each[index] ?? 0).sort((a, b) => a - b)[ROUNDS / 2] ?? 0;
const [without, observed, with_] = [median(0), median(1), median(2)];
const line = (name: string, us: number) => `${name.padEnd(28)} ${us.toFixed(2)} µs an event   ratio ${(us / without).toFixed(2)}\n`;
printMethod("Recording", METHOD);
print(line("without", without) + line("with an empty inspector", observed) + line("with the recorder", with_));
