/**
 * Kills a process that commits turns, again and again over the same data, and looks at what is left.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../../base/clock.ts";
import { openSqliteHistory } from "../../../services/history/sqlite.ts";
import { runAndKill } from "../../support/kill_child.ts";

const CHILD = new URL("./crash_child.ts", import.meta.url).pathname;

/**
 * Runs `kills` children of which each is killed at a random moment after reporting `turnsEach` turns. Every reported turn must be there
 * exactly once, turn and outbox; every other at most once; none may be open; and no audio may be left that no turn refers to.
 */
export async function killAndCheck(kills: number, turnsEach: number): Promise<{ reported: number; stored: number; crashed: number }> {
  const dataDir = await Deno.makeTempDir({ prefix: "history-crash-" });
  try {
    const reported: string[] = [];
    for (let kill = 0; kill < kills; kill++) {
      // A turn takes about a millisecond here.
      reported.push(...await runAndKill({ program: CHILD, args: [dataDir], lines: turnsEach, withinMs: 3 }));
    }
    await using store = await openSqliteHistory({ dataDir, clock: systemClock() });
    const turns = await store.listTurns({ limit: Infinity });
    const outbox = await store.pendingOutbox(Infinity);
    const ids = turns.map((turn) => turn.turnId);
    assert.equal(new Set(ids).size, ids.length, "a turn is stored twice");
    assert.deepEqual(outbox.map((entry) => entry.turnId).sort(), ids.toSorted(), "turns and outbox differ");
    const completed = new Set(turns.filter((turn) => turn.outcome === "completed").map((turn) => turn.turnId));
    assert.deepEqual(reported.filter((id) => !completed.has(id)), [], "a turn reported as committed is lost");
    const crashed = turns.length - completed.size;
    // Between the report of one turn and that of the next at most one can be under way when the kill comes.
    assert.ok(turns.length <= reported.length + kills, "more turns than were ever begun");
    const sessions = await store.listSessions();
    assert.equal(sessions.length, kills);
    for (const session of sessions) assert.equal(session.endReason, "crashed");
    const files = (await Array.fromAsync(Deno.readDir(join(dataDir, "audio", "aa-bb-cc-dd-ee-01")))).map((entry) => entry.name).sort();
    const referred = turns.flatMap((turn) => turn.audioFiles.user === undefined ? [] : [turn.audioFiles.user.split("/").at(-1) ?? ""]);
    assert.deepEqual(files, referred.sort(), "audio files and turns differ");
    return { reported: reported.length, stored: turns.length, crashed };
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}
