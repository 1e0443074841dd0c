/**
 * A stock server's database of some size, synced while it is written to: the same test for the gate and for the night.
 *
 * @module
 */

import assert from "node:assert/strict";
import { createFrameEncoder } from "../../../../audio/opus/worker_encoder.ts";
import { readOggOpus } from "../../../../audio/ogg/mod.ts";
import { encodeWav } from "../../../../audio/wav.ts";
import { systemClock } from "../../../../base/clock.ts";
import type { Database } from "../../../../services/database/database.ts";
import type { HistoryArchive } from "../../../../services/history/archive.ts";
import { openSqliteHistory } from "../../../../services/history/sqlite.ts";
import type { StoredTurn } from "../../../../services/history/store.ts";
import { fileAudioKeeper } from "../../../../services/sync/audio_keeper.ts";
import { SourceReader } from "../../../../services/sync/reader.ts";
import { StockAudio } from "../../../../services/sync/stock/audio.ts";
import { mysqlStockTables } from "../../../../services/sync/stock/mysql_tables.ts";
import { StockSource } from "../../../../services/sync/stock/source.ts";
import { captureLogger } from "../../../support/capture_logger.ts";
import { testDatabase } from "../../../support/database.ts";
import { mariadbOfFile } from "../../../support/mariadb.ts";
import { tempDir } from "../../../support/temp_dir.ts";
import { MemoryCheckpoints } from "../support.ts";

/** The tables as in the interop reference, 2.7. */
const SCHEMA = `
  CREATE TABLE ai_agent_chat_history (
    id BIGINT AUTO_INCREMENT PRIMARY KEY, mac_address VARCHAR(50), agent_id VARCHAR(32), session_id VARCHAR(50),
    chat_type TINYINT(3), content TEXT, audio_id VARCHAR(32), created_at DATETIME(3) NOT NULL,
    updated_at DATETIME(3) NULL ON UPDATE CURRENT_TIMESTAMP(3),
    INDEX (mac_address), INDEX (session_id), INDEX (agent_id), INDEX (agent_id, session_id, created_at), INDEX (audio_id)
  );
  CREATE TABLE ai_agent_chat_audio (id VARCHAR(32) PRIMARY KEY, audio LONGBLOB);
  CREATE TABLE ai_agent_chat_title (id VARCHAR(32) PRIMARY KEY, session_id VARCHAR(255), title VARCHAR(255), INDEX (session_id));
`;

/** A row as it is inserted. */
interface Row {
  readonly mac: string;
  readonly session: string;
  readonly type: 1 | 2 | 3;
  readonly content: string;
  readonly audio: string | null;
  /** Unix milliseconds. */
  readonly time: number;
}

const START = Date.UTC(2026, 0, 1);
const SHANGHAI_MS = 8 * 3_600_000;
/** Rows of one exchange below, and exchanges of a session. */
const EXCHANGES = 4;

/** Exchanges of one session: a question, a tool and its answer, an answer in two rows; and what such a session says. */
function session(number: number): { readonly rows: Row[]; readonly texts: string[] } {
  const mac = `AA:BB:CC:00:${String(number % 50).padStart(2, "0")}:FF`;
  const id = `session-${number}`;
  const texts: string[] = [];
  const rows: Row[] = [];
  for (let i = 0; i < EXCHANGES; i++) {
    const time = START + number * 60_000 + i * 10_000;
    const row = (type: Row["type"], content: string, at: number, audio: string | null = null): Row => ({
      mac,
      session: id,
      type,
      content,
      audio,
      time: time + at,
    });
    const question = `question ${number}.${i} 天气'\\`;
    const wrapped = i % 2 === 0 ? question : JSON.stringify({ speaker: "Anna", content: question });
    const user = row(1, wrapped, 0, number % 400 === 0 && i === 0 ? "sound" : null);
    rows.push(user, row(2, `Answer ${number}.${i}.`, 3000), row(2, "That is all.", 4000));
    if (i === 1) rows.push(row(3, '[{"type":"tool","text":"f({})"}]', 1000), row(3, '[{"type":"tool_result","text":"{}"}]', 2000));
    // Reported again, because the answer to the report was lost.
    if (i === 2) rows.push(user);
    texts.push(`${id}|${question}|Answer ${number}.${i}. That is all.`);
  }
  return { rows, texts };
}

const ROWS_OF_SESSION = session(0).rows.length;

function insert(rows: readonly Row[]): string {
  const text = (value: string | null) => value === null ? "NULL" : `'${value.replace(/[\\']/g, "\\$&")}'`;
  const values = rows.map(({ mac, session, type, content, audio, time }) => {
    const local = new Date(time + SHANGHAI_MS).toISOString().slice(0, 23).replace("T", " ");
    return `(${text(mac)}, 'agent', ${text(session)}, ${type}, ${text(content)}, ${text(audio)}, '${local}')`;
  });
  return `INSERT INTO ai_agent_chat_history (mac_address, agent_id, session_id, chat_type, content, audio_id, created_at) VALUES ${values}`;
}

/** The same rows, many a little out of order, some far. */
function shuffled<T>(rows: readonly T[]): T[] {
  let seed = 1;
  const chance = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  return rows.map((row, at) => ({ row, at: at + chance() * (chance() < 0.02 ? 500 : 6) })).sort((a, b) => a.at - b.at).map(({ row }) =>
    row
  );
}

async function turnsOf(archive: HistoryArchive): Promise<StoredTurn[]> {
  const turns: StoredTurn[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await archive.turns({ limit: 1000, order: "oldest", ...(cursor === undefined ? {} : { cursor }) });
    turns.push(...page.items);
    cursor = page.next;
    if (cursor === undefined) return turns;
  }
}

/** Writes rows while they are read: in transactions that overlap and commit in another order than they began. */
async function writeLater(database: Database, name: string, pieces: readonly (readonly Row[])[]): Promise<void> {
  const open = async (rows: readonly Row[], ends: Promise<unknown>, rolledBack: boolean) => {
    await database.use(async (connection) => {
      await connection.run(`USE \`${name}\``);
      await connection.run("BEGIN");
      for (const row of rows) await connection.run(insert([row]));
      await ends;
      await connection.run(rolledBack ? "ROLLBACK" : "COMMIT");
    });
  };
  for (let at = 0; at < pieces.length; at += 3) {
    const later = Promise.withResolvers<void>();
    const lost = Promise.withResolvers<void>();
    // The first transaction, with the smallest ids, commits last.
    const first = open(pieces[at] ?? [], later.promise, false);
    const never = open(pieces[at] ?? [], lost.promise, true);
    await open(pieces[at + 1] ?? [], Promise.resolve(), false);
    await open(pieces[at + 2] ?? [], Promise.resolve(), false);
    lost.resolve();
    await never;
    later.resolve();
    await first;
  }
}

/** Defines the test for a table of about `count` rows. */
export function testSeeded(count: number): void {
  const { server, ignore } = mariadbOfFile();
  Deno.test({
    name: `a stock database of ${count} rows is synced completely while it is written to, and a second run changes nothing`,
    ignore,
    fn: async () => {
      const options = await server().createDatabase();
      const sessions = Array.from({ length: Math.ceil(count / ROWS_OF_SESSION) }, (_, number) => session(number));
      const early = sessions.slice(0, -60);
      await server().run(SCHEMA, options.database);
      const rows = shuffled(early.flatMap((each) => each.rows));
      for (let at = 0; at < rows.length; at += 1000) await server().run(insert(rows.slice(at, at + 1000)), options.database);
      await server().run(
        "INSERT INTO ai_agent_chat_title VALUES ('t1', 'session-3', 'About the weather')",
        options.database,
      );

      await using dir = tempDir();
      using log = captureLogger();
      const clock = systemClock();
      await using database = await testDatabase(options);
      await database.use((connection) => {
        const samples = Int16Array.from({ length: 16_000 }, (_, i) => 8000 * Math.sin(i / 5));
        return connection.run("INSERT INTO ai_agent_chat_audio VALUES ('sound', UNHEX(?))", [
          encodeWav({ sampleRate: 16_000, samples }).toHex(),
        ]);
      });
      await using archive = await openSqliteHistory({ dataDir: dir.path, clock, logger: log.logger });
      await using encoder = createFrameEncoder({ workers: 1, complexity: 0, bitrate: 16_000 });
      const query = (sql: string, values: readonly (string | number)[]) => database.use((connection) => connection.rows(sql, values));
      const tables = mysqlStockTables({ query, database: options.database, timezone: "Asia/Shanghai" });
      const keeper = fileAudioKeeper(dir.path);
      const audio = new StockAudio({ tables, keeper, encoder, sides: "user", logger: log.logger });
      const checkpoints = new MemoryCheckpoints();
      const { signal } = new AbortController();
      const reader = () =>
        new SourceReader({ source: new StockSource({ name: "stock", tables, audio, clock }), archive, checkpoints, clock });
      const drain = async (by: SourceReader, until: () => boolean): Promise<number> => {
        for (let written = 0;;) {
          const result = await by.step({ token: 1, valid: () => true }, signal);
          if (result.kind !== "read") throw new Error("Nobody else leads");
          written += result.added + result.updated;
          if (!result.more && until()) return written;
        }
      };

      let written = false;
      const writing = writeLater(database, options.database, sessions.slice(-60).map((each) => each.rows)).finally(() => written = true);
      const by = reader();
      await drain(by, () => written);
      await writing;
      await drain(by, () => true);

      const turns = await turnsOf(archive);
      const found = turns.map(({ sessionId, userText, replyText }) => `${sessionId}|${userText}|${replyText}`);
      assert.deepEqual(found.toSorted(), sessions.flatMap(({ texts }) => texts).toSorted());
      assert.deepEqual(turns.map(({ turnId }) => turnId), turns.map(({ turnId }) => turnId).toSorted(), "ids sort as the turns began");
      assert.equal(turns[0]?.startedAt, START);
      assert.equal(turns[0]?.deviceId, "aa:bb:cc:00:00:ff");
      assert.equal((await archive.session("session-3"))?.title, "About the weather");
      const sounding = turns.filter(({ audioFiles }) => audioFiles.user !== undefined);
      assert.equal(sounding.length, sessions.filter((_, number) => number % 400 === 0).length);
      const ogg = await readOggOpus(await Deno.readFile(dir.join(sounding[0]!.audioFiles.user!)));
      assert.equal((await Array.fromAsync(ogg.packets)).length, Math.ceil(1000 / 60));

      checkpoints.kept.clear();
      assert.equal(await drain(reader(), () => true), 0);
      assert.deepEqual(await turnsOf(archive), turns);
    },
  });
}
