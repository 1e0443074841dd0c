/**
 * Reports that were pushed, durable in the local history database from the moment of the answer on. They are read like the stock server's own
 * tables, and go when they have become turns.
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";
import type { Row, SqliteFile } from "../../history/database.ts";
import { type IdRange, speakerOf, type StockRow, type StockTables } from "../stock/rows.ts";
import type { PushReport } from "./report.ts";

/**
 * How long a report stays after it has become part of a turn, milliseconds: rows of its session that come later are paired with it. Sessions
 * of a device end within minutes, and a stock server sends again for less than five.
 */
const KEPT_MS = 7 * 86_400_000;

/** How long its audio stays, milliseconds: it is in a file then. */
const AUDIO_KEPT_MS = 3_600_000;

/** How often is looked for what can go, milliseconds. */
const SWEEP_EVERY_MS = 3_600_000;

/** Reports that go in one statement, which keeps everything else waiting. */
const SWEPT_AT_ONCE = 500;

/** Reports in the local database. */
export class PushReports implements StockTables {
  readonly #db: SqliteFile;
  readonly #clock: Clock;
  #applied = 0;
  #sweptAt = -Infinity;

  constructor(db: SqliteFile, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /**
   * Keeps a report, with its audio as a whole Ogg Opus file. Durable when it returns.
   *
   * @returns Whether it is new; false for one that was there.
   * @throws {HistoryError}
   */
  add(report: PushReport, audio: Uint8Array | undefined): boolean {
    this.#sweep();
    const { hash, deviceId, sessionId, chatType, content, time } = report;
    const insert = this.#db.prepare(
      "INSERT INTO push_reports (hash, device_id, session_id, chat_type, content, created_at, audio, received_at) " +
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING",
    );
    const values = [text(hash), text(deviceId), text(sessionId), chatType, text(content), textOfTime(time)] as const;
    return insert.run(...values, audio ?? null, this.#clock.wall()).changes > 0;
  }

  /** Whether a report is there. */
  has(hash: string): boolean {
    return this.#db.prepare("SELECT 1 FROM push_reports WHERE hash = ?").get(hash) !== undefined;
  }

  /** Says that all reports up to an id have become turns. */
  applied(id: number): void {
    this.#applied = Math.max(this.#applied, id);
  }

  // deno-lint-ignore require-await -- async so that a failure is a rejection, never a throw at the call
  async newestId(): Promise<number> {
    // Where all have gone, the ids go on all the same.
    const row = this.#db.prepare(
      "SELECT max(seq, coalesce((SELECT max(id) FROM push_reports), 0)) AS newest FROM sqlite_sequence " +
        "WHERE name = 'push_reports'",
    ).get();
    return Number(row?.newest ?? 0);
  }

  // deno-lint-ignore require-await -- as above
  async after(id: number, limit: number): Promise<readonly StockRow[]> {
    return this.#rows("id > ? ORDER BY id LIMIT ?", [id, limit]);
  }

  // deno-lint-ignore require-await -- as above
  async within(ranges: readonly IdRange[], limit: number): Promise<readonly StockRow[]> {
    return ranges.flatMap(([from, to]) => this.#rows("id BETWEEN ? AND ? ORDER BY id LIMIT ?", [from, to, limit])).slice(0, limit);
  }

  // deno-lint-ignore require-await -- as above
  async around(first: StockRow, last: StockRow): Promise<readonly StockRow[]> {
    const [session, values] = first.sessionId === ""
      ? ["session_id = '' AND device_id = ?", [first.deviceId]] as const
      : ["session_id = ?", [first.sessionId]] as const;
    const user = `SELECT %(created_at) FROM push_reports WHERE ${session} AND chat_type = 1 AND created_at`;
    return this.#rows(
      `${session} AND created_at >= coalesce((${user.replace("%", "max")} < ?), '') ` +
        `AND created_at <= coalesce((${user.replace("%", "min")} > ?), '~') ORDER BY created_at, id`,
      [...values, ...values, first.createdAt, ...values, last.createdAt],
    );
  }

  // deno-lint-ignore require-await -- as above
  async sessions(sessionIds: readonly string[], limit: number): Promise<readonly StockRow[] | undefined> {
    const found = this.#rows(`session_id IN (SELECT value FROM json_each(?)) LIMIT ?`, [JSON.stringify(sessionIds), limit + 1]);
    return found.length > limit ? undefined : found;
  }

  /** Reports have no titles. */
  titles(): Promise<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map());
  }

  // deno-lint-ignore require-await -- as above
  async audio(audioId: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const row = this.#db.prepare("SELECT audio FROM push_reports WHERE hash = ? AND length(audio) <= ?").get(audioId, maxBytes);
    return row?.audio instanceof Uint8Array ? row.audio : undefined;
  }

  #rows(condition: string, values: readonly (string | number)[]): StockRow[] {
    const select =
      "SELECT id, hash, device_id, session_id, chat_type, content, created_at, audio IS NOT NULL AS has_audio FROM push_reports";
    return this.#db.prepare(`${select} WHERE ${condition}`).all(...values).map(rowOf);
  }

  #sweep(): void {
    const now = this.#clock.wall();
    if (Math.abs(now - this.#sweptAt) < SWEEP_EVERY_MS) return;
    this.#sweptAt = now;
    const old = "id <= ? AND received_at < ? ORDER BY received_at LIMIT ?";
    this.#db.relaxed(() => {
      this.#db.prepare(`DELETE FROM push_reports WHERE id IN (SELECT id FROM push_reports WHERE ${old})`)
        .run(this.#applied, now - KEPT_MS, SWEPT_AT_ONCE);
      this.#db.prepare(`UPDATE push_reports SET audio = x'' WHERE id IN (SELECT id FROM push_reports WHERE length(audio) > 0 AND ${old})`)
        .run(this.#applied, now - AUDIO_KEPT_MS, SWEPT_AT_ONCE);
    });
  }
}

function rowOf(row: Row): StockRow {
  const createdAt = String(row.created_at);
  const hash = String(row.hash);
  return {
    id: Number(row.id),
    key: hash,
    deviceId: String(row.device_id),
    sessionId: String(row.session_id),
    speaker: speakerOf(row.chat_type) ?? "tool",
    content: String(row.content),
    ...(Number(row.has_audio) === 1 ? { audioId: hash } : {}),
    createdAt,
    time: Date.parse(`${createdAt.replace(" ", "T")}Z`),
  };
}

/** Sorts as text as it does as time, for all years of four digits. */
function textOfTime(time: number): string {
  return new Date(Math.min(Math.max(0, time), 253_402_300_799_999)).toISOString().slice(0, 23).replace("T", " ");
}

/** SQLite's text ends at the first NUL when it is read. */
function text(value: string): string {
  return value.replaceAll("\0", "\uFFFD");
}
