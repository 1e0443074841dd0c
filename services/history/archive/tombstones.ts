/**
 * What was erased, remembered so that it does not come back.
 *
 * A turn is erased for good by its own id, or because its session or its device was erased up to an instant and it began by then. That
 * holds for a turn under way, too: it stays a draft until it is over, and its commit then keeps nothing.
 *
 * @module
 */

import type { Kysely, Selectable } from "kysely";
import type { ErasedTable, HistorySchema, TurnsTable } from "../schema.ts";
import type { ArchiveDialect } from "./backend.ts";
import { changes, pieces, rows, type Work } from "./work.ts";

/** Ids in one query: databases limit the parameters of a statement, SQLite to 32,766. */
const IDS = 500;

/** A kind of what can be erased. */
export type ErasedKind = ErasedTable["kind"];

/** What identifies a turn to a tombstone. */
export type Erasable = Pick<Selectable<TurnsTable>, "turn_id" | "session_id" | "device_id" | "started_at">;

/** What the tombstones say about some turns. */
export interface Tombstones {
  /** Whether the turn is erased. */
  covers(turn: Erasable): boolean;
  /** Whether anything of the turn's session or device was ever erased. */
  touches(turn: Erasable): boolean;
}

/** Looks up the tombstones that concern some turns. What it says holds until the transaction ends. */
export function* readTombstones(db: Kysely<HistorySchema>, dialect: ArchiveDialect, turns: readonly Erasable[]): Work<Tombstones> {
  const until = new Map<string, number>();
  for (const piece of pieces(turns, IDS)) {
    const ids = (column: "turn_id" | "session_id" | "device_id") => [...new Set(piece.map((turn) => turn[column]))];
    let select = db.selectFrom("erased").select(["kind", "id", "until_at"]).where((eb) =>
      eb.or([
        eb("kind", "=", "turn").and("id", "in", ids("turn_id")),
        eb("kind", "=", "session").and("id", "in", ids("session_id")),
        eb("kind", "=", "device").and("id", "in", ids("device_id")),
      ])
    );
    if (dialect.holdRead !== undefined) select = select.modifyEnd(dialect.holdRead);
    for (const { kind, id, until_at } of yield* rows(select)) until.set(`${kind} ${id}`, until_at);
  }
  const erasedUntil = (kind: ErasedKind, id: string) => until.get(`${kind} ${id}`) ?? -Infinity;
  return {
    covers: (turn) =>
      until.has(`turn ${turn.turn_id}`) || turn.started_at <= erasedUntil("session", turn.session_id) ||
      turn.started_at <= erasedUntil("device", turn.device_id),
    touches: (turn) => until.has(`session ${turn.session_id}`) || until.has(`device ${turn.device_id}`),
  };
}

/** Sets tombstones; one that is there already is only ever moved to a later instant. */
export function* setTombstones(
  db: Kysely<HistorySchema>,
  dialect: ArchiveDialect,
  tombstones: readonly Selectable<ErasedTable>[],
): Work<void> {
  for (const piece of pieces(tombstones, IDS / 5)) yield* changes(dialect.ignoreExisting(db.insertInto("erased").values([...piece])));
  for (const { kind, id, until_at, erased_at, pending } of tombstones) {
    if (kind === "turn") continue;
    yield* changes(
      db.updateTable("erased").set({ until_at, erased_at, pending }).where("kind", "=", kind).where("id", "=", id)
        .where("until_at", "<=", until_at),
    );
  }
}
