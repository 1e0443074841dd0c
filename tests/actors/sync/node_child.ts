/**
 * A process that syncs a stock server's tables into the history in the same database, if it leads by a lease in Redis. It prints its role
 * whenever that changes, and ends in order when standard input is closed.
 *
 * @module
 */

import { SyncDaemon } from "../../../actors/sync/daemon.ts";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import { systemClock } from "../../../base/clock.ts";
import { systemRandom } from "../../../base/random.ts";
import { kyselyOn } from "../../../services/database/kysely.ts";
import { openMysqlHistory } from "../../../services/history/mysql/mysql.ts";
import { redisLeases } from "../../../services/lease/redis.ts";
import { createLogger } from "../../../services/logging/mod.ts";
import { type SyncSchema, tableCheckpoints } from "../../../services/sync/checkpoints.ts";
import { mysqlStockTables } from "../../../services/sync/stock/mysql_tables.ts";
import { StockSource } from "../../../services/sync/stock/source.ts";
import { testDatabase } from "../../support/database.ts";
import type { MariadbOptions } from "../../support/mariadb.ts";
import { connected } from "../../services/redis/support.ts";

/** What the process is told, as JSON in its first argument. */
export interface NodeOptions {
  readonly database: MariadbOptions;
  readonly redis: string;
  /** Name of the node. */
  readonly node: string;
  readonly dataDir: string;
  readonly leaseMs: number;
}

if (import.meta.main) {
  const { database: options, redis, node, dataDir, leaseMs } = JSON.parse(Deno.args[0] ?? "{}") as NodeOptions;
  const clock = systemClock();
  await using database = await testDatabase(options, { clock });
  await using history = await openMysqlHistory({ database, dataDir, node, clock });
  await using link = await connected(redis);
  const query = (sql: string, values: readonly (string | number)[]) => database.use((session) => session.rows(sql, values));
  const tables = mysqlStockTables({ query, database: options.database, timezone: "Asia/Shanghai" });
  await using daemon = new SyncDaemon({
    sources: [new StockSource({ name: "stock", tables, clock })],
    archive: history,
    checkpoints: tableCheckpoints({
      db: kyselyOn<SyncSchema>(database, []),
      dialect: "mysql",
      prefix: database.prefix,
      sources: ["stock"],
      clock,
    }),
    leases: redisLeases(link),
    holder: node,
    tuning: { intervalMs: 200, minIntervalMs: 20, backoffMs: 50, backoffMaxMs: 500, leaseMs },
    clock,
    random: systemRandom(),
    logger: createLogger("sync"),
    onEvent: (event) => {
      if (event.type === "ROLE") Deno.stdout.writeSync(new TextEncoder().encode(`${event.role}\n`));
    },
  });
  using supervisor = new Supervisor({ clock });
  supervisor.start(daemon.spec);
  await new Response(Deno.stdin.readable).text();
}
