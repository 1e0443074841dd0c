/**
 * A running server with the life cycle below `/api`, on a real database or on a fake archive.
 *
 * @module
 */

import { systemClock } from "../../../base/clock.ts";
import type { RunningLifeCycle } from "../../../services/life_cycle.ts";
import { openLifeCycle } from "../../../services/life_cycle.ts";
import type { HistoryArchive } from "../../../services/history/archive.ts";
import { openSqliteHistory } from "../../../services/history/sqlite.ts";
import type { SessionRecord, StoredTurn } from "../../../services/history/store.ts";
import type { LifeCycle } from "../../../routes/api/deps.ts";
import { type ConsoleFixture, type ConsoleFixtureOptions, startConsole } from "../../console/console_fixture.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { type FakeArchive, fakeArchive } from "../../support/fake_archive.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { type AppFixture, type FixtureOptions, startApp, storedTurn } from "../app_fixture.ts";

/** A running API. */
export interface ApiFixture extends AsyncDisposable {
  readonly app: AppFixture;
  readonly base: string;
  readonly lifeCycle: RunningLifeCycle;
  readonly dataDir: string;
  /** Asks a path below the base. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Asks with a JSON body. */
  send(method: string, path: string, body: unknown): Promise<Response>;
}

/** What a test may choose. */
export interface ApiFixtureOptions extends FixtureOptions {
  /** `sqlite` by default. */
  readonly archive?: HistoryArchive;
  readonly retentionDays?: number;
  /** Changes what the routes are handed. */
  readonly wrap?: (lifeCycle: LifeCycle) => LifeCycle;
}

/** The device of {@link turnOf}. */
export const DEVICE = "11:22:33:aa:bb:cc";
/** The start of the first of its turns, Unix milliseconds. */
export const STARTED = Date.UTC(2026, 0, 1, 8);

/** A turn of the session `s1`, a minute after the one before. */
export function turnOf(index: number, more: Partial<StoredTurn> = {}): StoredTurn {
  const startedAt = STARTED + index * 60_000;
  return storedTurn({
    turnId: `01KTURN${String(index).padStart(19, "0")}`,
    sessionId: "s1",
    deviceId: DEVICE,
    startedAt,
    endedAt: startedAt + 4000,
    userText: `question ${index} 天气怎么样`,
    replyText: `answer ${index} 今天晴`,
    heardText: `answer ${index} 今天晴`,
    ...more,
  });
}

/** The session of {@link turnOf}. */
export const SESSION: SessionRecord = {
  sessionId: "s1",
  deviceId: DEVICE,
  clientId: "client",
  startedAt: STARTED,
  endedAt: STARTED + 1,
  endReason: "idle",
};

/** Starts it. */
export async function startApi(options: ApiFixtureOptions = {}): Promise<ApiFixture> {
  const { archive, retentionDays = 0, wrap = (same) => same, ...rest } = options;
  const stack = new AsyncDisposableStack();
  const dir = stack.use(tempDir());
  const log = stack.use(captureLogger());
  const clock = systemClock();
  const store = stack.use(await openSqliteHistory({ dataDir: dir.path, clock }));
  const lifeCycle = stack.use(
    await openLifeCycle({
      archive: archive ?? store,
      deviceTable: store.deviceTable,
      deviceStore: store,
      history: {
        retentionDays,
        audioStore: { kind: "files", endpoint: "", region: "", bucket: "", prefix: "", accessKeyId: "", secretAccessKey: "" },
      },
      dataDir: dir.path,
      clock,
      logger: log.logger,
    }),
  );
  const app = stack.use(startApp({ ...rest, deps: { lifeCycle: wrap(lifeCycle), ...rest.deps } }));
  const ask = (path: string, init: RequestInit = {}) => fetch(app.base + path, init);
  return {
    app,
    base: app.base,
    lifeCycle,
    dataDir: dir.path,
    ask,
    send: (method, path, body) =>
      ask(path, {
        method,
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Starts it with the console and a device that is connected, so that the console's own operations are there, too. */
export async function startWithConsole(
  options: ConsoleFixtureOptions = {},
): Promise<Omit<ApiFixture, "dataDir" | "send"> & ConsoleFixture> {
  const fx = await startConsole(options);
  fx.change({ deviceId: DEVICE });
  return { ...fx, ask: (path, init) => fetch(fx.base + path, init) };
}

/** Both kinds of archive, for tests that hold on each. */
export const ARCHIVES: readonly (readonly [string, () => FakeArchive | undefined])[] = [
  ["in memory", fakeArchive],
  ["in SQLite", () => undefined],
];

/** Archives turns of {@link turnOf} with their session. */
export async function fill(
  api: Pick<ApiFixture, "lifeCycle">,
  turns: readonly StoredTurn[],
  session: SessionRecord = SESSION,
): Promise<void> {
  await api.lifeCycle.archive.apply(turns.map((turn) => ({ turn, session })));
}
