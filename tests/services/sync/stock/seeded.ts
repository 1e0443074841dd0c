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
import { insert, ROWS_OF_SESSION, SCHEMA, session, shuffled, START, writeLater } from "./seed.ts";

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
