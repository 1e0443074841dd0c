/**
 * Kills the server again and again while devices talk with it, and compares what an observer saw with what the history holds.
 *
 * @module
 */

import assert from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import type { HistoryArchive } from "../../services/history/archive.ts";
import { openSqliteHistory } from "../../services/history/sqlite.ts";
import { allPages } from "../services/history/archive_contract.ts";
import { deviceOf, PATIENCE_MS, statusOf, untilStatus } from "../support/server_device.ts";
import { readHistory } from "../support/server_history.ts";
import { newDataDir, type ServerProcess, startServer } from "../support/server_process.ts";

/** How much is done. */
export interface CrashOptions {
  readonly devices: number;
  /** Turns that must have been seen to end. */
  readonly turns: number;
  /** Kills that must have happened. */
  readonly kills: number;
  /** Where the server keeps more than its data directory. */
  readonly stores?: CrashStores;
}

/** A database and a Redis that the server works with. */
export interface CrashStores {
  /** Variables that name them. */
  readonly env: Readonly<Record<string, string>>;
  /** Does something bad to them in a life of the server; they are well when it resolves. */
  trouble(life: number): Promise<void>;
  /** Opens the archive that was delivered to. */
  archive(): Promise<HistoryArchive & AsyncDisposable>;
}

/** What came of it. */
export interface CrashOutcome {
  /** Turns that were begun. */
  readonly asked: number;
  /** Turns that were seen to end. */
  readonly seen: number;
  readonly stored: number;
  /** Stored turns that a kill cut. */
  readonly crashed: number;
}

/** A turn takes about a second and a half; a server lives for up to three of them, so that kills fall on every part of one. */
const LONGEST_LIFE_MS = 4000;

/** Beeps: one for each word, so that a turn takes a second. */
const QUICK = { XIAOZHI_ESP32_SERVER_SYNTHESIZE_PROGRAM: "tone", XIAOZHI_DEVICES_STOP_TAIL_MS: "60" };

/** What was said and what was seen of it, over all lives of the server. */
class Observer {
  /** Texts in the order in which they were sent, each only once. */
  readonly asked: string[] = [];
  /** Texts whose turn was seen to be committed. */
  readonly seen = new Set<string>();
  /** Texts of each connection, by the session id that server and device agree on. */
  readonly #bySession = new Map<string, string[]>();

  /** A text that no other turn has. */
  next(sessionId: string): string {
    const text = `${this.asked.length + 1} plus ${this.asked.length}`;
    this.asked.push(text);
    this.#bySession.set(sessionId, [...this.#bySession.get(sessionId) ?? [], text]);
    return text;
  }

  /** Looks at the server from outside: a session that counts n turns has persisted its first n texts. */
  async look(server: ServerProcess): Promise<void> {
    for (const { sessionId, turns } of (await statusOf(server)).devices) {
      for (const text of (this.#bySession.get(sessionId) ?? []).slice(0, turns)) this.seen.add(text);
    }
  }

  hasSeenAll(sessionId: string): boolean {
    return (this.#bySession.get(sessionId) ?? []).every((text) => this.seen.has(text));
  }
}

/** Runs servers over one data directory until enough turns were seen and enough servers were killed; then looks into the history. */
export async function killServers({ devices, turns, kills, stores }: CrashOptions): Promise<CrashOutcome> {
  const dataDir = await newDataDir();
  const env = { ...QUICK, ...stores?.env };
  try {
    const observer = new Observer();
    for (let killed = 0; killed < kills || observer.seen.size < turns; killed++) {
      await using server = await startServer({ dataDir, env });
      // By turns at any moment, and right behind the moment in which a commit must be durable.
      const enough = observer.seen.size + 1 + Math.floor(Math.random() * devices);
      const moment = performance.now() + Math.random() * LONGEST_LIFE_MS;
      const living = live(
        server,
        observer,
        devices,
        killed % 2 === 0 ? () => observer.seen.size >= enough : () => performance.now() >= moment,
      );
      await Promise.all([living, stores?.trouble(killed)]);
    }
    // What the last kill left open is closed by the next start, as any other's was; and that one ends in good order.
    {
      await using server = await startServer({ dataDir, env });
      if (stores !== undefined) {
        await untilStatus(server, ({ delivery }) => delivery.depth + delivery.sessions === 0, "an outbox in which nothing waits");
      }
      assert.equal((await server.stop("SIGTERM")).code, 0);
    }
    return await compare(dataDir, observer, stores);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** One life of the server, until its end is due. */
async function live(server: ServerProcess, observer: Observer, devices: number, due: () => boolean): Promise<void> {
  let dead = false;
  const talking = Promise.all(Array.from({ length: devices }, (_, index) => talk(server, index + 1, observer, () => dead)));
  let failed = false;
  talking.catch(() => failed = true);
  const deadline = performance.now() + PATIENCE_MS;
  while (!failed && !due() && performance.now() < deadline) {
    await observer.look(server);
    await pause(5);
  }
  const inTime = due();
  dead = true;
  const { signal } = await server.stop("SIGKILL");
  await talking;
  assert.equal(signal, "SIGKILL", server.output());
  assert.ok(inTime, `No turn was seen to end within ${PATIENCE_MS} ms: ${server.output()}`);
}

/** Asks one question after the other until the server is gone. */
async function talk(server: ServerProcess, number: number, observer: Observer, dead: () => boolean): Promise<void> {
  try {
    using device = await deviceOf(server, { number });
    await device.open();
    while (!dead()) {
      await device.typeText(observer.next(device.sessionId));
      await device.waitFor(() => device.turns.at(-1)?.ttsStopAt !== undefined || !device.connected, { timeoutMs: PATIENCE_MS });
      // The device knows from `tts stop` that the answer is over; that the turn is kept is seen from outside, a little later.
      while (!dead() && !observer.hasSeenAll(device.sessionId)) await pause(5);
    }
  } catch (error) {
    if (!dead()) throw error;
  }
}

async function compare(dataDir: string, observer: Observer, stores: CrashStores | undefined): Promise<CrashOutcome> {
  assert.deepEqual(readHistory(dataDir).drafts, [], "turns left open");
  await using store = await openSqliteHistory({ dataDir, clock: systemClock() });
  const turns = await store.listTurns({ limit: Infinity });
  const outbox = (await store.pendingOutbox(Infinity)).map((entry) => entry.turnId);
  if (stores === undefined) {
    assert.deepEqual(outbox.toSorted(), turns.map((turn) => turn.turnId).toSorted(), "one entry in the outbox for each turn");
  } else {
    await using archive = await stores.archive();
    const all = async (each: HistoryArchive) => ({
      // When a commit was durable is noted with the next write, for which a killed process does not live long enough.
      turns: (await allPages((query) => each.turns({ ...query, order: "oldest" }), 1000))
        .map(({ timings: { persistedMs: _, ...timings }, ...turn }) => ({ ...turn, timings })),
      // A session that was killed before its first turn has nothing to travel with, and stays in the data directory.
      sessions: (await allPages((query) => each.sessions(query), 1000)).filter((session) => session.turns > 0),
    });
    assert.deepEqual(await all(archive), await all(store), "row by row the same");
    assert.deepEqual(await store.outboxLoad(), { turns: 0, sessions: 0, parked: 0 });
  }
  const counts = new Map<string, number>();
  for (const { userText } of turns) counts.set(userText, (counts.get(userText) ?? 0) + 1);
  assert.deepEqual([...counts].filter(([text, count]) => count > 1 || !observer.asked.includes(text)), [], "kept twice, or never asked");
  const completed = new Set(turns.filter((turn) => turn.outcome === "completed").map((turn) => turn.userText));
  assert.deepEqual([...observer.seen].filter((text) => !completed.has(text)), [], "seen to end, and not kept");
  const crashed = turns.filter((turn) => turn.outcome === "crashed").length;
  assert.equal(completed.size + crashed, turns.length, "turns that ended in another way");
  for (const session of await store.listSessions({ limit: Infinity })) assert.equal(session.endReason, "crashed");
  return { asked: observer.asked.length, seen: observer.seen.size, stored: turns.length, crashed };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
