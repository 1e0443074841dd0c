/**
 * How often and how soon children are started again, how long they may take, and what happens beyond.
 *
 * @module
 */

import assert from "node:assert/strict";
import { createActor, fromCallback, setup } from "xstate";
import { Intensity, Pace } from "../../../actors/supervision/back_off.ts";
import type { SupervisorSpec } from "../../../actors/supervision/child_spec.ts";
import { rootCause, SupervisionError } from "../../../actors/supervision/errors.ts";
import { provide } from "../../../actors/supervision/provide.ts";
import { BACK_OFF } from "../../../actors/supervision/settings.ts";
import { AppError } from "../../../base/errors.ts";
import { Family, started } from "./family.ts";

Deno.test("the first restart is immediate, later ones wait twice as long each up to a most, and a quiet time forgets them", () => {
  const pace = new Pace({ firstMs: 1000, maxMs: 30_000, factor: 2, jitter: 0, resetMs: 60_000 }, 30_000);
  assert.deepEqual(Array.from({ length: 8 }, () => pace.next(0)), [0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  assert.equal(pace.next(59_999), 30_000);
  assert.deepEqual([pace.next(60_000), pace.next(0)], [0, 1000]);
});

for (const [chance, expected] of [[0, 800], [0.5, 1000], [0.999999, 1200]] as const) {
  Deno.test(`a jitter of 0.2 makes ${expected} ms of 1000 where chance says ${chance}`, () => {
    const pace = new Pace({ ...BACK_OFF, jitter: 0.2 }, 30_000, { next: () => chance });
    assert.equal(pace.next(0), 0);
    assert.equal(Math.round(pace.next(0)), expected);
  });
}

Deno.test("the intensity counts a sliding window", () => {
  const intensity = new Intensity(2, 1000);
  assert.deepEqual([0, 400, 999].map((at) => intensity.allows(at)), [true, true, false]);
  assert.equal(intensity.allows(2000), true);
  assert.equal(intensity.count(2999), 1);
  assert.equal(intensity.count(3000), 0);
});

Deno.test("restarts of all children count together, and one too many stops all in reverse order", async () => {
  const family = new Family();
  const supervisor = await started(family, { intensity: 2 }, [family.member("a"), family.member("b"), family.member("c")]);
  await family.crash("a");
  await family.crash("b");
  family.news();
  await family.crash("c", new Error("the last"));
  assert.equal(family.news(), "!c -b -a");
  await assert.rejects(supervisor.finished, (error: unknown) => {
    assert.ok(error instanceof SupervisionError);
    assert.deepEqual([error.code, error.retryable], ["too_many_restarts", true]);
    assert.match(error.message, /"c".*"supervisor".*the last/);
    return true;
  });
  assert.equal(supervisor.tree().state, "failed");
  assert.throws(() => supervisor.start(family.member("d")), { code: "supervisor_over" });
  family.assertGone();
});

Deno.test("an escalation passes through two levels: each tries again as often as it may, and reasons and counts are kept", async () => {
  const family = new Family();
  const daemons: SupervisorSpec = {
    id: "daemons",
    restart: "permanent",
    intensity: 1,
    periodMs: 60_000,
    children: [family.member("sync"), family.member("cache")],
  };
  const top = await started(family, { id: "platform", strategy: "rest_for_one", intensity: 1, periodMs: 60_000 }, [
    family.member("database"),
    daemons,
    family.member("http"),
  ]);
  family.news();
  await family.crash("sync");
  assert.equal(family.news(), "!sync +sync");
  await family.crash("sync");
  assert.equal(family.news(), "!sync -cache -http +sync +cache +http");
  await family.crash("sync");
  assert.equal(family.news(), "!sync +sync");
  await family.crash("sync", new AppError("Too much", { code: "too_much" }));
  assert.equal(family.news(), "!sync -cache -http -database");
  await assert.rejects(top.finished, (error: unknown) => (rootCause(error) as AppError).code === "too_much");
  assert.deepEqual(top.log.totals(), [
    { path: "platform/daemons/sync", reason: "Error", count: 3, restarts: 2 },
    { path: "platform/daemons/sync", reason: "too_much", count: 1, restarts: 0 },
    { path: "platform/daemons", reason: "too_many_restarts", count: 2, restarts: 1 },
  ]);
  const last = top.log.recent().at(-1);
  assert.deepEqual([last?.path, last?.then, typeof last?.stack], ["platform/daemons", "escalate", "string"]);
  family.assertGone();
});

Deno.test("a snapshot says of each child its state, since when, how often and why it was started again", async () => {
  const family = new Family();
  const supervisor = await started(family, { strategy: "rest_for_one" }, [
    family.member("a"),
    { id: "below", restart: "permanent", children: [family.member("b")] },
  ]);
  await family.clock.advance(500);
  await family.crash("b", new AppError("Down", { code: "down" }));
  await family.crash("b", new AppError("Down", { code: "down" }));
  const [a, below] = supervisor.tree().children;
  assert.deepEqual([a?.type, a?.state, a?.restarts, a?.since], ["service", "up", 0, family.clock.wall() - 500]);
  assert.deepEqual(below?.tree?.children, [{
    id: "b",
    type: "service",
    restart: "permanent",
    optional: false,
    state: "waiting",
    since: family.clock.wall(),
    restarts: 2,
    lastReason: "down",
    lastMessage: "Down",
  }]);
  assert.equal(below.tree.restartsInPeriod, 2);
  await supervisor.shutdown();
});

Deno.test("a start that fails counts like a crash, one that hangs is given up after its limit, and both are tried again", async () => {
  const family = new Family();
  const supervisor = family.supervisor();
  const ready = supervisor.startAll([family.member("a", { starts: ["badly", "never"], startMs: 2000 })]);
  await family.clock.advance(0);
  assert.equal(supervisor.tree().children[0]?.state, "starting");
  await family.clock.advance(2000);
  assert.equal(supervisor.tree().children[0]?.lastReason, "start_timeout");
  await family.clock.advance(1000);
  await ready;
  assert.equal(family.news(), "+a");
  assert.equal(supervisor.tree().restartsInPeriod, 2);
  await supervisor.shutdown();
  family.assertGone();
});

Deno.test("a first start that would fail again is not tried again, and what had started is stopped", async () => {
  const family = new Family();
  const supervisor = family.supervisor({ strategy: "rest_for_one" });
  const error = new AppError("Port 80 is taken", { code: "port_taken" });
  const below: SupervisorSpec = { id: "below", restart: "permanent", children: [family.member("b", { starts: ["badly"], error })] };
  const ready = supervisor.startAll([family.member("a"), below, family.member("c")]);
  const refused = assert.rejects(ready, (reason: unknown) => rootCause(reason) === error && /Port 80 is taken/.test(String(reason)));
  await family.clock.advance(0);
  await refused;
  assert.equal(family.news(), "+a -a");
  family.assertGone();
});

Deno.test("a supervisor that is stopped while a child starts waits for nothing", async () => {
  const family = new Family();
  const supervisor = family.supervisor();
  const ready = assert.rejects(supervisor.startAll([family.member("a"), family.member("b", { starts: ["never"] })]), /stopped/);
  await family.clock.advance(10);
  const stopped = supervisor.shutdown();
  await family.clock.advance(0);
  await stopped;
  await ready;
  assert.equal(family.news(), "+a -a");
  family.assertGone();
});

Deno.test("a child may take its limit to stop, and one that does not stop is killed, reported, and holds up nobody", async () => {
  const family = new Family();
  const supervisor = await started(family, {}, [
    family.member("a"),
    family.member("b", { shutdown: 300, stopsInMs: 299 }),
    family.member("c", { shutdown: 500, stopsInMs: undefined }),
  ]);
  const stopped = supervisor.shutdown();
  family.news();
  await family.clock.advance(499);
  assert.equal(family.news(), "");
  await family.clock.advance(1);
  assert.equal(family.news(), "!c");
  await family.clock.advance(299);
  await stopped;
  assert.equal(family.news(), "-b -a");
  assert.deepEqual(family.events.filter(({ type }) => type === "abandoned"), [{
    type: "abandoned",
    id: "c",
    limitMs: 500,
    reason: undefined,
  }]);
  family.assertGone();
});

Deno.test("brutal kills without asking, and infinity waits as long as it takes", async () => {
  const family = new Family();
  const supervisor = await started(family, {}, [
    family.member("a", { shutdown: "infinity", stopsInMs: 3_600_000 }),
    family.member("b", { shutdown: "brutal", stopsInMs: 1000 }),
  ]);
  family.news();
  const stopped = supervisor.shutdown();
  await family.clock.advance(0);
  assert.equal(family.news(), "!b");
  await family.clock.advance(3_600_000);
  await stopped;
  assert.equal(family.news(), "-a");
});

Deno.test("a supervisor that is killed kills what is below it at once", async () => {
  const family = new Family();
  const below: SupervisorSpec = {
    id: "below",
    restart: "permanent",
    shutdown: "brutal",
    children: [family.member("a", { stopsInMs: undefined }), family.member("b", { stopsInMs: 1000 })],
  };
  const supervisor = await started(family, {}, [below]);
  family.news();
  await supervisor.shutdown();
  await family.clock.advance(0);
  assert.equal(family.news(), "!b !a");
  family.assertGone();
});

Deno.test("a child that is stopped before a crash of it is dealt with is not started again", async () => {
  const family = new Family();
  const supervisor = await started(family, {}, [family.member("a"), family.member("b", { stopsInMs: 1000 })]);
  const stoppedB = supervisor.stop("b");
  void family.crash("a");
  const stoppedA = supervisor.stop("a");
  await family.clock.advance(10_000);
  await Promise.all([stoppedA, stoppedB]);
  assert.equal(supervisor.size, 0);
  family.assertGone();
});

const asking = setup({ actors: { leaf: fromCallback(() => () => {}) } }).createMachine({
  invoke: { src: "leaf", onError: {} },
  initial: "on",
  states: {
    on: { on: { STOP: "leaving", QUIT: "off" } },
    leaving: { after: { 200: "off" }, on: { STAY: "on" } },
    off: { type: "final" },
  },
});

for (const [shutdown, left, how] of [[300, 200, "ends by itself"], [100, 100, "is stopped after its limit"]] as const) {
  Deno.test(`an actor that is asked to stop and may take ${shutdown} ms ${how}`, async () => {
    const family = new Family();
    const supervisor = family.supervisor();
    const actors: { getSnapshot(): { status: string } }[] = [];
    supervisor.start({
      id: "a",
      restart: "permanent",
      shutdown,
      stopEvent: { type: "STOP" },
      create: () => {
        const actor = createActor(asking, { clock: family.clock });
        actors.push(actor);
        return actor;
      },
    });
    const stopped = supervisor.stop("a");
    await family.clock.advance(left - 1);
    assert.equal(actors[0]?.getSnapshot().status, "active");
    await family.clock.advance(1);
    await stopped;
    assert.equal(actors[0].getSnapshot().status, left === 200 ? "done" : "stopped");
    assert.equal(actors.length, 1);
    assert.equal(supervisor.size, 0);
    family.assertGone();
  });
}

Deno.test("a provided service is at hand while it runs, is new after a restart, and gives back what a failed start had taken", async () => {
  const family = new Family();
  const open = new Set<number>();
  let made = 0;
  let scopeFail: (reason: unknown) => void = () => {};
  const numbers = provide({ id: "numbers" }, ({ resources, fail }) => {
    const number = ++made;
    open.add(number);
    resources.defer(() => void open.delete(number));
    scopeFail = fail;
    if (number === 1) throw new Error("Not yet");
    return number;
  });
  const supervisor = family.supervisor();
  assert.throws(() => numbers.get(), { code: "not_up" });
  const ready = supervisor.startAll([numbers]);
  await family.clock.advance(0);
  await ready;
  assert.deepEqual([numbers.get(), [...open]], [2, [2]]);
  scopeFail(new Error("Broken"));
  await family.clock.advance(1000);
  assert.deepEqual([numbers.get(), [...open]], [3, [3]]);
  await supervisor.shutdown();
  assert.deepEqual([numbers.peek(), open.size], [undefined, 0]);
});

Deno.test("what a callback of the owner throws is not lost, and the supervisor goes on", async () => {
  const family = new Family();
  const supervisor = family.supervisor();
  const seen: unknown[] = [];
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    seen.push((event.reason as Error).message);
  };
  addEventListener("unhandledrejection", onRejection);
  const onDown = () => {
    throw new Error("The owner is at fault");
  };
  await supervisor.startAll([family.member("a", { restart: "temporary", onDown }), family.member("b")]);
  await family.crash("a");
  await family.crash("b");
  removeEventListener("unhandledrejection", onRejection);
  assert.deepEqual(seen, ["The owner is at fault"]);
  assert.equal(family.news(), "+a +b !a !b +b");
  await supervisor.shutdown();
});
