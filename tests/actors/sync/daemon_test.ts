import assert from "node:assert/strict";
import fc from "fast-check";
import type { SourceEvent } from "../../../actors/sync/events.ts";
import { SYNC_LEASE, SyncDaemon } from "../../../actors/sync/daemon.ts";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { FakeLeases, ListSource, MemoryArchive, MemoryCheckpoints, STEADY, TUNING } from "../../services/sync/support.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What all nodes share. */
class Fleet implements Disposable {
  readonly clock = new VirtualClock();
  readonly log = captureLogger();
  readonly archive = new MemoryArchive();
  readonly checkpoints = new MemoryCheckpoints();
  readonly leases = new FakeLeases(this.clock);
  readonly a = new ListSource("a");
  readonly b = new ListSource("b");
  #nodes = 0;

  node(): Node {
    return new Node(this, `node${++this.#nodes}`);
  }

  /** What is missing or too much. */
  get wrong(): string[] {
    const wanted = [this.a, this.b].flatMap(({ name, records }) => records.map((_, index) => `${name}:${index}`));
    const there = [...this.archive.turns.values()].map(({ origin }) => origin ?? "");
    const twice = [...this.archive.inserts].filter(([, times]) => times !== 1).map(([id]) => `${id} twice`);
    return [...wanted.filter((each) => !there.includes(each)), ...there.filter((each) => !wanted.includes(each)), ...twice];
  }

  [Symbol.dispose](): void {
    this.log[Symbol.dispose]();
  }
}

/** A node, whose process can be frozen and killed. */
class Node implements AsyncDisposable {
  readonly daemon: SyncDaemon;
  readonly events: (SourceEvent | { type: "ROLE"; role: string })[] = [];
  readonly supervisor: Supervisor;
  readonly clock: FreezableClock;

  constructor(fleet: Fleet, holder: string) {
    this.clock = new FreezableClock(fleet.clock);
    const { archive, checkpoints, leases, a, b, log } = fleet;
    this.daemon = new SyncDaemon({
      sources: [a, b],
      archive,
      checkpoints,
      leases,
      holder,
      tuning: TUNING,
      clock: this.clock,
      random: STEADY,
      logger: log.logger,
      onEvent: (event) => void this.events.push(event),
    });
    this.supervisor = new Supervisor({ clock: this.clock });
    this.supervisor.start(this.daemon.spec);
  }

  get role(): string {
    return this.daemon.status().role;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.supervisor[Symbol.dispose]();
    await this.daemon[Symbol.asyncDispose]();
  }
}

/** A clock whose timers wait while the process is stopped, as they do after SIGSTOP; the time itself goes on. */
class FreezableClock extends VirtualClock {
  readonly #clock: VirtualClock;
  #frozen: (() => void)[] | undefined;

  constructor(clock: VirtualClock) {
    super();
    this.#clock = clock;
  }

  override now(): number {
    return this.#clock.now();
  }

  override wall(): number {
    return this.#clock.wall();
  }

  override setTimeout(callback: () => void, ms: number): ReturnType<VirtualClock["setTimeout"]> {
    return this.#clock.setTimeout(() => this.#frozen === undefined ? callback() : void this.#frozen.push(callback), ms);
  }

  override clearTimeout(id: number): void {
    this.#clock.clearTimeout(id);
  }

  freeze(): void {
    this.#frozen ??= [];
  }

  thaw(): void {
    const due = this.#frozen ?? [];
    this.#frozen = undefined;
    for (const callback of due) callback();
  }
}

Deno.test("a node alone leads, drains what is there page by page, and then waits", async () => {
  using fleet = new Fleet();
  fleet.a.records.push("1", "2", "3", "4", "5");
  await using node = fleet.node();
  await fleet.clock.advance(0);
  await fleet.clock.advance(100);
  assert.deepEqual(fleet.wrong, []);
  assert.equal(fleet.a.reads, 3);
  assert.equal(node.daemon.status().state, "leader.polling");
});

Deno.test("while there is news a source is read every second, and what is new is here within one", async () => {
  using fleet = new Fleet();
  await using _ = fleet.node();
  await fleet.clock.advance(30 * SECOND);
  fleet.a.records.push("hello");
  await fleet.clock.advance(30 * SECOND);
  assert.deepEqual(fleet.wrong, []);
  for (let turn = 0; turn < 20; turn++) {
    fleet.a.records.push(`turn ${turn}`);
    await fleet.clock.advance(SECOND);
    assert.deepEqual(fleet.wrong, []);
    await fleet.clock.advance(15 * SECOND);
  }
  const reads = fleet.a.reads;
  await fleet.clock.advance(60 * MINUTE);
  assert.ok(fleet.a.reads - reads < 250, "a quiet source is read seldom again");
});

Deno.test("a source that is told of news is read at once", async () => {
  using fleet = new Fleet();
  await using node = fleet.node();
  await fleet.clock.advance(SECOND);
  fleet.a.records.push("now");
  node.daemon.wake("a");
  await fleet.clock.advance(0);
  assert.deepEqual(fleet.wrong, []);
  assert.equal(fleet.b.reads, 1);
});

Deno.test("a source that fails is left alone for 5 s, then longer, up to 5 min; the other one goes on as ever", async () => {
  using fleet = new Fleet();
  fleet.a.before = () => Promise.reject(new Error("broken"));
  await using node = fleet.node();
  await fleet.clock.advance(20 * MINUTE);
  assert.ok(fleet.a.reads >= 8 && fleet.a.reads <= 11, `${fleet.a.reads} readings of the broken source`);
  assert.ok(fleet.b.reads >= 40, `${fleet.b.reads} readings of the other`);
  assert.equal(node.role, "leader");
  const [a, b] = node.daemon.status().sources;
  assert.deepEqual([a?.failures, a?.lastError, b?.errors], [a?.errors, { code: "failed", message: "broken" }, 0]);
  fleet.a.before = () => {};
  fleet.a.records.push("1");
  await fleet.clock.advance(6 * MINUTE);
  assert.deepEqual(fleet.wrong, []);
  assert.equal(node.daemon.status().sources[0]?.failures, 0);
});

Deno.test("a source that never answers keeps no other waiting, and is ended after five minutes", async () => {
  using fleet = new Fleet();
  let aborted = 0;
  fleet.a.before = (signal) => {
    signal.addEventListener("abort", () => aborted++);
    return new Promise(() => {});
  };
  fleet.b.records.push("1");
  await using node = fleet.node();
  await fleet.clock.advance(6 * MINUTE);
  assert.equal(fleet.archive.turns.size, 1);
  assert.ok(fleet.b.reads > 10);
  assert.equal(aborted, 1);
  assert.equal(node.daemon.status().sources[0]?.lastError?.code, "sync_timeout");
});

Deno.test("of several nodes one leads; when it ends in order another follows at once, when it dies within one and a half leases", async () => {
  using fleet = new Fleet();
  const first = fleet.node();
  await fleet.clock.advance(SECOND);
  await using second = fleet.node();
  await using third = fleet.node();
  await fleet.clock.advance(MINUTE);
  assert.deepEqual([first.role, second.role, third.role], ["leader", "follower", "follower"]);
  await first[Symbol.asyncDispose]();
  await fleet.clock.advance(TUNING.leaseMs / 2);
  const roles = [second.role, third.role];
  assert.deepEqual(roles.toSorted(), ["follower", "leader"]);
  const [leader, other] = roles[0] === "leader" ? [second, third] : [third, second];
  leader.clock.freeze();
  await fleet.clock.advance(1.5 * TUNING.leaseMs);
  assert.equal(other.role, "leader");
  leader.clock.thaw();
  await fleet.clock.advance(MINUTE);
  assert.deepEqual([leader.role, other.role], ["follower", "leader"]);
});

Deno.test("a leader that cannot reach the keeper of leases goes on until its lease ends, and leads again when the keeper is back", async () => {
  using fleet = new Fleet();
  await using node = fleet.node();
  await fleet.clock.advance(SECOND);
  fleet.leases.failure = new Error("keeper down");
  await fleet.clock.advance(TUNING.leaseMs / 2);
  assert.equal(node.role, "leader");
  await fleet.clock.advance(TUNING.leaseMs);
  assert.equal(node.role, "backoff");
  assert.equal(node.daemon.status().leaseError?.message, "keeper down");
  fleet.leases.failure = undefined;
  fleet.a.records.push("1");
  await fleet.clock.advance(5 * MINUTE);
  assert.equal(node.role, "leader");
  assert.equal(node.daemon.status().leaseError, undefined);
  assert.deepEqual(fleet.wrong, []);
});

Deno.test("a node whose sources all fail lets another one try", async () => {
  using fleet = new Fleet();
  let healthy = false;
  fleet.a.before = fleet.b.before = () => healthy ? undefined : Promise.reject(new Error("no network"));
  await using first = fleet.node();
  await fleet.clock.advance(0);
  assert.equal(first.role, "backoff");
  assert.equal(fleet.leases.holder(SYNC_LEASE), undefined);
  await using second = fleet.node();
  healthy = true;
  await fleet.clock.advance(0);
  assert.equal(second.role, "leader");
});

Deno.test("an outage has one line in the log at its beginning and one at its end, however often it is tried", async () => {
  using fleet = new Fleet();
  fleet.a.before = fleet.b.before = () => Promise.reject(new Error("no such route"));
  await using node = fleet.node();
  await fleet.clock.advance(60 * MINUTE);
  const errors = node.daemon.status().sources.map((source) => source.errors);
  assert.ok(errors.every((count) => count > 10), `${errors} tries`);
  const failing = (name: string) => `Source ${name} cannot be read and is tried again, ever more rarely: no such route`;
  assert.deepEqual(fleet.log.messages().toSorted(), [failing("a"), failing("b"), "Sync is leader now"]);
  fleet.a.before = fleet.b.before = () => {};
  await fleet.clock.advance(6 * MINUTE);
  const lines = fleet.log.messages("info").slice(1);
  assert.deepEqual(lines.toSorted(), errors.map((count, index) => `Source ${"ab"[index]} can be read again after ${count} failures`));
  fleet.a.before = () => Promise.reject(new Error("again"));
  await fleet.clock.advance(20 * MINUTE);
  assert.equal(fleet.log.messages("warning").length, 3, "the next outage is another one");
});

Deno.test("a keeper of leases that is away for an hour has one line in the log", async () => {
  using fleet = new Fleet();
  fleet.leases.failure = new Error("keeper down");
  await using _ = fleet.node();
  await fleet.clock.advance(60 * MINUTE);
  assert.deepEqual(fleet.log.messages(), ["The lease of the sync cannot be asked for: keeper down"]);
});

Deno.test("a leader that is stopped in the middle of writing and continued after another took over does no harm", async () => {
  using fleet = new Fleet();
  fleet.a.records.push("1", "2", "3", "4");
  const paused = Promise.withResolvers<void>();
  fleet.archive.before = () => paused.promise;
  await using first = fleet.node();
  await fleet.clock.advance(0);
  first.clock.freeze();
  fleet.archive.before = () => {};
  await using second = fleet.node();
  await fleet.clock.advance(2 * TUNING.leaseMs);
  assert.equal(second.role, "leader");
  fleet.a.records.push("5");
  await fleet.clock.advance(MINUTE);
  const kept = fleet.checkpoints.kept.get("a");
  // The process goes on: its write arrives first, its timers after.
  paused.resolve();
  await fleet.clock.advance(0);
  first.clock.thaw();
  await fleet.clock.advance(MINUTE);
  assert.equal(fleet.checkpoints.kept.get("a"), kept);
  assert.deepEqual([first.role, second.role], ["follower", "leader"]);
  assert.deepEqual(fleet.wrong, []);
});

Deno.test("a fencing token smaller than the last leader's is an error that says what to do", async () => {
  using fleet = new Fleet();
  await fleet.checkpoints.claim(1_000_000);
  await using node = fleet.node();
  await fleet.clock.advance(SECOND);
  assert.equal(node.role, "follower");
  assert.equal(node.daemon.status().leaseError?.code, "sync_fenced");
});

Deno.test("status tells the lag of each source, its last success and its counts, and events tell each reading", async () => {
  using fleet = new Fleet();
  fleet.a.records.push("1", "2", "3");
  await using node = fleet.node();
  await fleet.clock.advance(30 * SECOND);
  const status = node.daemon.status();
  assert.equal(status.role, "leader");
  const [a, b] = status.sources;
  assert.deepEqual([a?.added, a?.errors, a?.draining], [3, 0, false]);
  assert.ok(a?.lagMs !== undefined && a.lagMs <= SECOND && b?.lagMs !== undefined);
  assert.equal(b?.lastSuccessAt, fleet.clock.wall());
  assert.equal(node.events.filter(({ type }) => type === "SOURCE_READ").length, fleet.a.reads + fleet.b.reads);
  fleet.a.before = () => new Promise(() => {});
  await fleet.clock.advance(10 * SECOND);
  assert.ok((node.daemon.status().sources[0]?.lagMs ?? 0) >= 9 * SECOND, "a source that does not answer falls behind");
});

Deno.test("whatever fails, whoever leads and whenever nodes stop: every record is there exactly once", async () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("commit" as const),
      source: fc.constantFrom("a" as const, "b" as const),
      count: fc.integer({ min: 1, max: 7 }),
    }),
    fc.record({ kind: fc.constantFrom("start" as const, "stop" as const, "freeze" as const, "thaw" as const), node: fc.nat(2) }),
    fc.record({
      kind: fc.constantFrom("break" as const, "mend" as const),
      what: fc.constantFrom("a" as const, "b" as const, "archive" as const, "leases" as const),
    }),
    fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 40 * SECOND }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      using fleet = new Fleet();
      const nodes: (Node | undefined)[] = [fleet.node()];
      const fail = (broken: boolean) => broken ? () => Promise.reject(new Error("broken")) : () => {};
      const set = (what: string, broken: boolean) => {
        if (what === "leases") fleet.leases.failure = broken ? new Error("broken") : undefined;
        else if (what === "archive") fleet.archive.before = fail(broken);
        else (what === "a" ? fleet.a : fleet.b).before = fail(broken);
      };
      for (const each of steps) {
        if (each.kind === "commit") {
          const { records } = each.source === "a" ? fleet.a : fleet.b;
          for (let i = 0; i < each.count; i++) records.push(`r${records.length}`);
        } else if (each.kind === "wait") await fleet.clock.advance(each.ms);
        else if ("what" in each) set(each.what, each.kind === "break");
        else if (each.kind === "start") nodes[each.node] ??= fleet.node();
        else if (each.kind === "stop") {
          await nodes[each.node]?.[Symbol.asyncDispose]();
          nodes[each.node] = undefined;
        } else if (each.kind === "freeze") nodes[each.node]?.clock.freeze();
        else nodes[each.node]?.clock.thaw();
        await fleet.clock.advance(0);
      }
      for (const what of ["a", "b", "archive", "leases"]) set(what, false);
      for (const node of nodes) node?.clock.thaw();
      nodes[0] ??= fleet.node();
      await fleet.clock.advance(15 * MINUTE);
      assert.deepEqual(fleet.wrong, []);
      const roles = nodes.flatMap((node) => node === undefined ? [] : [node.role]);
      assert.equal(roles.filter((role) => role === "leader").length, 1, roles.join());
      for (const node of nodes) await node?.[Symbol.asyncDispose]();
      assert.equal(fleet.clock.armed, 0, "a timer is left");
    }),
    { numRuns: 60 },
  );
});
