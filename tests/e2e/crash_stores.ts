/**
 * The same kills of a server whose archive is a MySQL server and whose cache is Redis, which are killed, cut off, flushed and slow meanwhile.
 *
 * @module
 */

import { systemClock } from "../../base/clock.ts";
import { openMysqlHistory } from "../../services/history/mysql/mysql.ts";
import { testDatabase } from "../support/database.ts";
import { startMariadb } from "../support/mariadb.ts";
import { startRedis } from "../support/redis.ts";
import { tcpProxy } from "../support/tcp_proxy.ts";
import { type CrashOptions, type CrashOutcome, killServers } from "./crash.ts";

/** Longer than a commit to the archive takes, shorter than `redis.timeoutMs`. */
const SLOW_MS = 100;

/** Kills servers as {@link killServers} does, and compares the archive on the database server row by row. */
export async function killServersAndStores(options: Omit<CrashOptions, "stores">): Promise<CrashOutcome> {
  await using mariadb = await startMariadb();
  await using redis = await startRedis();
  await using toDatabase = tcpProxy({ port: mariadb.options.port });
  await using toRedis = tcpProxy({ port: redis.port });
  const { user, password, database: name } = mariadb.options;
  const troubles: readonly (() => Promise<void>)[] = [
    async () => {
      await mariadb.kill();
      await mariadb.restart();
    },
    async () => {
      await redis.flush();
      await toDatabase.refuse();
      await pause();
      toDatabase.heal();
    },
    async () => {
      await redis.kill();
      await pause();
      await redis.restart();
      toRedis.delay(SLOW_MS);
      toDatabase.delay(SLOW_MS);
      await pause();
      toRedis.heal();
      toDatabase.heal();
    },
    async () => {
      toDatabase.stall();
      toRedis.stall();
      await pause();
      toDatabase.cut();
      toDatabase.heal();
      toRedis.heal();
    },
  ];
  return await killServers({
    ...options,
    stores: {
      env: {
        XIAOZHI_DATABASE_HOST: toDatabase.hostname,
        XIAOZHI_DATABASE_PORT: String(toDatabase.port),
        XIAOZHI_DATABASE_USER: user,
        XIAOZHI_DATABASE_PASSWORD: password,
        XIAOZHI_DATABASE_NAME: name,
        XIAOZHI_REDIS_URL: `redis://${toRedis.hostname}:${toRedis.port}`,
      },
      trouble: (life) => troubles[life % troubles.length]!(),
      async archive() {
        const clock = systemClock();
        await using opening = new AsyncDisposableStack();
        const database = opening.use(await testDatabase(mariadb.options, { clock }));
        const history = opening.use(await openMysqlHistory({ database, dataDir: ".", node: "reader", clock }));
        const resources = opening.move();
        return Object.assign(history, { [Symbol.asyncDispose]: () => resources.disposeAsync() });
      },
    },
  });
}

/** About half a turn. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 700));
}
