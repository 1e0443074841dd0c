import assert from "node:assert/strict";
import { DummyDriver, Kysely, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler } from "kysely";
import { readSessions, readTurns } from "../../../services/history/archive/lists.ts";
import { tablePrefix } from "../../../services/history/archive/table_prefix.ts";
import type { Work } from "../../../services/history/archive/work.ts";
import type { HistorySchema } from "../../../services/history/schema.ts";

const db = new Kysely<HistorySchema>({
  dialect: {
    createAdapter: () => new MysqlAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (of) => new MysqlIntrospector(of),
    createQueryCompiler: () => new MysqlQueryCompiler(),
  },
  plugins: [tablePrefix("xz_")],
});

function sqlOf(work: Work<unknown>): string {
  const step = work.next();
  assert.ok(!step.done);
  return step.value.sql;
}

Deno.test("every table of the history gets the prefix, wherever a query names it, and columns and aliases do not", () => {
  const sql = sqlOf(readSessions(db, { deviceId: "d", from: 1 })) + sqlOf(readTurns(db, { sessionId: "s" }));
  assert.match(sql, /from `xz_sessions`/);
  assert.match(sql, /`xz_turns`\.`session_id` = `xz_sessions`\.`session_id`/);
  assert.match(sql, /as `turns`/);
  assert.doesNotMatch(sql, /`(sessions|turns)`\./);
  assert.doesNotMatch(sql, /xz_xz_|`xz_(session_id|started_at)`/);
});

Deno.test("tables of others keep their names", () => {
  const others = db as unknown as Kysely<{ ai_device: { id: string } }>;
  assert.equal(others.selectFrom("ai_device").select("id").compile().sql, "select `id` from `ai_device`");
});
