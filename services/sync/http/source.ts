/**
 * History of a server that speaks the HTTP contract: `GET {base}/api/chat/history?since=<ISO time>`.
 *
 * **Key.** A record with an `id` is that record, whatever else of it changes; its origin is `http:<id>`. Without one, the client derives a key
 * from the session, the content with its time, and the place among records of the same session and content. A record without an id that
 * changes is therefore another record, and two that are equal in all of it, without a time, are told apart only within one answer. A record
 * with a `turn_id` that is a ULID is the turn of that id, so that a turn that comes back from elsewhere is found as itself. `created_at` is
 * when a record was created and part of its identity: ids of turns begin with it.
 *
 * **Window.** Every reading asks from `windowMs` before the newest record that was seen, by the source's own clock, so that records that
 * become visible late by less than the window are found, however far the two clocks are apart and however long nobody asked. A record dated
 * in this machine's future does not move the window: one wrong date would hide everything after.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../../base/clock.ts";
import { AppError } from "../../../base/errors.ts";
import type { Esp32Server, RemoteRecord } from "../../esp32_server/stages.ts";
import type { ArchivedTurn, HistoryArchive } from "../../history/archive.ts";
import type { Harvest, HistorySource } from "../source.ts";
import { importedTurnId, isUlid } from "../turn_ids.ts";
import { readHttpCheckpoint, writeHttpCheckpoint } from "./checkpoint.ts";

/** Device of records that name none. */
export const UNKNOWN_DEVICE = "unknown";

const DAY_MS = 86_400_000;

/**
 * How far back the first reading asks, in milliseconds, until the answer is small enough: the contract has no pages, and what does not fit
 * one answer cannot be had.
 */
const FIRST_SPANS_MS: readonly number[] = [Infinity, 365 * DAY_MS, 90 * DAY_MS, 30 * DAY_MS, 7 * DAY_MS, DAY_MS];

/** Sessions and first sightings that are remembered, so that a window that is read again and again asks the archive once. */
const MAX_REMEMBERED = 20_000;

/** What an HTTP source needs. */
export interface HttpSourceOptions {
  readonly server: Pick<Esp32Server, "recentHistory">;
  /** Records become visible at the source at most this late, milliseconds. */
  readonly windowMs: number;
  readonly archive: Pick<HistoryArchive, "session" | "turn">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A source over the HTTP contract. Its records may change, and replace what they were. */
export class HttpSource implements HistorySource {
  readonly name = "http";
  readonly mutable = true;
  readonly #options: HttpSourceOptions;
  readonly #own = new Map<string, boolean>();
  readonly #firstSeen = new Map<string, number>();

  constructor(options: HttpSourceOptions) {
    this.#options = options;
  }

  async read(checkpoint: string | undefined, { signal }: { readonly signal: AbortSignal }): Promise<Harvest> {
    const { clock, windowMs } = this.#options;
    const askedAt = clock.wall();
    const seenUntil = checkpoint === undefined ? undefined : readHttpCheckpoint(checkpoint);
    const records = seenUntil === undefined
      ? await this.#first(askedAt, signal)
      : await this.#options.server.recentHistory(Math.max(0, seenUntil - windowMs), { signal });
    // Of several records of one id the last stands: a server that lists changes lists them in their order.
    const byId = new Map<string, RemoteRecord>();
    for (const record of records) {
      byId.delete(record.id);
      byId.set(record.id, record);
    }
    const turns: ArchivedTurn[] = [];
    let place = 0;
    for (const record of byId.values()) {
      // Records without a time keep the server's order.
      const turn = await this.#turnOf(record, askedAt - (byId.size - ++place));
      if (turn !== undefined) turns.push(turn);
    }
    const past = records.flatMap(({ createdAt }) => createdAt !== undefined && createdAt <= askedAt ? [createdAt] : []);
    const untimed = records.some(({ createdAt }) => createdAt === undefined);
    const newest = past.reduce((latest, at) => Math.max(latest, at), past.length === 0 && untimed ? askedAt : 0);
    const next = Math.max(seenUntil ?? 0, newest);
    return { turns, checkpoint: writeHttpCheckpoint(next), more: false, ...(newest === 0 ? {} : { newestAt: newest }) };
  }

  /** The first reading: as far back as fits one answer. */
  async #first(now: number, signal: AbortSignal): Promise<readonly RemoteRecord[]> {
    const { server, logger, windowMs } = this.#options;
    for (const spanMs of FIRST_SPANS_MS) {
      try {
        return await server.recentHistory(Math.max(0, now - spanMs), { signal });
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "history_too_large") throw error;
        logger.warn("History of the server does not fit one answer; asking for less: {reason}", { reason: error.message });
      }
    }
    return await server.recentHistory(Math.max(0, now - windowMs), { signal });
  }

  async #turnOf(record: RemoteRecord, fallback: number): Promise<ArchivedTurn | undefined> {
    if (await this.#isOwn(record.sessionId)) return undefined;
    const origin = `${this.name}:${record.id}`;
    const turnId = record.turnId !== undefined && isUlid(record.turnId) ? record.turnId : importedTurnId(origin, record.createdAt);
    const startedAt = Math.floor(record.createdAt ?? await this.#seenAt(turnId, fallback));
    return {
      turn: {
        turnId,
        sessionId: record.sessionId,
        deviceId: record.deviceId?.toLowerCase() ?? UNKNOWN_DEVICE,
        startedAt,
        // The contract does not say how a turn was asked for; an answer to nothing is what `say` stands for.
        source: record.userText === "" ? "say" : "speech",
        userText: record.userText,
        outcome: "completed",
        replyText: record.replyText,
        heardText: record.replyText,
        heardMs: 0,
        endedAt: startedAt,
        timings: {},
        audioFiles: {},
        origin,
      },
    };
  }

  /** Whether a session is one of this runtime: then its turns are here, better than any server knows them. */
  async #isOwn(sessionId: string): Promise<boolean> {
    const known = this.#own.get(sessionId);
    if (known !== undefined) return known;
    const session = await this.#options.archive.session(sessionId);
    const own = session !== undefined && session.endReason !== "import";
    // A session that is not there yet may be delivered at any moment.
    if (session !== undefined) remember(this.#own, sessionId, own);
    return own;
  }

  /** When a record without a time was seen first: the time that its turn has, so that reading it again changes nothing. */
  async #seenAt(turnId: string, now: number): Promise<number> {
    const known = this.#firstSeen.get(turnId) ?? (await this.#options.archive.turn(turnId))?.startedAt ?? now;
    remember(this.#firstSeen, turnId, known);
    return known;
  }
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  if (map.size <= MAX_REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
