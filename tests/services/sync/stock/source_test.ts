import assert from "node:assert/strict";
import fc from "fast-check";
import { SourceReader } from "../../../../services/sync/reader.ts";
import type { StockRow } from "../../../../services/sync/stock/rows.ts";
import { StockSource } from "../../../../services/sync/stock/source.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";
import { MemoryArchive, MemoryCheckpoints } from "../support.ts";
import { MemoryTables, stockRow } from "./memory_tables.ts";

const { signal } = new AbortController();

class Bench {
  readonly clock = new VirtualClock();
  readonly tables = new MemoryTables();
  readonly archive = new MemoryArchive();
  readonly checkpoints = new MemoryCheckpoints();
  #token = 1;
  #reader = this.#make();

  /** What a restart or another leader is. */
  restart(): void {
    this.#token++;
    this.#reader = this.#make();
  }

  /** Reads until there is no more; returns how many turns were written. */
  async drain(): Promise<number> {
    let written = 0;
    for (;;) {
      const step = this.#reader.step({ token: this.#token, valid: () => true }, signal);
      step.catch(() => {});
      await this.clock.advance(0);
      const result = await step;
      assert.equal(result.kind, "read");
      if (result.kind !== "read") return written;
      written += result.added + result.updated;
      if (!result.more) return written;
    }
  }

  #make(): SourceReader {
    const { tables, archive, checkpoints, clock } = this;
    return new SourceReader({ source: new StockSource({ name: "stock", tables, clock }), archive, checkpoints, clock });
  }
}

Deno.test("a user row and the agent rows after it are one turn, known by the user row; tool rows are not spoken", async () => {
  const bench = new Bench();
  bench.tables.rows.push(
    stockRow(1, "agent", "Welcome!", 0),
    stockRow(2, "user", '{"speaker":"Anna","content":"What is the weather like?"}', 10),
    stockRow(3, "tool", '[{"type":"tool","text":"get_weather({})"}]', 11),
    stockRow(4, "tool", '[{"type":"tool_result","text":"{}"}]', 12),
    stockRow(5, "agent", "Let me see.", 12),
    stockRow(6, "agent", "Sunny.", 13),
    stockRow(7, "user", "Thanks", 20),
  );
  bench.tables.names.set("s1", "The weather");
  await bench.drain();
  assert.deepEqual(bench.archive.texts, ["|Welcome!", "What is the weather like?|Let me see. Sunny.", "Thanks|"]);
  const turns = [...bench.archive.turns.values()].sort((a, b) => a.startedAt - b.startedAt);
  assert.deepEqual(turns.map(({ origin }) => origin), ["stock:1", "stock:2", "stock:7"]);
  assert.deepEqual(turns.map(({ source }) => source), ["say", "speech", "speech"]);
  assert.deepEqual(turns.map(({ outcome }) => outcome), ["completed", "completed", "interrupted"]);
  assert.deepEqual(turns.map(({ turnId }) => turnId), turns.map(({ turnId }) => turnId).toSorted(), "ids sort as the turns began");
  assert.equal(bench.archive.titles.get("s1"), "The weather");
});

Deno.test("an answer that arrives later completes its turn, and one that was read before its question moves into it", async () => {
  const bench = new Bench();
  bench.tables.rows.push(stockRow(1, "user", "one", 0), stockRow(4, "agent", "answer two", 21));
  await bench.drain();
  assert.deepEqual(bench.archive.texts, ["one|answer two"]);
  bench.tables.rows.push(stockRow(3, "user", "two", 20));
  await bench.drain();
  assert.deepEqual(bench.archive.texts, ["one|", "two|answer two"]);
  bench.tables.rows.push(stockRow(2, "agent", "answer one", 1));
  await bench.drain();
  assert.deepEqual(bench.archive.texts, ["one|answer one", "two|answer two"]);
});

Deno.test("an answer alone at the beginning is a turn until its question becomes visible", async () => {
  const bench = new Bench();
  bench.tables.rows.push(stockRow(1, "agent", "answer", 5));
  await bench.drain();
  assert.deepEqual(bench.archive.texts, ["|answer"]);
  bench.tables.rows.push(stockRow(2, "user", "question", 4));
  await bench.drain();
  assert.deepEqual(bench.archive.texts, ["question|answer"]);
});

Deno.test("reading everything again changes nothing, on this node and on another", async () => {
  const bench = new Bench();
  for (let id = 1; id <= 60; id++) bench.tables.rows.push(stockRow(id, id % 2 ? "user" : "agent", `r${id}`, id * 7 % 60));
  await bench.drain();
  const before = [...bench.archive.turns.values()];
  bench.restart();
  bench.checkpoints.kept.clear();
  assert.equal(await bench.drain(), 0);
  assert.deepEqual([...bench.archive.turns.values()], before);
});

Deno.test("a title that was given later is found within ten minutes", async () => {
  const bench = new Bench();
  bench.tables.rows.push(stockRow(1, "user", "one", 0));
  await bench.drain();
  bench.tables.names.set("s1", "Late");
  await bench.clock.advance(601_000);
  await bench.drain();
  assert.equal(bench.archive.titles.get("s1"), "Late");
});

Deno.test("a table that was emptied and counts from one again is read from its beginning", async () => {
  const bench = new Bench();
  for (let id = 1; id <= 30; id++) bench.tables.rows.push(stockRow(id, "user", `old ${id}`, id));
  await bench.drain();
  bench.tables.rows.length = 0;
  bench.tables.rows.push(stockRow(1, "user", "new", 5000));
  await bench.drain();
  assert.equal(bench.archive.turns.size, 31);
});

/** Rows of some sessions, in any order of times and ids, with ids that are never committed. */
const rowsArbitrary = fc.array(
  fc.record({
    session: fc.constantFrom("s1", "s2", ""),
    speaker: fc.constantFrom("user" as const, "agent" as const, "tool" as const),
    second: fc.nat(12),
    rolledBack: fc.boolean(),
  }),
  { maxLength: 25 },
);

/** What all rows together say. */
function expected(rows: readonly StockRow[]): string[] {
  const texts: string[] = [];
  for (const session of new Set(rows.map(({ sessionId }) => sessionId))) {
    const own = rows.filter(({ sessionId, speaker }) => sessionId === session && speaker !== "tool")
      .sort((a, b) => a.createdAt === b.createdAt ? a.id - b.id : a.createdAt < b.createdAt ? -1 : 1);
    let current: string[] | undefined;
    const turns: string[][] = [];
    for (const { speaker, content } of own) {
      if (speaker === "user") turns.push(current = [content]);
      else if (current !== undefined) current.push(content);
      else turns.push(["", content]);
    }
    texts.push(...turns.map(([user, ...agents]) => `${user}|${agents.join(" ")}`));
  }
  return texts.sort();
}

Deno.test("whatever the order of commits, failures, restarts and leaders: every row is in exactly one turn, the right one", async () => {
  await fc.assert(
    fc.asyncProperty(rowsArbitrary, fc.infiniteStream(fc.nat(1000)), async (wanted, chance) => {
      const next = () => chance.next().value as number;
      const bench = new Bench();
      // Some sessions are read whole, some are too long for that.
      bench.tables.largest = next() % 2 === 0 ? Infinity : 0;
      const waiting = wanted.flatMap(({ session, speaker, second, rolledBack }, index) =>
        rolledBack && index % 3 === 0 ? [] : [stockRow(index + 1, speaker, `r${index + 1}`, second, { sessionId: session })]
      );
      const all = [...waiting];
      while (waiting.length > 0) {
        // Mostly the next few, sometimes any: as parallel transactions commit.
        const [row] = waiting.splice(next() % Math.min(waiting.length, next() % 4 === 0 ? 25 : 3), 1);
        if (row !== undefined) bench.tables.rows.push(row);
        if (next() % 3 !== 0) continue;
        if (next() % 5 === 0) bench.restart();
        if (next() % 4 === 0) bench.tables.failure = new Error("server gone");
        if (next() % 4 === 0) {
          bench.archive.before = () => {
            throw new Error("disk full");
          };
        }
        await bench.drain().catch(() => {});
        bench.tables.failure = undefined;
        bench.archive.before = () => {};
      }
      await bench.drain();
      assert.deepEqual(bench.archive.texts.toSorted(), expected(all));
      bench.restart();
      bench.checkpoints.kept.clear();
      assert.equal(await bench.drain(), 0, "a second run changes something");
    }),
    { numRuns: 150 },
  );
});
