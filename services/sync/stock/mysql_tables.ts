/**
 * The stock server's own tables, in MySQL or MariaDB (interop reference 2.7). They are only read.
 *
 * @module
 */

import { LocalTime } from "./local_time.ts";
import { type IdRange, rowKey, speakerOf, type StockRow, type StockTables } from "./rows.ts";

/** Runs a statement with `?` for values, and gives its rows. */
export type Query = (sql: string, values: readonly (string | number)[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Ranges and ids in one statement: well below what a server takes, and enough for the gaps of an ordinary day. */
const CONDITIONS = 200;

/** What {@link mysqlStockTables} needs. */
export interface MysqlTablesOptions {
  readonly query: Query;
  /** Name of the database that holds the tables. */
  readonly database: string;
  /** IANA zone of the times in the tables: that of the stock server's JDBC URL, whatever the database's own is. */
  readonly timezone: string;
}

/**
 * Opens the tables; nothing is asked yet.
 *
 * @throws {RangeError} When the machine does not know the zone.
 */
export function mysqlStockTables({ query, database, timezone }: MysqlTablesOptions): StockTables {
  const time = new LocalTime(timezone);
  const named = (table: string) => `${quoted(database)}.${quoted(table)}`;
  const history = named("ai_agent_chat_history");
  const format = "%Y-%m-%d %H:%i:%s.%f";
  const select = "SELECT id, mac_address, session_id, chat_type, content, audio_id, " +
    `DATE_FORMAT(created_at, '${format}') AS created FROM ${history}`;
  const rows = async (condition: string, values: readonly (string | number)[]): Promise<StockRow[]> =>
    (await query(`${select} WHERE ${condition}`, values)).map((row) => rowOf(row, time));

  return {
    async newestId() {
      const [row] = await query(`SELECT MAX(id) AS newest FROM ${history}`, []);
      return Number(row?.["newest"] ?? 0);
    },

    after: (id, limit) => rows(`id > ? ORDER BY id LIMIT ${whole(limit)}`, [id]),

    async within(ranges, limit) {
      const found: StockRow[] = [];
      for (let at = 0; at < ranges.length && found.length < limit; at += CONDITIONS) {
        const some: readonly IdRange[] = ranges.slice(at, at + CONDITIONS);
        const condition = some.map(() => "id BETWEEN ? AND ?").join(" OR ");
        found.push(...await rows(`(${condition}) ORDER BY id LIMIT ${whole(limit - found.length)}`, some.flat()));
      }
      return found;
    },

    around(first, last) {
      const [session, values] = first.sessionId === ""
        ? ["(session_id IS NULL OR session_id = '') AND mac_address = ?", [first.deviceId]] as const
        : ["session_id = ?", [first.sessionId]] as const;
      const user = `SELECT %(created_at) FROM ${history} WHERE ${session} AND chat_type = 1 AND created_at`;
      const from = `COALESCE((${user.replace("%", "MAX")} < ?), '1000-01-01')`;
      const until = `COALESCE((${user.replace("%", "MIN")} > ?), '9999-12-31')`;
      return rows(
        `${session} AND created_at >= ${from} AND created_at <= ${until} ORDER BY created_at, id`,
        [...values, ...values, first.createdAt, ...values, last.createdAt],
      );
    },

    async sessions(sessionIds, limit) {
      const found = await rows(`session_id IN (${sessionIds.map(() => "?").join()}) LIMIT ${whole(limit + 1)}`, sessionIds);
      return found.length > limit ? undefined : found;
    },

    async titles(sessionIds) {
      const titles = new Map<string, string>();
      for (let at = 0; at < sessionIds.length; at += CONDITIONS) {
        const some = sessionIds.slice(at, at + CONDITIONS);
        const sql = `SELECT session_id, title FROM ${named("ai_agent_chat_title")} WHERE session_id IN (${some.map(() => "?").join()})`;
        for (const { session_id, title } of await query(sql, some)) {
          if (typeof title === "string" && title.trim() !== "") titles.set(String(session_id), title.trim());
        }
      }
      return titles;
    },

    async audio(audioId, maxBytes) {
      // The length is asked for in the same statement: a value that is too long never leaves the server.
      const sql = `SELECT IF(LENGTH(audio) <= ?, audio, NULL) AS audio FROM ${named("ai_agent_chat_audio")} WHERE id = ?`;
      const [row] = await query(sql, [maxBytes, audioId]);
      const audio = row?.["audio"];
      return audio instanceof Uint8Array ? audio : undefined;
    },
  };
}

/** A row. A type that has no meaning is one that nobody hears. */
function rowOf(row: Readonly<Record<string, unknown>>, time: LocalTime): StockRow {
  const speaker = speakerOf(row["chat_type"]) ?? "tool";
  const createdAt = String(row["created"]).slice(0, 23);
  const audioId = row["audio_id"];
  const at = time.unix(createdAt);
  const unix = Number.isNaN(at) ? 0 : at;
  const [deviceId, sessionId, content] = [textOf(row["mac_address"]).toLowerCase(), textOf(row["session_id"]), textOf(row["content"])];
  return {
    id: Number(row["id"]),
    key: rowKey(deviceId, sessionId, textOf(row["chat_type"]), unix, content),
    deviceId,
    sessionId,
    speaker,
    content,
    ...(typeof audioId === "string" && audioId !== "" ? { audioId } : {}),
    createdAt,
    time: unix,
  };
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** A number that stands in the statement itself: servers do not take a value for a limit everywhere. */
function whole(limit: number): string {
  return String(Math.max(0, Math.trunc(limit)));
}
