/**
 * Turns from elsewhere, each applied exactly once.
 *
 * @module
 */

import type { Kysely, Selectable } from "kysely";
import type { Applied, ArchivedTurn } from "../archive.ts";
import { type HistorySchema, sessionRow, TURN_COLUMNS, type TurnRow, turnRow, type TurnsTable } from "../schema.ts";
import type { ArchiveDialect } from "./backend.ts";
import { mergeSessions } from "./sessions.ts";
import { readTombstones } from "./tombstones.ts";
import { changes, pieces, rows, type Work } from "./work.ts";

/** Ids in one query, and rows in one insert. */
const IDS = 500;
const ROWS = 50;
/** Characters in one insert: well below `max_allowed_packet`, 16 MiB in MariaDB, at up to four bytes a character and each text twice. */
const CHARACTERS = 1024 * 1024;

/**
 * Applies a batch. A turn that is there stays as it is, unless `replace` and both have the same origin: a turn without one was made by a
 * device of this runtime and never changes.
 */
export function* applyBatch(
  db: Kysely<HistorySchema>,
  dialect: ArchiveDialect,
  batch: readonly ArchivedTurn[],
  replace: boolean,
): Work<Applied> {
  const given = new Map<string, Selectable<TurnsTable>>();
  for (const { turn } of batch) {
    const row = turnRow(turn);
    // Of two with one id the first counts, as it would in two batches; where a source changes its own, the last.
    const twin = given.get(row.turn_id);
    if (twin === undefined || (replace && twin.origin === row.origin && row.origin !== null)) given.set(row.turn_id, row);
  }
  const tombstones = yield* readTombstones(db, dialect, [...given.values()]);
  // One order for all, so that two batches that meet in the database do not lock each other out.
  const wanted = [...given.values()].filter((row) => !tombstones.covers(row)).sort((a, b) => a.turn_id < b.turn_id ? -1 : 1);
  const sessions = batch.flatMap(({ session }) => session === undefined ? [] : [sessionRow(session)]);
  const there = yield* existing(db, wanted.map((row) => row.turn_id));
  yield* mergeSessions(db, dialect, wanted.filter((row) => there.get(row.turn_id)?.outcome !== null), sessions);
  let added = 0;
  for (const piece of inserts(wanted.filter((row) => !there.has(row.turn_id)))) {
    added += yield* changes(dialect.ignoreExisting(db.insertInto("turns").values(piece)));
  }
  let updated = 0;
  for (const row of replace ? wanted : []) {
    const old = there.get(row.turn_id);
    if (row.origin === null || old === undefined || old.origin !== row.origin || old.outcome === null || isSame(old, row)) continue;
    const { turn_id, origin, ...news } = row;
    updated += yield* changes(db.updateTable("turns").set(news).where("turn_id", "=", turn_id).where("origin", "=", origin));
  }
  return { added, updated, skipped: batch.length - added - updated };
}

function* existing(db: Kysely<HistorySchema>, turnIds: readonly string[]): Work<Map<string, TurnRow>> {
  const found = new Map<string, TurnRow>();
  for (const piece of pieces(turnIds, IDS)) {
    for (const row of yield* rows(db.selectFrom("turns").select(TURN_COLUMNS).where("turn_id", "in", [...piece]))) {
      found.set(row.turn_id, row);
    }
  }
  return found;
}

function isSame(old: TurnRow, row: Selectable<TurnsTable>): boolean {
  return TURN_COLUMNS.every((column) => old[column] === row[column]);
}

function* inserts(list: readonly Selectable<TurnsTable>[]): Generator<Selectable<TurnsTable>[]> {
  let piece: Selectable<TurnsTable>[] = [];
  let characters = 0;
  for (const row of list) {
    const size = row.user_text.length + row.reply_text.length + row.heard_text.length;
    if (piece.length === ROWS || (piece.length > 0 && characters + size > CHARACTERS)) {
      yield piece;
      [piece, characters] = [[], 0];
    }
    piece.push(row);
    characters += size;
  }
  if (piece.length > 0) yield piece;
}
