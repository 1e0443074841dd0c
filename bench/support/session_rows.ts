/**
 * A history of many devices, made by the database itself: faster than by committing its turns.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../base/clock.ts";
import type { Database } from "../../services/database/database.ts";
import { type MysqlHistory, openMysqlHistory } from "../../services/history/mysql/mysql.ts";
import { HISTORY_FILE, openSqliteHistory, type SqliteHistory } from "../../services/history/sqlite.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { startMariadb } from "../../tests/support/mariadb.ts";

/** How much history. */
export interface Rows {
  readonly devices: number;
  /** Of each device. */
  readonly sessions: number;
  /** Of each session. */
  readonly turns: number;
}

/** When the first session began, Unix milliseconds; each begins a second after the one before. */
const FIRST = 1_700_000_000_000;

const USER_TEXT = "What is the weather like?";
const REPLY_TEXT = "It is sunny and mild, with a light wind from the west.";

/** Room for the pages that are read, so that lists come from memory in MySQL, as they do in SQLite and in any server that is up for a while. */
const SERVER_ARGS = ["--innodb-buffer-pool-size=2G", "--loose-innodb-log-file-size=512M"];

/** The id of a device. */
export function deviceOf(n: number): string {
  return `device-${String(n).padStart(6, "0")}`;
}

/** An SQLite history with `rows`, removed at the end of `stack`. */
export async function sqliteWith(rows: Rows, stack: AsyncDisposableStack, clock: Clock): Promise<SqliteHistory> {
  const dataDir = await Deno.makeTempDir({ prefix: "xiaozhi-bench-" });
  stack.defer(() => Deno.remove(dataDir, { recursive: true }));
  await (await openSqliteHistory({ dataDir, clock }))[Symbol.asyncDispose]();
  fill(`${dataDir}/${HISTORY_FILE}`, rows);
  return stack.use(await openSqliteHistory({ dataDir, clock }));
}

function fill(path: string, { devices, sessions, turns }: Rows): void {
  using db = new DatabaseSync(path);
  db.exec("PRAGMA synchronous = OFF; BEGIN");
  const session = db.prepare(
    "INSERT INTO sessions (session_id, device_id, client_id, started_at, ended_at, end_reason) VALUES (?, ?, 'bench', ?, ?, 'idle')",
  );
  const turn = db.prepare(
    "INSERT INTO turns (turn_id, session_id, device_id, started_at, ended_at, source, user_text, outcome, reply_text) " +
      `VALUES (?, ?, ?, ?, ?, 'speech', '${USER_TEXT}', 'completed', '${REPLY_TEXT}')`,
  );
  for (let index = 0; index < devices * sessions; index++) {
    // Devices take turns, as they do in life, so that the rows of one are not neighbours.
    const deviceId = deviceOf(index % devices);
    const at = FIRST + index * 1000;
    session.run(`s${index}`, deviceId, at, at + 900);
    for (let of = 0; of < turns; of++) turn.run(`t${index}-${of}`, `s${index}`, deviceId, at + of, at + of + 1);
  }
  db.exec("COMMIT");
}

/** A history on a private database server with its data on the disk, and what reaches it. */
export interface MysqlWith {
  readonly history: MysqlHistory;
  readonly database: Database;
}

/** The same rows on a private MySQL or MariaDB server, ended at the end of `stack`. */
export async function mysqlWith({ devices, sessions, turns }: Rows, stack: AsyncDisposableStack, clock: Clock): Promise<MysqlWith> {
  const server = stack.use(await startMariadb({ durable: true, args: SERVER_ARGS }));
  const database = stack.use(await testDatabase(server.options, { clock }));
  const history = stack.use(await openMysqlHistory({ database, dataDir: ".", node: "bench", clock }));
  // A recursion may go 1,000 deep by default, so larger numbers are made of two.
  const numbers = (count: number, name: string) =>
    `${name} AS (SELECT a.n * 1000 + b.n AS n FROM digits a CROSS JOIN digits b WHERE a.n * 1000 + b.n < ${count})`;
  const digits = "WITH RECURSIVE digits AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM digits WHERE n < 999)";
  const device = `CONCAT('device-', LPAD(s.n MOD ${devices}, 6, '0'))`;
  const { database: name } = server.options;
  await server.run(
    `INSERT INTO xz_sessions (session_id, device_id, client_id, started_at, ended_at, end_reason)
     ${digits}, ${numbers(devices * sessions, "s")}
     SELECT CONCAT('s', s.n), ${device}, 'bench', ${FIRST} + s.n * 1000, ${FIRST} + s.n * 1000 + 900, 'idle' FROM s ORDER BY s.n`,
    name,
  );
  const searched = `CONCAT(LOWER('${USER_TEXT}'), '\\n', LOWER('${REPLY_TEXT}'))`;
  for (let of = 0; of < turns; of++) {
    await server.run(
      `INSERT INTO xz_turns (turn_id, session_id, device_id, started_at, ended_at, source, user_text, outcome, reply_text, heard_text,
         timings, search_text)
       ${digits}, ${numbers(devices * sessions, "s")}
       SELECT CONCAT('t', s.n, '-${of}'), CONCAT('s', s.n), ${device}, ${FIRST} + s.n * 1000 + ${of}, ${FIRST} + s.n * 1000 + ${of} + 1,
         'speech', '${USER_TEXT}', 'completed', '${REPLY_TEXT}', '', '{}', ${searched} FROM s`,
      name,
    );
  }
  await server.run("ANALYZE TABLE xz_sessions, xz_turns", name);
  return { history, database };
}
