import assert from "node:assert/strict";
import { Health } from "../../../actors/health/health.ts";
import { configWith } from "../../../services/config/mod.ts";
import { type Patient, rig, TUNING } from "./rig.ts";

Deno.test("an outage counts after as many failures as configured, and a recovery after as many successes", async () => {
  await using it = rig({ redis: false, disk: true });
  const { clock, health, supervisor, patients: { redis, disk }, log } = it;
  supervisor.start(health.spec);
  await clock.advance(2000);
  assert.deepEqual([health.report().status, health.report().complete], ["healthy", true]);
  const asked = async (patient: Patient, times: number) => {
    for (const wanted = patient.asked.length + times; patient.asked.length < wanted;) await clock.advance(10);
  };
  redis!.answer = "fail";
  await asked(redis!, 1);
  assert.equal(health.report().status, "healthy", "one failure is no outage");
  await asked(redis!, 1);
  assert.equal(health.report().status, "degraded");
  disk!.answer = "throw";
  await asked(disk!, 2);
  assert.equal(health.report().status, "unhealthy");
  redis!.answer = disk!.answer = "pass";
  await asked(disk!, 1);
  assert.equal(health.report().status, "unhealthy", "one success is no recovery");
  await clock.advance(2300);
  assert.equal(health.report().status, "healthy");
  assert.match(log.messages("warning").join(), /degraded: redis \(redis says fail\).*unhealthy: .*disk \(disk is gone\)/);
  assert.match(log.messages("info").join(), /healthy again/);
});

Deno.test("whatever happens shows within five seconds, and its end within five seconds, also of what answers nothing", async () => {
  const { health: tuning } = configWith();
  // Of the stages as well, which are asked less often.
  for (const intervalMs of [tuning.intervalMs, 1200]) {
    // Whenever it happens between two askings.
    for (let afterMs = 0; afterMs < intervalMs; afterMs += 150) {
      for (const answer of ["fail", "throw", "hang"] as const) {
        await using it = rig({ redis: false }, { tuning });
        const { clock, health, supervisor, patients: { redis } } = it;
        redis!.intervalMs = intervalMs;
        supervisor.start(health.spec);
        await clock.advance(2000 + afterMs);
        redis!.answer = answer;
        await clock.advance(5000);
        assert.equal(health.report().status, "degraded", answer);
        redis!.recover();
        await clock.advance(5000);
        assert.equal(health.report().status, "healthy", answer);
      }
    }
  }
});

Deno.test("a check that hangs is given up in time and not asked twice at once; nobody else waits for it", async () => {
  await using it = rig({ slow: false, quick: false });
  const { clock, health, supervisor, patients: { slow, quick } } = it;
  slow!.answer = "hang";
  supervisor.start(health.spec);
  await clock.advance(30_000);
  assert.deepEqual([slow!.most, slow!.asked.length], [1, 1]);
  assert.ok(quick!.asked.length >= 27, `${quick!.asked.length}`);
  const { checks } = health.report();
  assert.match(checks.find(({ id }) => id === "slow")?.readings[0]?.output ?? "", /did not answer within 500 ms/);
});

Deno.test("checks do not come together, neither at the start nor later", async () => {
  const names = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`c${n}`, false]));
  await using it = rig(names);
  const { clock, health, supervisor, patients } = it;
  supervisor.start(health.spec);
  await clock.advance(20_000);
  const asked = Object.values(patients).flatMap((patient) => patient.asked).map((at) => Math.round(at));
  const together = Math.max(...Map.groupBy(asked, (at) => at).values().map(({ length }) => length));
  assert.ok(together <= 3, `${together} of 8 in the same millisecond`);
  for (const { asked } of Object.values(patients)) {
    const gaps = asked.slice(1).map((at, index) => at - asked[index]!);
    assert.ok(gaps.every((gap) => gap >= 900 && gap <= 1100), `${gaps}`);
  }
});

Deno.test("what is known is told without asking, however often", async () => {
  await using it = rig({ redis: false });
  const { clock, health, supervisor, patients: { redis } } = it;
  supervisor.start(health.spec);
  await clock.advance(3000);
  const before = redis!.asked.length;
  for (let n = 0; n < 1000; n++) health.report();
  assert.equal(redis!.asked.length, before);
});

Deno.test("a check can be asked at once, and a check under way is not asked again", async () => {
  await using it = rig({ redis: false, disk: true });
  const { clock, health, supervisor, patients: { redis, disk } } = it;
  supervisor.start(health.spec);
  await clock.advance(300);
  const [r, d] = [redis!.asked.length, disk!.asked.length];
  health.refresh("redis");
  await clock.advance(0);
  assert.deepEqual([redis!.asked.length - r, disk!.asked.length - d], [1, 0]);
  redis!.answer = "hang";
  health.refresh();
  health.refresh();
  await clock.advance(0);
  assert.deepEqual([redis!.asked.length - r, disk!.asked.length - d], [2, 1]);
});

Deno.test("before every check has answered it is degraded, unless something is missing that it cannot do without", async () => {
  await using it = rig({ slow: false, disk: true });
  const { clock, health, supervisor, patients: { slow, disk } } = it;
  assert.deepEqual(health.report(), { status: "degraded", complete: false, checks: [] });
  slow!.answer = "hang";
  disk!.answer = "fail";
  supervisor.start(health.spec);
  await clock.advance(250);
  assert.deepEqual([health.report().status, health.report().complete], ["unhealthy", false]);
});

Deno.test("a crash of the actor keeps what it knew, and old news is not called healthy", async () => {
  await using it = rig({ redis: false });
  const { clock, health, supervisor } = it;
  supervisor.start(health.spec);
  await clock.advance(2000);
  await supervisor.stop("health");
  assert.equal(health.report().status, "healthy");
  await clock.advance(10_000);
  assert.equal(health.report().status, "degraded");
  supervisor.start(health.spec);
  await clock.advance(2000);
  assert.equal(health.report().status, "healthy");
});

Deno.test("two checks of one id are refused", () => {
  assert.throws(() => {
    const { health, log, patients } = rig({ a: false });
    log[Symbol.dispose]();
    void health;
    const { clock } = rig({});
    new Health({
      checks: [patients.a!, patients.a!],
      tuning: TUNING,
      clock,
      random: { next: () => 0 },
      logger: log.logger,
    });
  }, { code: "duplicate_check" });
});
