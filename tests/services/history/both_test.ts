import assert from "node:assert/strict";
import type { HistoryArchive } from "../../../services/history/archive.ts";
import { bothArchives } from "../../../services/history/both.ts";
import { HistoryError } from "../../../services/history/errors.ts";
import { openSqliteHistory, type SqliteHistory } from "../../../services/history/sqlite.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { turn, turnId } from "./contract.ts";

/** The copy, the archive on the server, and a switch that cuts the server off. */
class Places implements AsyncDisposable {
  isCut = false;
  readonly both: HistoryArchive;
  readonly #resources: AsyncDisposableStack;

  private constructor(readonly local: SqliteHistory, readonly remote: SqliteHistory, resources: AsyncDisposableStack) {
    this.#resources = resources;
    const cut = new Proxy(remote as HistoryArchive, {
      get: (target, name: keyof HistoryArchive) => (...args: never[]) => {
        if (this.isCut) return Promise.reject(new HistoryError("The database server does not answer", "history_unreachable"));
        return (target[name] as (...given: never[]) => unknown)(...args);
      },
    });
    this.both = bothArchives(local, cut);
  }

  static async open(): Promise<Places> {
    await using resources = new AsyncDisposableStack();
    const clock = new VirtualClock(Date.UTC(2026, 0, 3));
    const [here, there] = [resources.use(tempDir()), resources.use(tempDir())];
    const local = resources.use(await openSqliteHistory({ dataDir: here.path, clock }));
    const remote = resources.use(await openSqliteHistory({ dataDir: there.path, clock }));
    return new Places(local, remote, resources.move());
  }

  /** Commits turns of one session, and delivers those up to `delivered`. */
  async commit(count: number, delivered: number): Promise<void> {
    for (let n = 1; n <= count; n++) await this.local.commitTurn(turn(n));
    for (const { turn, session } of await this.waiting(delivered)) {
      await this.remote.apply([{ turn, ...(session === undefined ? {} : { session }) }]);
    }
  }

  /** What the outbox has, as the delivery reads it. */
  async waiting(limit = 100) {
    return limit === 0 ? [] : await this.local.pendingOutbox(limit, Infinity);
  }

  async ids(): Promise<{ readonly here: string[]; readonly there: string[] }> {
    const of = async (archive: HistoryArchive) => (await archive.turns({ order: "oldest" })).items.map((each) => each.turnId);
    return { here: await of(this.local), there: await of(this.remote) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources[Symbol.asyncDispose]();
  }
}

const ids = (...numbers: readonly number[]) => numbers.map(turnId);

Deno.test("a turn, a session and a device are erased in both places", async () => {
  for (const what of [{ turnId: turnId(1) }, { sessionId: turn(1).sessionId }, { deviceId: turn(1).deviceId }]) {
    await using places = await Places.open();
    await places.commit(1, 1);
    const { turns } = await places.both.erase(what);
    assert.equal(turns, 1);
    assert.deepEqual(await places.ids(), { here: [], there: [] });
  }
});

Deno.test("where the server fails, no conversation is reminded any more, the call fails, and the same call again erases the rest", async () => {
  await using places = await Places.open();
  await places.commit(2, 2);
  places.isCut = true;
  await assert.rejects(places.both.erase({ deviceId: turn(1).deviceId }), { code: "history_unreachable", retryable: true });
  assert.deepEqual(await places.ids(), { here: [], there: ids(1, 2) });
  places.isCut = false;
  assert.deepEqual(await places.both.erase({ deviceId: turn(1).deviceId }).then(({ turns }) => turns), 2);
  assert.deepEqual(await places.ids(), { here: [], there: [] });
});

Deno.test("what waits for its delivery is erased, and is not delivered", async () => {
  await using places = await Places.open();
  await places.commit(2, 1);
  await places.both.erase({ deviceId: turn(1).deviceId });
  assert.deepEqual(await places.waiting(), []);
});

Deno.test("a batch that was under way while its turns were erased brings none of them back", async () => {
  for (const what of [{ turnId: turnId(1) }, { sessionId: turn(1).sessionId }, { deviceId: turn(1).deviceId }]) {
    await using places = await Places.open();
    await places.commit(1, 0);
    const batch = await places.waiting();
    assert.equal(batch.length, 1);
    await places.both.erase(what);
    assert.deepEqual(await places.remote.apply(batch), { added: 0, updated: 0, skipped: 1 });
    assert.deepEqual(await places.ids(), { here: [], there: [] });
  }
});

Deno.test("reads, applied turns and titles are the server's; a session that is not delivered yet takes its title along", async () => {
  await using places = await Places.open();
  const { sessionId, deviceId } = turn(1);
  await places.local.openSession({ sessionId, deviceId, clientId: "c", startedAt: 1 });
  await places.commit(1, 0);
  assert.deepEqual((await places.both.turns()).items, []);
  assert.equal(await places.both.retitle(sessionId, "Weather"), true);
  assert.equal(await places.both.retitle("nobody", "Weather"), false);
  assert.deepEqual(await places.both.apply(await places.waiting()), { added: 1, updated: 0, skipped: 0 });
  assert.equal((await places.both.session(sessionId))?.title, "Weather");
  assert.deepEqual((await places.both.sessions()).items.map(({ title }) => title), ["Weather"]);
  assert.equal((await places.both.turn(turnId(1)))?.turnId, turnId(1));
  assert.equal((await places.both.search({ text: turn(1).userText.slice(0, 4) })).items.length, 1);
});
