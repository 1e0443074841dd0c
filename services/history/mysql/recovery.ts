/**
 * What a process of this node that ended without closing left behind, closed at its next start.
 *
 * @module
 */

import { sql } from "kysely";
import { searchText } from "../archive/text.ts";
import { readTombstones } from "../archive/tombstones.ts";
import { changes, rows } from "../archive/work.ts";
import type { Recovered } from "../recovery.ts";
import type { MysqlBackend } from "./backend.ts";

/**
 * Closes drafts and open sessions of a node as `crashed`, as `closeCrashed` (recovery.ts) does in SQLite. A draft that was erased while it
 * was under way is deleted.
 */
export function closeCrashed({ own, builder, dialect, write }: MysqlBackend, node: string): Promise<Recovered> {
  return write(function* () {
    const drafts = yield* rows(
      own.selectFrom("turns").select(["turn_id", "session_id", "device_id", "started_at", "user_text"]).where("node", "=", node)
        .where("outcome", "is", null),
    );
    const tombstones = yield* readTombstones(builder, dialect, drafts);
    let turns = 0;
    for (const draft of drafts) {
      if (tombstones.covers(draft)) {
        yield* changes(own.deleteFrom("turns").where("turn_id", "=", draft.turn_id).where("outcome", "is", null));
        continue;
      }
      turns += yield* changes(
        own.updateTable("turns").set({
          outcome: "crashed",
          ended_at: draft.started_at,
          error_code: "crashed",
          error_message: "The server ended before this turn did",
          search_text: searchText(draft.user_text, ""),
        }).where("turn_id", "=", draft.turn_id).where("outcome", "is", null),
      );
    }
    const open = yield* rows(
      own.selectFrom("sessions").select(["session_id", "started_at"]).where("node", "=", node).where("ended_at", "is", null),
    );
    for (const { session_id, started_at } of open) {
      const lastTurn = own.selectFrom("turns").select(({ fn }) => fn.max("turns.ended_at").as("end")).where("session_id", "=", session_id);
      const ended_at = sql<number>`greatest(${started_at}, coalesce((${lastTurn}), 0))`;
      yield* changes(
        own.updateTable("sessions").set({ ended_at, end_reason: "crashed" }).where("session_id", "=", session_id).where(
          "ended_at",
          "is",
          null,
        ),
      );
    }
    return { turns, sessions: open.length };
  });
}
