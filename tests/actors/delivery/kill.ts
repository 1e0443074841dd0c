/**
 * Kills a process that commits and delivers, again and again over the same data, and compares both histories.
 *
 * @module
 */

import assert from "node:assert/strict";
import { systemClock } from "../../../base/clock.ts";
import { openSqliteHistory, type SqliteHistory } from "../../../services/history/sqlite.ts";
import type { StoredTurn } from "../../../services/history/store.ts";
import { runAndKill } from "../../support/kill_child.ts";
import { tempDir } from "../../support/temp_dir.ts";

const CHILD = new URL("./kill_child.ts", import.meta.url).pathname;

/**
 * Runs `kills` children of which each is killed at a random moment after it reported `turnsEach` turns. In the end every turn reported, and
 * every other that is here, is there exactly once with the same content, and nothing waits any more.
 *
 * @returns How many turns there are.
 */
export async function killAndCompare(kills: number, turnsEach: number): Promise<number> {
  await using here = tempDir();
  await using there = tempDir();
  const reported: string[] = [];
  for (let kill = 0; kill < kills; kill++) {
    // A batch begins 6 ms after its first turn and takes a few.
    reported.push(...await runAndKill({ program: CHILD, args: [here.path, there.path], lines: turnsEach, withinMs: 20 }));
  }
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--quiet", CHILD, here.path, there.path, "drain"] })
    .spawn().status;
  assert.ok(success, "the last child does not end in order");
  await using local = await openSqliteHistory({ dataDir: here.path, clock: systemClock() });
  await using archive = await openSqliteHistory({ dataDir: there.path, clock: systemClock() });
  const [mine, theirs] = [await allTurns(local), await allTurns(archive)];
  assert.deepEqual(theirs, mine);
  const ids = new Set(theirs.map(({ turnId }) => turnId));
  assert.equal(ids.size, theirs.length);
  assert.deepEqual(reported.filter((id) => !ids.has(id)), [], "a turn reported as committed is not there");
  assert.deepEqual(await local.outboxLoad(), { turns: 0, sessions: 0, parked: 0 });
  const sessions = (await archive.sessions({ limit: 1000 })).items;
  assert.deepEqual(sessions.map(({ endReason }) => endReason), Array(kills).fill("crashed"));
  return theirs.length;
}

async function allTurns(store: SqliteHistory): Promise<StoredTurn[]> {
  const turns: StoredTurn[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await store.turns({ order: "oldest", limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
    turns.push(...page.items);
    cursor = page.next;
    more = cursor !== undefined;
  }
  return turns;
}
