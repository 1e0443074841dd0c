/**
 * Which children are stopped and started again, in which order, when one fails or ends.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Restart } from "../../../actors/supervision/child_spec.ts";
import type { Strategy } from "../../../actors/supervision/settings.ts";
import { Family, started } from "./family.ts";

interface Case {
  readonly strategy: Strategy;
  readonly what: "crash" | "end";
  readonly restart?: Restart;
  readonly news: string;
  readonly left?: string;
}

const CASES: readonly Case[] = [
  { strategy: "one_for_one", what: "crash", news: "!b +b" },
  { strategy: "simple_one_for_one", what: "crash", news: "!b +b" },
  { strategy: "rest_for_one", what: "crash", news: "!b -d -c +b +c +d" },
  { strategy: "one_for_all", what: "crash", news: "!b -d -c -a +a +b +c +d" },
  { strategy: "one_for_one", what: "end", news: "!b +b" },
  { strategy: "rest_for_one", what: "end", news: "!b -d -c +b +c +d" },
  { strategy: "one_for_one", what: "end", restart: "transient", news: "!b", left: "a c d" },
  { strategy: "one_for_one", what: "crash", restart: "transient", news: "!b +b" },
  { strategy: "rest_for_one", what: "end", restart: "transient", news: "!b", left: "a c d" },
  { strategy: "one_for_one", what: "crash", restart: "temporary", news: "!b", left: "a c d" },
  { strategy: "rest_for_one", what: "crash", restart: "temporary", news: "!b", left: "a c d" },
  { strategy: "one_for_all", what: "end", restart: "temporary", news: "!b", left: "a c d" },
];

for (const { strategy, what, restart = "permanent", news, left = "a b c d" } of CASES) {
  Deno.test(`${strategy}: the ${what} of a ${restart} child leads to "${news}"`, async () => {
    const family = new Family();
    const supervisor = await started(family, { strategy }, [
      family.member("a"),
      family.member("b", { restart }),
      family.member("c"),
      family.member("d"),
    ]);
    assert.equal(family.news(), "+a +b +c +d");
    await family[what]("b");
    assert.equal(family.news(), news);
    assert.equal(supervisor.which().join(" "), left);
    await supervisor.shutdown();
    assert.equal(family.news(), left.split(" ").reverse().map((id) => `-${id}`).join(" "));
    family.assertGone();
    await supervisor.finished;
  });
}

Deno.test("a temporary child that stands after the one that crashed is stopped for good under rest_for_one", async () => {
  const family = new Family();
  const supervisor = await started(family, { strategy: "rest_for_one" }, [
    family.member("a"),
    family.member("b", { restart: "temporary" }),
  ]);
  await family.crash("a");
  assert.equal(family.news(), "+a +b !a -b +a");
  assert.deepEqual(supervisor.which(), ["a"]);
  await supervisor.shutdown();
});

Deno.test("children start one after the other, each when the one before is ready", async () => {
  const family = new Family();
  const supervisor = family.supervisor({ strategy: "rest_for_one" });
  const slow = family.member("a");
  const ready = supervisor.startAll([
    { ...slow, start: async (signal) => (await new Promise<void>((done) => family.clock.setTimeout(done, 700)), slow.start(signal)) },
    family.member("b"),
  ]);
  await family.clock.advance(699);
  assert.equal(family.news(), "");
  assert.deepEqual(supervisor.tree().children.map(({ state }) => state), ["starting", "down"]);
  await family.clock.advance(1);
  await ready;
  assert.equal(family.news(), "+a +b");
  await supervisor.shutdown();
});

Deno.test("while a child waits for its restart, those that rely on it stay down, and one before it that crashes goes first", async () => {
  const family = new Family();
  const supervisor = await started(family, { strategy: "rest_for_one" }, [family.member("a"), family.member("b"), family.member("c")]);
  await family.crash("b");
  await family.crash("b");
  assert.deepEqual(supervisor.tree().children.map(({ state }) => state), ["up", "waiting", "down"]);
  family.news();
  await family.crash("a");
  assert.equal(family.news(), "!a +a +b +c");
  await family.clock.advance(60_000);
  assert.equal(family.news(), "");
  await supervisor.shutdown();
  family.assertGone();
});

Deno.test("children of a one_for_one supervisor start although one of them waits", async () => {
  const family = new Family();
  const supervisor = family.supervisor();
  const ready = supervisor.startAll([family.member("a", { starts: ["badly", "badly"] }), family.member("b")]);
  await family.clock.advance(0);
  assert.equal(family.news(), "+b");
  await family.clock.advance(1000);
  await ready;
  assert.equal(family.news(), "+a");
  await supervisor.shutdown();
});

Deno.test("what others can do without is restarted alone, for ever, and holds up nobody", async () => {
  const family = new Family();
  const supervisor = await started(family, { strategy: "rest_for_one", intensity: 1 }, [
    family.member("a"),
    family.member("redis", { optional: true, starts: ["badly", "badly", "badly", "badly", "badly"] }),
    family.member("c"),
  ]);
  assert.equal(family.news(), "+a +c");
  await family.clock.advance(15_000);
  assert.equal(family.news(), "+redis");
  for (let crash = 0; crash < 20; crash++) {
    await family.crash("redis");
    await family.clock.advance(10_000);
  }
  assert.equal(family.news(), Array(20).fill("!redis +redis").join(" "));
  await supervisor.shutdown();
  assert.equal(family.news(), "-c -redis -a");
});

for (const [autoShutdown, ends, over] of [["any", ["b"], true], ["all", ["b"], false], ["all", ["b", "c"], true]] as const) {
  Deno.test(`with auto-shutdown ${autoShutdown}, the end of significant ${ends.join(" and ")} ${over ? "ends" : "leaves"} the supervisor`, async () => {
    const family = new Family();
    const supervisor = await started(family, { autoShutdown }, [
      family.member("a"),
      family.member("b", { restart: "transient", significant: true }),
      family.member("c", { restart: "temporary", significant: true }),
    ]);
    for (const id of ends) await family.end(id);
    assert.equal(supervisor.tree().state, over ? "stopped" : "running");
    if (over) {
      await supervisor.finished;
      family.assertGone();
    }
    await supervisor.shutdown();
  });
}
