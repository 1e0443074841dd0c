/**
 * The archive on any database that has a {@link ArchiveBackend}.
 *
 * @module
 */

import type { Applied, ArchivedTurn, Erased, Erasure, HistoryArchive, Page, SearchQuery, SessionsQuery, TurnsQuery } from "../archive.ts";
import type { SessionSummary, StoredTurn } from "../store.ts";
import { applyBatch } from "./apply.ts";
import type { ArchiveBackend } from "./backend.ts";
import { erase } from "./erase.ts";
import { readSession, readSessions, readTurn, readTurns, searchTurns } from "./lists.ts";
import { storedText } from "./text.ts";
import { changes, first } from "./work.ts";

/** Makes the archive of a database. What a process before left half erased is erased by `resumeErasures` (archive/erase.ts). */
export function createArchive(backend: ArchiveBackend): HistoryArchive {
  return new Archive(backend);
}

class Archive implements HistoryArchive {
  readonly #backend: ArchiveBackend;

  constructor(backend: ArchiveBackend) {
    this.#backend = backend;
  }

  session(sessionId: string): Promise<SessionSummary | undefined> {
    return this.#backend.read(() => readSession(this.#backend.builder, sessionId));
  }

  turn(turnId: string): Promise<StoredTurn | undefined> {
    return this.#backend.read(() => readTurn(this.#backend.builder, turnId));
  }

  sessions(query: SessionsQuery = {}): Promise<Page<SessionSummary>> {
    return this.#backend.read(() => readSessions(this.#backend.builder, query));
  }

  turns(query: TurnsQuery = {}): Promise<Page<StoredTurn>> {
    return this.#backend.read(() => readTurns(this.#backend.builder, query));
  }

  search(query: SearchQuery): Promise<Page<StoredTurn>> {
    return this.#backend.read(() => searchTurns(this.#backend.builder, this.#backend.dialect, query));
  }

  retitle(sessionId: string, title: string): Promise<boolean> {
    const { builder: db } = this.#backend;
    const session_id = storedText(sessionId);
    return this.#backend.write(function* () {
      const known = yield* first(db.selectFrom("sessions").select("session_id").where("session_id", "=", session_id));
      if (known === undefined) return false;
      yield* changes(db.updateTable("sessions").set({ title: storedText(title) }).where("session_id", "=", session_id));
      return true;
    });
  }

  erase(what: Erasure): Promise<Erased> {
    return erase(this.#backend, what);
  }

  async apply(batch: readonly ArchivedTurn[], options: { readonly replace?: boolean } = {}): Promise<Applied> {
    const { builder, dialect } = this.#backend;
    if (batch.length === 0) return { added: 0, updated: 0, skipped: 0 };
    return await this.#backend.write(() => applyBatch(builder, dialect, batch, options.replace ?? false));
  }
}
