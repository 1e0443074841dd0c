import assert from "node:assert/strict";
import { systemRandom } from "../../../base/random.ts";
import type { Cache } from "../../../services/cache/cache.ts";
import { cachedArchive, cachedHistory, knownDevices } from "../../../services/cache/history_cache.ts";
import { memoryTier } from "../../../services/cache/memory.ts";
import { tieredCache } from "../../../services/cache/tiered.ts";
import type { HistoryStore, StoredTurn } from "../../../services/history/store.ts";
import { openSqliteHistory } from "../../../services/history/sqlite.ts";
import { noRedis, startRedis } from "../../support/redis.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { silent } from "../redis/support.ts";
import { turn } from "../history/contract.ts";
import { fakeArchive } from "./fake_archive.ts";
import { ROOMY, startNodes } from "./nodes.ts";

const A = "aa:bb:cc:dd:ee:01";
const B = "aa:bb:cc:dd:ee:02";

function inMemory(): Cache {
  return tieredCache({ tier: memoryTier(new VirtualClock(), ROOMY), random: systemRandom(), logger: silent, ttlMs: 1_800_000 });
}

function stored(n: number, deviceId: string, sessionId: string): StoredTurn {
  const { audio: _, ...rest } = turn(n, { deviceId, sessionId });
  return { ...rest, audioFiles: {} };
}

Deno.test("the first page of a device's sessions is read once, and other pages each time", async () => {
  const archive = fakeArchive();
  const cached = cachedArchive(archive, inMemory());
  for (let n = 0; n < 60; n++) await cached.apply([{ turn: stored(n, A, `s${n}`) }]);
  const first = await cached.sessions({ deviceId: A });
  assert.deepEqual([first.items.length, first.next], [50, "more"]);
  assert.deepEqual(await cached.sessions({ deviceId: A }), first);
  assert.equal(archive.lists.length, 1);
  assert.equal((await cached.sessions({ deviceId: A, limit: 5 })).items.length, 5);
  assert.equal((await cached.sessions({ deviceId: A, limit: 5 })).items.length, 5);
  assert.equal(archive.lists.length, 2);
  const others = [{}, undefined, { deviceId: A, cursor: "more" }, { deviceId: A, from: 1 }, { deviceId: A, until: 2 }, {
    deviceId: A,
    limit: 500,
  }];
  for (const query of [...others, ...others]) await cached.sessions(query);
  assert.equal(archive.lists.length, 2 + 2 * others.length);
  assert.deepEqual((await cached.sessions({ deviceId: B })).items, []);
});

Deno.test("whatever is changed through the archive shows at once, and costs other devices nothing", async () => {
  const archive = fakeArchive();
  const cached = cachedArchive(archive, inMemory());
  await cached.apply([{ turn: stored(1, A, "a1") }, { turn: stored(2, A, "a2") }, { turn: stored(3, B, "b1") }]);
  const list = async (deviceId: string) =>
    (await cached.sessions({ deviceId })).items.map(({ sessionId, turns, title }) => [sessionId, turns, title]);
  await list(B);
  const before = archive.lists.length;
  assert.deepEqual(await list(A), [["a1", 1, undefined], ["a2", 1, undefined]]);
  await cached.apply([{ turn: stored(4, A, "a2") }]);
  assert.deepEqual(await list(A), [["a1", 1, undefined], ["a2", 2, undefined]]);
  assert.equal(await cached.retitle("a1", "Hello"), true);
  assert.deepEqual(await list(A), [["a1", 1, "Hello"], ["a2", 2, undefined]]);
  assert.equal(await cached.retitle("nobody", "Hello"), false);
  await cached.erase({ sessionId: "a1" });
  assert.deepEqual(await list(A), [["a2", 2, undefined]]);
  await cached.erase({ turnId: stored(4, A, "a2").turnId });
  archive.held.length = 0;
  await cached.erase({ deviceId: A });
  assert.deepEqual(await list(A), []);
  assert.equal(archive.lists.length - before, 5);
  assert.deepEqual(await list(B), [["b1", 1, undefined]]);
  assert.equal(archive.lists.length - before, 5);
});

Deno.test("a change whose outcome is not known ends what was remembered, and its failure is the caller's", async () => {
  const archive = fakeArchive();
  const cached = cachedArchive(archive, inMemory());
  await cached.apply([{ turn: stored(1, A, "a1") }]);
  await cached.sessions({ deviceId: A });
  archive.failing = true;
  await assert.rejects(cached.apply([{ turn: stored(2, A, "a2") }]), /database is away/);
  await assert.rejects(cached.sessions({ deviceId: A }), /database is away/);
  archive.failing = false;
  assert.equal((await cached.sessions({ deviceId: A })).items.length, 2);
  archive.failing = true;
  await assert.rejects(cached.erase({ deviceId: A }), /database is away/);
  archive.failing = false;
  assert.equal((await cached.sessions({ deviceId: A })).items.length, 0);
});

Deno.test("a turn and a session of this process show in the archive's list as soon as they are kept", async () => {
  const archive = fakeArchive();
  const cache = inMemory();
  const cached = cachedArchive(archive, cache);
  await using dir = tempDir();
  const clock = new VirtualClock();
  await using store = cachedHistory(await openSqliteHistory({ dataDir: dir.path, clock }), cache);
  const reads = async (act: () => Promise<void>) => {
    await cached.sessions({ deviceId: A });
    const before = archive.lists.length;
    await act();
    await cached.sessions({ deviceId: A });
    return archive.lists.length - before;
  };
  assert.equal(await reads(() => store.openSession({ sessionId: "s", deviceId: A, clientId: "c", startedAt: 1 })), 1);
  assert.equal(await reads(() => store.draftTurn(turn(1, { deviceId: A, sessionId: "s" }))), 0);
  assert.equal(await reads(() => store.commitTurn(turn(1, { deviceId: A, sessionId: "s" }))), 1);
  assert.equal(await reads(() => store.commitTurn(turn(2, { deviceId: B, sessionId: "t" }))), 0);
  assert.equal(await reads(() => store.closeSession("s", 2, "idle")), 1);
  assert.equal(await reads(() => store.closeSession("never opened here", 2, "idle")), 0);
  store.notePersisted(turn(1).turnId, 5);
  assert.equal((await store.listTurns({ deviceId: A })).length, 1);
  assert.deepEqual((await store.listSessions({ deviceId: A })).map(({ endReason }) => endReason), ["idle"]);
});

Deno.test("whether a device is known is asked once, and a device that was unknown is known with its first session", async () => {
  await using dir = tempDir();
  const cache = inMemory();
  await using sqlite = await openSqliteHistory({ dataDir: dir.path, clock: new VirtualClock() });
  let asked = 0;
  const counting: HistoryStore = Object.assign(Object.create(sqlite), {
    openSession: sqlite.openSession.bind(sqlite),
    listSessions: (query: Parameters<HistoryStore["listSessions"]>[0]) => (asked++, sqlite.listSessions(query)),
  });
  const store = cachedHistory(counting, cache);
  const isKnown = knownDevices(counting, cache);
  for (let times = 0; times < 3; times++) assert.equal(await isKnown(A), false);
  await store.openSession({ sessionId: "s", deviceId: A, clientId: "c", startedAt: 1 });
  for (let times = 0; times < 3; times++) assert.equal(await isKnown(A), true);
  assert.equal(asked, 2);
});

Deno.test({
  name: "what one node erases, no node lists any longer",
  ignore: noRedis,
  fn: async () => {
    await using redis = await startRedis();
    const archive = fakeArchive();
    const nodes = await startNodes(redis.url, 2);
    await using stack = new AsyncDisposableStack();
    for (const node of nodes) stack.use(node);
    const [one, other] = nodes.map(({ cache }) => cachedArchive(archive, cache)) as [typeof archive, typeof archive];
    await one.apply([{ turn: stored(1, A, "a1") }]);
    for (const node of [one, other, one, other]) assert.equal((await node.sessions({ deviceId: A })).items.length, 1);
    assert.equal(archive.lists.length, 1);
    await other.erase({ deviceId: A });
    for (const node of [one, other]) assert.deepEqual((await node.sessions({ deviceId: A })).items, []);
  },
});
