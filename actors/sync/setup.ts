/**
 * The sync as the configuration wants it.
 *
 * @module
 */

import { join } from "node:path";
import type { Logger } from "@logtape/logtape";
import type { FrameEncoder } from "../../audio/opus/frame_encoder.ts";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Config } from "../../services/config/mod.ts";
import type { Database } from "../../services/database/database.ts";
import { kyselyOn } from "../../services/database/kysely.ts";
import { HttpServer } from "../../services/esp32_server/http/server.ts";
import type { HistoryArchive } from "../../services/history/archive.ts";
import { SqliteFile } from "../../services/history/database.ts";
import { queryBuilder } from "../../services/history/queries.ts";
import { HISTORY_FILE } from "../../services/history/sqlite.ts";
import type { Leases } from "../../services/lease/lease.ts";
import { memoryLeases } from "../../services/lease/memory.ts";
import { fileAudioKeeper } from "../../services/sync/audio_keeper.ts";
import { type SyncSchema, tableCheckpoints } from "../../services/sync/checkpoints.ts";
import { HttpSource } from "../../services/sync/http/source.ts";
import { tellingCheckpoints } from "../../services/sync/push/checkpoints.ts";
import { PushIntake } from "../../services/sync/push/intake.ts";
import { PushReports } from "../../services/sync/push/reports.ts";
import type { HistorySource } from "../../services/sync/source.ts";
import { StockAudio } from "../../services/sync/stock/audio.ts";
import { mysqlStockTables } from "../../services/sync/stock/mysql_tables.ts";
import type { StockTables } from "../../services/sync/stock/rows.ts";
import { StockSource } from "../../services/sync/stock/source.ts";
import type { Supervisor } from "../supervision/supervisor.ts";
import { SyncDaemon, type SyncDaemonOptions } from "./daemon.ts";
import { PushDaemon } from "./push_daemon.ts";
import type { SourceStatus, SyncStatus } from "./status.ts";

/** What the sync is made of. */
export interface SyncSetup {
  readonly config: Pick<Config, "sync" | "features" | "history" | "esp32Server">;
  readonly dataDir: string;
  /** Where turns go: the SQLite history, or that on the server. Its database in `dataDir` must have been opened before. */
  readonly archive: HistoryArchive;
  /** The database server, where there is one: it may hold a stock server's tables. */
  readonly database?: Database | undefined;
  /** Whether `archive` is on that server, and so one for all nodes: then the checkpoints are there, too. False by default. */
  readonly shared?: boolean;
  /** Shared by all nodes that share the archive; in memory by default, which is right where each has its own. */
  readonly leases?: Leases;
  readonly encoder: Pick<FrameEncoder, "encode">;
  /** Of the platform: the daemons become its children. */
  readonly supervisor: Supervisor;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly onEvent?: NonNullable<SyncDaemonOptions["onEvent"]>;
}

/** The running sync. Dispose of it before the archive. */
export interface Sync extends AsyncDisposable {
  /** How it is, for `/api/status` and health. */
  status(): { readonly daemon?: SyncStatus; readonly push?: SourceStatus };
  /** Takes reports in; absent where none may come. */
  readonly intake?: PushIntake;
}

/** Starts what the configuration asks for; undefined where it asks for nothing. */
export function startSync(setup: SyncSetup): Sync | undefined {
  const { config: { sync, features, history }, supervisor, clock, random, logger, archive, dataDir, database } = setup;
  const pushes = features.syncPush && sync.push.secret !== "";
  if (!features.sync || !history.enabled) return undefined;
  const sources = [httpSource(setup), stockSource(setup)].filter((source) => source !== undefined);
  if (sources.length === 0 && !pushes) return undefined;

  const resources = new AsyncDisposableStack();
  // Its statements are never under way together with those of the history's own connection: both are synchronous.
  const file = resources.use(new SqliteFile(join(dataDir, HISTORY_FILE)));
  file.opened();
  const local = (names: readonly string[]) =>
    tableCheckpoints({ db: queryBuilder<SyncSchema>(file), dialect: "sqlite", sources: names, clock });
  const names = sources.map(({ name }) => name);
  const checkpoints = database === undefined || setup.shared !== true ? local(names) : tableCheckpoints({
    db: kyselyOn<SyncSchema>(database, []),
    dialect: "mysql",
    prefix: database.prefix,
    sources: names,
    clock,
  });
  const onEvent = setup.onEvent === undefined ? {} : { onEvent: setup.onEvent };
  const common = { archive, tuning: sync, clock, random, logger, ...onEvent };
  const leases = setup.leases ?? memoryLeases(clock);
  const daemon = sources.length === 0
    ? undefined
    : resources.use(new SyncDaemon({ ...common, sources, checkpoints, leases, holder: random.uuid() }));

  let push: PushDaemon | undefined;
  let intake: PushIntake | undefined;
  if (pushes) {
    const reports = new PushReports(file, clock);
    const own = tellingCheckpoints(local(["push"]), reports);
    const daemonOfPush = push = new PushDaemon({ ...common, source: rowSource("push", reports, setup), checkpoints: own });
    const sides = audioSides(setup);
    intake = new PushIntake({
      reports,
      ...(sides === undefined ? {} : { audio: { encoder: setup.encoder, sides } }),
      clock,
      random,
      logger,
      onNew: () => daemonOfPush.wake(),
    });
  }
  for (const { spec } of [daemon, push].filter((each) => each !== undefined)) {
    supervisor.start(spec);
    resources.defer(() => supervisor.stop(spec.id));
  }
  return {
    status: () => ({
      ...(daemon === undefined ? {} : { daemon: daemon.status() }),
      ...(push === undefined ? {} : { push: push.status() }),
    }),
    ...(intake === undefined ? {} : { intake }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function httpSource({ config: { sync, features, esp32Server }, archive, clock, logger }: SyncSetup): HistorySource | undefined {
  const own = sync.http.baseUrl;
  const baseUrl = own !== "" ? own : esp32Server.chat.provider === "http" ? esp32Server.baseUrl : "";
  if (!features.syncHttp || baseUrl === "") return undefined;
  // The key of one server is not for another to see.
  const apiKey = sync.http.apiKey !== "" || own !== "" && own !== esp32Server.baseUrl ? sync.http.apiKey : esp32Server.apiKey;
  const { timeoutMs, audioFormat, foldContext } = esp32Server;
  const server = new HttpServer({ baseUrl, apiKey, timeoutMs, audioFormat, foldContext, voice: "", clock, logger, fetch });
  return new HttpSource({ server, windowMs: sync.windowMs, archive, clock, logger });
}

function stockSource(setup: SyncSetup): HistorySource | undefined {
  const { config: { sync: { stock }, features }, database } = setup;
  if (!features.syncStock || stock.database === "" || database === undefined) return undefined;
  const query = (sql: string, values: readonly (string | number)[]) => database.use((session) => session.rows(sql, values));
  return rowSource("stock", mysqlStockTables({ query, database: stock.database, timezone: stock.timezone }), setup);
}

function rowSource(name: string, tables: StockTables, setup: SyncSetup): HistorySource {
  const { clock, encoder, logger, dataDir } = setup;
  const sides = audioSides(setup);
  if (sides === undefined) return new StockSource({ name, tables, clock });
  const audio = new StockAudio({ tables, keeper: fileAudioKeeper(dataDir), encoder, sides, logger });
  return new StockSource({ name, tables, audio, clock });
}

function audioSides({ config: { history, features } }: SyncSetup): "user" | "both" | undefined {
  return features.historyAudio && history.audio !== "none" ? history.audio : undefined;
}
