import assert from "node:assert/strict";
import fc from "fast-check";
import { systemClock } from "../../../base/clock.ts";
import { systemRandom } from "../../../base/random.ts";
import { HttpServer } from "../../../services/esp32_server/http/server.ts";
import { createEsp32ServerApp } from "../../../services/esp32_server/server/app.ts";
import type { RemoteRecord } from "../../../services/esp32_server/stages.ts";
import { StageError } from "../../../services/esp32_server/errors.ts";
import { HttpSource } from "../../../services/sync/http/source.ts";
import { SourceReader } from "../../../services/sync/reader.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { fakeServer } from "../../support/fake_server.ts";
import { MemoryArchive, MemoryCheckpoints } from "./support.ts";

const WINDOW_MS = 1_800_000;
const MINUTE = 60_000;
const { signal } = new AbortController();
const tenure = { token: 1, valid: () => true };

/** A source over records in memory, on a clock of its own. */
class Bench implements Disposable {
  readonly clock = new VirtualClock();
  readonly log = captureLogger();
  readonly archive = new MemoryArchive();
  readonly checkpoints = new MemoryCheckpoints();
  readonly asked: number[] = [];
  records: RemoteRecord[] = [];
  failure: Error | undefined;
  source = this.make();
  #reader = this.#makeReader();

  make(): HttpSource {
    return new HttpSource({
      server: {
        recentHistory: (since) => {
          this.asked.push(since);
          if (this.failure !== undefined) return Promise.reject(this.failure);
          return Promise.resolve(this.records.filter(({ createdAt }) => (createdAt ?? Infinity) >= since));
        },
      },
      windowMs: WINDOW_MS,
      archive: this.archive,
      clock: this.clock,
      logger: this.log.logger,
    });
  }

  /** What a restart or another leader is. */
  restart(): void {
    this.source = this.make();
    this.#reader = this.#makeReader();
  }

  async step(): Promise<{ added: number; updated: number; skipped: number }> {
    const step = this.#reader.step(tenure, signal);
    // It may fail before the clock has moved.
    step.catch(() => {});
    await this.clock.advance(0);
    const result = await step;
    assert.equal(result.kind, "read");
    return result as { added: number; updated: number; skipped: number };
  }

  /** A record made `at` milliseconds after the start. */
  record(id: string, at: number, more: Partial<RemoteRecord> = {}): RemoteRecord {
    return { id, sessionId: "s1", userText: `question ${id}`, replyText: "Yes.", createdAt: this.clock.wall() + at, ...more };
  }

  [Symbol.dispose](): void {
    this.log[Symbol.dispose]();
  }

  #makeReader(): SourceReader {
    return new SourceReader({ source: this.source, archive: this.archive, checkpoints: this.checkpoints, clock: this.clock });
  }
}

Deno.test("the first reading asks for everything, the next from half an hour before the newest record", async () => {
  using bench = new Bench();
  const newest = bench.record("b", -MINUTE);
  bench.records = [bench.record("a", -90 * MINUTE), newest];
  assert.equal((await bench.step()).added, 2);
  await bench.step();
  assert.deepEqual(bench.asked, [0, newest.createdAt! - WINDOW_MS]);
});

Deno.test("after an outage of hours everything since is asked for, not only the last half hour", async () => {
  using bench = new Bench();
  bench.records = [bench.record("a", 0)];
  await bench.step();
  await bench.clock.advance(300 * MINUTE);
  bench.records.push(bench.record("b", -200 * MINUTE), bench.record("c", 0));
  bench.restart();
  assert.equal((await bench.step()).added, 2);
});

Deno.test("a turn has the record's device, session, texts and time, and says where it came from", async () => {
  using bench = new Bench();
  bench.records = [bench.record("7", -MINUTE, { deviceId: "AA:BB:CC:DD:EE:FF" })];
  await bench.step();
  const [turn] = [...bench.archive.turns.values()];
  assert.equal(turn?.deviceId, "aa:bb:cc:dd:ee:ff");
  assert.equal(turn?.origin, "http:7");
  assert.equal(turn?.startedAt, bench.clock.wall() - MINUTE);
  assert.deepEqual([turn?.userText, turn?.replyText, turn?.heardText, turn?.outcome], ["question 7", "Yes.", "Yes.", "completed"]);
});

Deno.test("a record that changed replaces what it was, and one that did not is not written again", async () => {
  using bench = new Bench();
  bench.records = [bench.record("a", -MINUTE), bench.record("b", -MINUTE)];
  await bench.step();
  assert.deepEqual(await bench.step(), {
    kind: "read",
    added: 0,
    updated: 0,
    skipped: 2,
    more: false,
    newestAt: bench.clock.wall() - MINUTE,
  });
  bench.records[0] = { ...bench.records[0]!, replyText: "No." };
  assert.equal((await bench.step()).updated, 1);
  assert.deepEqual(bench.archive.texts.toSorted(), ["question a|No.", "question b|Yes."]);
});

Deno.test("of two records of one id in an answer the last one stands", async () => {
  using bench = new Bench();
  bench.records = [bench.record("a", -MINUTE, { replyText: "first" }), bench.record("a", -MINUTE, { replyText: "last" })];
  await bench.step();
  assert.deepEqual(bench.archive.texts, ["question a|last"]);
});

Deno.test("records without times keep the server's order and the time of their first reading, also after a restart", async () => {
  using bench = new Bench();
  bench.records = ["a", "b", "c"].map((id) => {
    const { createdAt: _, ...untimed } = bench.record(id, 0);
    return untimed;
  });
  await bench.step();
  const before = [...bench.archive.turns.values()];
  await bench.clock.advance(10 * MINUTE);
  bench.restart();
  assert.equal((await bench.step()).updated, 0);
  assert.deepEqual([...bench.archive.turns.values()], before);
  assert.deepEqual(bench.archive.texts, ["question a|Yes.", "question b|Yes.", "question c|Yes."]);
});

Deno.test("a record dated in the future is taken and hides nothing that comes after", async () => {
  using bench = new Bench();
  bench.records = [bench.record("wrong", 1e12), bench.record("a", -MINUTE)];
  assert.equal((await bench.step()).added, 2);
  bench.records.push(bench.record("b", 0));
  assert.equal((await bench.step()).added, 1);
});

for (
  const [what, skew] of [["an hour behind", -60 * MINUTE], ["an hour ahead", 60 * MINUTE], ["a year behind", -525_600 * MINUTE]] as const
) {
  Deno.test(`nothing is missed of a server whose clock is ${what}`, async () => {
    using bench = new Bench();
    for (let round = 0; round < 100; round++) {
      bench.records.push(bench.record(`r${round}`, skew));
      // Becomes visible late, dated up to a quarter of an hour before.
      if (round % 7 === 0) bench.records.push(bench.record(`late${round}`, skew - 15 * MINUTE));
      await bench.step();
      await bench.clock.advance(MINUTE);
    }
    await bench.step();
    assert.equal(bench.archive.turns.size, bench.records.length);
  });
}

Deno.test("turns of sessions of this runtime are left out: they are here already", async () => {
  using bench = new Bench();
  bench.archive.sessions.set("own", { sessionId: "own", deviceId: "d", clientId: "c", startedAt: 0, turns: 1 });
  bench.archive.sessions.set("s1", { sessionId: "s1", deviceId: "d", clientId: "", startedAt: 0, endReason: "import", turns: 1 });
  bench.records = [bench.record("a", -1, { sessionId: "own" }), bench.record("b", -1)];
  assert.equal((await bench.step()).added, 1);
  assert.deepEqual(bench.archive.texts, ["question b|Yes."]);
});

Deno.test("a record that names a turn of this runtime is that turn", async () => {
  using bench = new Bench();
  const turnId = "01KDVDNT00AAAAAAAAAAAAAAAA";
  bench.records = [bench.record("a", -1, { turnId }), bench.record("b", -1, { turnId: "not an id" })];
  await bench.step();
  assert.ok(bench.archive.turns.has(turnId));
  assert.equal(bench.archive.turns.size, 2);
});

Deno.test("a first answer that is too large is asked for again from later on, with a warning", async () => {
  using bench = new Bench();
  bench.records = [bench.record("a", -MINUTE)];
  bench.failure = new StageError("history", "too_large", "Answer is over 64 MiB");
  const read = bench.source.read.bind(bench.source);
  await assert.rejects(read(undefined, { signal }), { code: "history_too_large" });
  assert.ok(bench.asked.length > 3 && bench.asked.every((since, at) => at === 0 || since >= bench.asked[at - 1]!));
  assert.ok(bench.log.messages("warning").length > 0);
});

Deno.test("a checkpoint that is none is an error that says what would be right", async () => {
  using bench = new Bench();
  await assert.rejects(bench.source.read("nonsense", { signal }), { code: "sync_bad_checkpoint", message: /seenUntil/ });
});

Deno.test("whatever the times, the repetitions and the failures: every record is there exactly once in the end", async () => {
  const event = fc.record({
    at: fc.oneof(fc.constant(undefined), fc.integer({ min: -20 * MINUTE, max: 0 }), fc.constant(1e12)),
    fails: fc.boolean(),
    restarts: fc.boolean(),
    pause: fc.integer({ min: 0, max: 40 * MINUTE }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
      using bench = new Bench();
      for (const [number, { at, fails, restarts, pause }] of events.entries()) {
        const { createdAt: _, ...untimed } = bench.record(String(number), 0);
        bench.records.push(at === undefined ? untimed : bench.record(String(number), at));
        if (restarts) bench.restart();
        bench.failure = fails ? new StageError("history", "unavailable", "Server is down") : undefined;
        await bench.step().catch(() => {});
        await bench.clock.advance(pause);
      }
      bench.failure = undefined;
      await bench.step();
      assert.deepEqual(
        [...bench.archive.turns.values()].map(({ origin }) => origin).toSorted(),
        bench.records.map(({ id }) => `http:${id}`).toSorted(),
      );
    }),
    { numRuns: 60 },
  );
});

/** A source over real HTTP. */
async function overHttp(
  handler: (request: Request) => Response | Promise<Response>,
  body: (bench: {
    readonly archive: MemoryArchive;
    step(): Promise<unknown>;
  }) => Promise<void>,
): Promise<void> {
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  using log = captureLogger();
  const clock = systemClock();
  const archive = new MemoryArchive();
  const timeoutMs = { detect: 1, recognize: 1, chatFirstToken: 1, chatIdle: 1, synthesizeFirstAudio: 1, synthesizeIdle: 1 };
  const server = new HttpServer({
    baseUrl: `http://127.0.0.1:${http.addr.port}`,
    apiKey: "",
    timeoutMs,
    audioFormat: "wav",
    foldContext: false,
    voice: "",
    clock,
    logger: log.logger,
    fetch,
  });
  const source = new HttpSource({ server, windowMs: WINDOW_MS, archive, clock, logger: log.logger });
  const reader = new SourceReader({ source, archive, checkpoints: new MemoryCheckpoints(), clock });
  try {
    await body({ archive, step: () => reader.step(tenure, signal) });
  } finally {
    await http.shutdown();
  }
}

Deno.test("the embedded server's history is synced end to end over HTTP", async () => {
  using log = captureLogger();
  const fake = fakeServer(systemClock());
  const app = createEsp32ServerApp({
    server: fake,
    apiKey: "",
    clock: systemClock(),
    random: systemRandom(),
    logger: log.logger,
    opus: () => Promise.reject(new Error("No audio here")),
  });
  await overHttp((request) => app.fetch(request), async ({ archive, step }) => {
    for (const message of ["How are you?", "你好吗？"]) {
      const answer = await app.request("/api/chat", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ message, session_id: "s9", device_id: "AA:BB:CC:DD:EE:FF" }),
      });
      assert.equal(answer.status, 200);
      await answer.text();
    }
    assert.equal((await step() as { added: number }).added, 2);
    assert.equal((await step() as { added: number }).added, 0);
    assert.deepEqual([...archive.turns.values()].map(({ userText }) => userText), ["How are you?", "你好吗？"]);
    assert.ok([...archive.turns.values()].every(({ deviceId, replyText }) => deviceId === "aa:bb:cc:dd:ee:ff" && replyText !== ""));
  });
});

for (
  const [what, answer, code] of [
    ["no JSON", () => new Response("<html>", { headers: { "content-type": "text/html" } }), "history_bad_answer"],
    ["no list", () => Response.json({ status: "ok" }), "history_bad_answer"],
    ["status 500", () => new Response("oops", { status: 500 }), /^history_/],
  ] as const
) {
  Deno.test(`a server that answers with ${what} is an error with a name, and nothing is kept`, async () => {
    await overHttp(answer, async ({ archive, step }) => {
      await assert.rejects(step(), (error: StageError) => {
        assert.match(error.code, new RegExp(code));
        return true;
      });
      assert.equal(archive.turns.size, 0);
    });
  });
}

Deno.test("an answer of many records is taken whole, with duplicates and nonsense in between", async () => {
  const count = 10_000;
  const list: unknown[] = Array.from({ length: count }, (_, i) => ({
    id: i,
    session_id: `s${i % 50}`,
    user_text: `q${i}`,
    ai_response: "a",
    created_at: new Date(1_767_225_600_000 + i * 1000).toISOString(),
  }));
  list.push(...list.slice(0, 100), null, 5, { nonsense: true });
  await overHttp(() => Response.json(list), async ({ archive, step }) => {
    assert.equal((await step() as { added: number }).added, count);
    assert.equal((await step() as { added: number }).added, 0);
    assert.equal(archive.turns.size, count);
  });
});
