/**
 * Sessions, drafts and commits on a MySQL or MariaDB server.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { sql } from "kysely";
import type { Clock } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";
import { limited } from "../../database/limited.ts";
import { storedText } from "../archive/text.ts";
import { readTombstones } from "../archive/tombstones.ts";
import { changes, first, type Work } from "../archive/work.ts";
import { HistoryError } from "../errors.ts";
import { KeptAudio } from "../kept_audio.ts";
import { listSessions, listTurns, type SessionQuery, type TurnQuery } from "../queries.ts";
import { sessionRow, turnRow } from "../schema.ts";
import type { HistoryStore, SessionRecord, SessionSummary, StoredTurn, TurnDraft, TurnRecord } from "../store.ts";
import type { MysqlBackend } from "./backend.ts";

/** At the end, how long the last marks may take to be written, milliseconds: within the 5 s that stopping may take. */
const LAST_MARKS_MS = 1_000;

/** What {@link MysqlStore} needs. */
export interface MysqlStoreOptions {
  readonly dataDir: string;
  /** Of this process among those that share the database; the same after it starts again. */
  readonly node: string;
  readonly clock: Clock;
  readonly logger?: Logger | undefined;
}

/** The store on a database whose tables are up to date. It leaves the connections to whoever made them. */
export class MysqlStore implements HistoryStore {
  readonly #backend: MysqlBackend;
  readonly #options: MysqlStoreOptions;
  readonly #audio: KeptAudio;
  /** Commits under way, by turn id: the same turn is not written twice at the same time. */
  readonly #committing = new Map<string, Promise<void>>();
  /** Marks of committed turns that the next write takes along: see {@link HistoryStore.notePersisted}. */
  readonly #persisted = new Map<string, number>();
  #isClosed = false;

  constructor(backend: MysqlBackend, options: MysqlStoreOptions) {
    this.#backend = backend;
    this.#options = options;
    this.#audio = new KeptAudio(options);
  }

  async openSession(session: SessionRecord): Promise<void> {
    const { own, dialect } = this.#backend;
    const row = { ...sessionRow(session), node: this.#options.node };
    await this.#write(function* () {
      yield* changes(dialect.ignoreExisting(own.insertInto("sessions").values(row) as never));
    });
  }

  async closeSession(sessionId: string, endedAt: number, reason: string): Promise<void> {
    const { own } = this.#backend;
    await this.#write(function* () {
      yield* changes(
        own.updateTable("sessions").set({ ended_at: Math.round(endedAt), end_reason: reason })
          .where("session_id", "=", storedText(sessionId)).where("ended_at", "is", null),
      );
    });
  }

  async draftTurn({ turnId, sessionId, deviceId, startedAt, source, userText }: TurnDraft): Promise<void> {
    const { own } = this.#backend;
    const row = {
      turn_id: storedText(turnId),
      session_id: storedText(sessionId),
      device_id: storedText(deviceId),
      started_at: Math.round(startedAt),
      source,
      user_text: storedText(userText),
      reply_text: "",
      heard_text: "",
      heard_ms: 0,
      timings: "{}",
      search_text: "",
      node: this.#options.node,
    };
    const user_text = sql<string>`if(outcome is null, values(user_text), user_text)`;
    await this.#write(function* () {
      yield* changes(own.insertInto("turns").values(row).onDuplicateKeyUpdate({ user_text }));
    });
  }

  notePersisted(turnId: string, persistedMs: number): void {
    this.#persisted.set(storedText(turnId), persistedMs);
  }

  commitTurn(turn: TurnRecord): Promise<void> {
    const running = this.#committing.get(turn.turnId);
    if (running !== undefined) return running;
    const commit = this.#commit(turn).finally(() => this.#committing.delete(turn.turnId));
    this.#committing.set(turn.turnId, commit);
    return commit;
  }

  async listSessions(query?: SessionQuery): Promise<readonly SessionSummary[]> {
    this.#checkOpen();
    return await listSessions(this.#backend.builder, query);
  }

  async listTurns(query?: TurnQuery): Promise<readonly StoredTurn[]> {
    this.#checkOpen();
    return await listTurns(this.#backend.builder, query);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    await Promise.allSettled(this.#committing.values());
    this.#isClosed = true;
    if (this.#persisted.size === 0) return;
    const error = () => new HistoryError(`The database server did not answer within ${LAST_MARKS_MS} ms`, "history_unreachable");
    try {
      await limited(this.#backend.write(() => this.#marks()), { clock: this.#options.clock, ms: LAST_MARKS_MS, error });
    } catch (error) {
      this.#options.logger?.warn("Marks of the last turns were not kept: {reason}", { reason: messageOf(error) });
    }
  }

  /** Writes, with what was waiting for a write; in one transaction where something was. */
  async #write(work: () => Work<void>): Promise<void> {
    this.#checkOpen();
    if (this.#persisted.size === 0) return await this.#backend.single(work);
    await this.#withMarks(work);
  }

  async #withMarks<T>(work: () => Work<T>): Promise<T> {
    const marks = new Map(this.#persisted);
    const write = this.#marks.bind(this);
    const result = await this.#backend.write(function* () {
      yield* write(marks);
      return yield* work();
    });
    for (const [turnId, ms] of marks) if (this.#persisted.get(turnId) === ms) this.#persisted.delete(turnId);
    return result;
  }

  *#marks(marks: ReadonlyMap<string, number> = this.#persisted): Work<void> {
    for (const [turnId, ms] of marks) {
      const timings = sql<string>`json_set(timings, '$.persistedMs', ${ms})`;
      yield* changes(this.#backend.own.updateTable("turns").set({ timings }).where("turn_id", "=", turnId));
    }
  }

  async #commit(turn: TurnRecord): Promise<void> {
    this.#checkOpen();
    const { builder, own, dialect } = this.#backend;
    // What was committed keeps its audio.
    const audioFiles = turn.audio === undefined || await this.#isCommitted(turn.turnId) ? {} : await this.#audio.keep(turn);
    const row = turnRow({ ...turn, audioFiles });
    const { turn_id, ...news } = row;
    const isKept = await this.#withMarks(function* () {
      const tombstones = yield* readTombstones(builder, dialect, [row]);
      if (tombstones.covers(row)) {
        yield* changes(own.deleteFrom("turns").where("turn_id", "=", turn_id).where("outcome", "is", null));
        return false;
      }
      const added = yield* changes(dialect.ignoreExisting(builder.insertInto("turns").values(row)));
      const drafted = added > 0 ? 0 : yield* changes(
        builder.updateTable("turns").set(news).where("turn_id", "=", turn_id).where("outcome", "is", null),
      );
      if (added + drafted > 0 && tombstones.touches(row)) {
        // A session that was erased while it went on is there again from its next turn.
        const { session_id, device_id, started_at } = row;
        yield* changes(dialect.ignoreExisting(builder.insertInto("sessions").values({ session_id, device_id, client_id: "", started_at })));
      }
      return true;
    });
    if (!isKept) await this.#audio.drop(audioFiles);
  }

  #isCommitted(turnId: string): Promise<boolean> {
    const { own } = this.#backend;
    return this.#backend.single(function* () {
      const select = own.selectFrom("turns").select("turn_id").where("turn_id", "=", storedText(turnId)).where("outcome", "is not", null);
      return (yield* first(select)) !== undefined;
    });
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new HistoryError("Cannot use the history on the database server after it was closed", "history_closed");
  }
}
