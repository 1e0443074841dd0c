/**
 * Delivery to a real MySQL server that is killed, frozen and cut off while turns are committed.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Delivery } from "../../../actors/delivery/delivery.ts";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import { systemClock } from "../../../base/clock.ts";
import { systemRandom } from "../../../base/random.ts";
import { announcing } from "../../../services/delivery/announce.ts";
import type { HistoryArchive } from "../../../services/history/archive.ts";
import { openMysqlHistory } from "../../../services/history/mysql/mysql.ts";
import { openSqliteHistory } from "../../../services/history/sqlite.ts";
import type { StoredTurn } from "../../../services/history/store.ts";
import { turn } from "../../services/history/contract.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { testDatabase } from "../../support/database.ts";
import { startMariadb } from "../../support/mariadb.ts";
import { tcpProxy } from "../../support/tcp_proxy.ts";
import { tempDir } from "../../support/temp_dir.ts";

/** How long the delivery may take after the last fault: the longest back-off is a minute. */
const PATIENCE_MS = 180_000;
const POLL_MS = 20;

/** Commits `count` turns, of which the server sees none in peace, and compares all rows. */
export async function deliverThroughChaos(count: number): Promise<void> {
  const clock = systemClock();
  const random = systemRandom();
  await using server = await startMariadb();
  await using proxy = tcpProxy({ port: server.options.port });
  await using here = tempDir();
  using log = captureLogger();
  await using database = await testDatabase({ ...server.options, host: proxy.hostname, port: proxy.port }, { clock });
  await using remote = await openMysqlHistory({ database, dataDir: here.path, node: "node-1", clock });
  await using store = await openSqliteHistory({ dataDir: here.path, clock });
  using supervisor = new Supervisor({ clock });
  const audioBudget = { bytes: 0, maxBytes: 1, full: false };
  const delivery = new Delivery({ outbox: store, remote, clock, random, logger: log.logger, localDays: 30, audioBudget });
  if (delivery.spec !== undefined) supervisor.start(delivery.spec);
  const history = announcing(store, () => delivery.nudge());

  const faults: readonly (() => unknown)[] = [
    () => proxy.cut(),
    () => server.kill(),
    () => server.restart(),
    () => proxy.cutAfter(20),
    () => proxy.refuse(),
    () => proxy.heal(),
    () => proxy.stall(),
    () => (proxy.cut(), proxy.heal()),
  ];
  for (const device of [0, 1, 2]) await history.openSession({ ...idsOf(device), clientId: "c", startedAt: 1 });
  for (let n = 0; n < count; n++) {
    await history.commitTurn(turn(n, { ...idsOf(n % 3), userText: `今天天气怎么样？😀 ${n}` }));
    const due = n * faults.length / count;
    if (Number.isInteger(due)) await faults[due]!();
    if (n % 10 === 0) await pause(POLL_MS);
  }
  for (const device of [0, 1, 2]) await history.closeSession(idsOf(device).sessionId, 9, "idle");
  proxy.heal();
  for (const deadline = clock.now() + PATIENCE_MS;; await pause(POLL_MS)) {
    const { depth, sessions, lastError } = await delivery.status();
    if (depth + sessions === 0) break;
    assert.ok(clock.now() < deadline, `${depth} turns and ${sessions} sessions still wait: ${lastError?.message}`);
  }
  assert.equal((await delivery.status()).parked, 0, log.messages("error").join("\n"));
  const [mine, theirs] = [await allTurns(store), await allTurns(remote)];
  assert.equal(theirs.length, count);
  assert.deepEqual(theirs, mine);
  const sessions = async (archive: HistoryArchive) => (await archive.sessions({ limit: 1000 })).items;
  assert.deepEqual(await sessions(remote), await sessions(store));
  assert.ok(log.messages("warning").length > 0, "there was no outage");
}

function idsOf(device: number): { readonly sessionId: string; readonly deviceId: string } {
  return { sessionId: `session-${device}`, deviceId: `device-${device}` };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function allTurns(archive: HistoryArchive): Promise<StoredTurn[]> {
  const turns: StoredTurn[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await archive.turns({ order: "oldest", limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
    turns.push(...page.items);
    cursor = page.next;
    more = cursor !== undefined;
  }
  return turns;
}
