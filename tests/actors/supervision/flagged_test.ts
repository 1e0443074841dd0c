import assert from "node:assert/strict";
import type { RunningService, ServiceSpec } from "../../../actors/supervision/child_spec.ts";
import { flagged } from "../../../actors/supervision/flagged.ts";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import { createActor, createMachine, fromCallback } from "xstate";
import { testGate } from "../../support/test_gate.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

/** A flag that a test turns and that has been felt when `turn` resolves. */
function flag(isOn: boolean) {
  const { turn, ...gate } = testGate(isOn);
  return {
    ...gate,
    async turn(on: boolean) {
      turn(on);
      await settle();
    },
  };
}

/** A service that notes its life. */
function service(lives: string[], more: Partial<ServiceSpec> = {}) {
  const failed: PromiseWithResolvers<never>[] = [];
  const spec: ServiceSpec = {
    id: "sync",
    restart: "permanent",
    start(): RunningService {
      lives.push("up");
      const fault = Promise.withResolvers<never>();
      fault.promise.catch(() => {});
      failed.push(fault);
      return { finished: fault.promise, [Symbol.asyncDispose]: () => Promise.resolve(void lives.push("down")) };
    },
    ...more,
  };
  return { spec, crash: () => failed.at(-1)?.reject(new Error("It broke")) };
}

Deno.test("a child runs while its flag is on, is stopped in order when it is turned off, and started when it is turned on", async () => {
  const clock = new VirtualClock();
  const lives: string[] = [];
  const { gate, turn, listeners } = flag(false);
  await using supervisor = new Supervisor({ clock });
  await supervisor.startAll([flagged(service(lives).spec, { gate, clock })]);
  assert.deepEqual(lives, [], "a flag that is off holds up nobody");
  await turn(true);
  await turn(true);
  assert.deepEqual(lives, ["up"]);
  await turn(false);
  assert.deepEqual(lives, ["up", "down"]);
  await turn(true);
  await supervisor.shutdown();
  assert.deepEqual(lives, ["up", "down", "up", "down"]);
  assert.equal(listeners.size, 0);
  await turn(true);
  assert.equal(lives.length, 4, "what has been stopped is not started by its flag");
});

Deno.test("a crash is restarted by the supervisor, but not when the flag has been turned off meanwhile", async () => {
  const clock = new VirtualClock();
  const lives: string[] = [];
  const { gate, turn } = flag(true);
  const { spec, crash } = service(lives);
  await using supervisor = new Supervisor({ clock });
  await supervisor.startAll([flagged(spec, { gate, clock })]);
  crash();
  await clock.advance(0);
  assert.deepEqual(lives, ["up", "down", "up"]);
  crash();
  await clock.advance(0);
  assert.deepEqual(supervisor.count(), { waiting: 1 });
  await turn(false);
  await clock.advance(60_000);
  assert.deepEqual([lives.length, supervisor.count()], [4, { up: 1 }]);
});

Deno.test("an actor that is turned off leaves nothing running", async () => {
  const clock = new VirtualClock();
  let ticking = 0;
  const logic = createMachine({
    invoke: {
      src: fromCallback(() => {
        ticking++;
        return () => void ticking--;
      }),
    },
  });
  const { gate, turn } = flag(true);
  await using supervisor = new Supervisor({ clock });
  await supervisor.startAll([flagged({ id: "cache", restart: "permanent", create: () => createActor(logic, { clock }) }, { gate, clock })]);
  assert.equal(ticking, 1);
  await turn(false);
  assert.equal(ticking, 0);
  await turn(true);
  assert.equal(ticking, 1);
});

Deno.test("a child that does not stop within its limit is killed, and the flag goes on working", async () => {
  const clock = new VirtualClock();
  const signals: AbortSignal[] = [];
  const spec: ServiceSpec = {
    id: "stubborn",
    restart: "permanent",
    shutdown: 1000,
    start(signal) {
      signals.push(signal);
      return { [Symbol.asyncDispose]: () => new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })) };
    },
  };
  const { gate, turn } = flag(true);
  await using supervisor = new Supervisor({ clock });
  await supervisor.startAll([flagged(spec, { gate, clock })]);
  await turn(false);
  assert.equal(signals[0]?.aborted, false);
  await clock.advance(1000);
  assert.equal(signals[0]?.aborted, true);
  await turn(true);
  assert.equal(signals.length, 2);
  const stopped = supervisor.shutdown();
  await clock.advance(2000);
  await stopped;
});

Deno.test("a start that fails when the flag is turned on is the supervisor's business", async () => {
  const clock = new VirtualClock();
  let fails = true;
  const lives: string[] = [];
  const { spec } = service(lives);
  const { gate, turn } = flag(false);
  await using supervisor = new Supervisor({ clock });
  const start: ServiceSpec["start"] = (signal) => fails ? Promise.reject(new Error("No such host")) : spec.start(signal);
  await supervisor.startAll([flagged({ ...spec, start }, { gate, clock })]);
  await turn(true);
  fails = false;
  await clock.advance(30_000);
  assert.deepEqual(lives, ["up"]);
});
