/**
 * History out of rows of the stock server: read by id, with what became visible late, and made into turns session by session.
 *
 * Whenever a row of a session is read, the turns around it are made anew from all rows that are there, and brought up to date. So rows may
 * come in any order. Rows that change or go at the source afterwards stay here as they were: history is kept.
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";
import type { ArchivedTurn } from "../../history/archive.ts";
import type { Harvest, HistorySource } from "../source.ts";
import type { StockAudio } from "./audio.ts";
import { advanced, rangesOf, readCursor, rewound, writeCursor } from "./cursor.ts";
import { archivedTurn, formerTurns, pair, type StockTurn, type TurnAudio, turnIdOf } from "./pairing.ts";
import { byTime, type StockRow, type StockTables, stretchOf } from "./rows.ts";

/** Rows of a page: read, paired and applied within a second or two. */
const PAGE_ROWS = 500;

/** Sessions whose rows are read together, and the rows that they may have; longer ones are read one by one, and only as far as needed. */
const SESSIONS = 100;
const SESSION_ROWS = 5000;

/** Rows of a page that have audio: ten seconds of each take a worker some 0.1 s to encode, and a page is to be done within a minute. */
const PAGE_SOUNDS = 50;

/**
 * How often the newest rows are read again, milliseconds, although they are known: titles are given to sessions when they are over; and a
 * leader that was paused in the very moment of writing may have put an older turn back.
 */
const REVISIT_MS = 600_000;

/** After a pause of this length another node may have read in between, milliseconds: readings of one leader are mostly closer. */
const ALONE_MS = 60_000;

/** Rows that are read again then. */
const REVISIT_ROWS = 100;

/** What a stock source needs. */
export interface StockSourceOptions {
  /** `stock`, or `push` for rows that were reported. */
  readonly name: string;
  readonly tables: StockTables;
  /** Keeps audio; without it only text is taken. */
  readonly audio?: StockAudio;
  readonly clock: Clock;
}

/** A source over rows of the stock server. */
export class StockSource implements HistorySource {
  readonly name: string;
  readonly mutable = true;
  readonly #options: StockSourceOptions;
  #revisitedAt: number | undefined;
  /** What the last reading gave, and when. */
  #written: string | undefined;
  #readAt = -Infinity;

  constructor(options: StockSourceOptions) {
    this.name = options.name;
    this.#options = options;
  }

  async read(checkpoint: string | undefined, { signal }: { readonly signal: AbortSignal }): Promise<Harvest> {
    const { tables, audio, clock } = this.#options;
    const newestId = await tables.newestId();
    const kept = readCursor(checkpoint);
    const isThorough = this.#isInterrupted(checkpoint);
    const cursor = newestId < kept.max ? rewound(kept, newestId) : kept;
    const late = cursor.gaps.length === 0 ? [] : await tables.within(rangesOf(cursor), PAGE_ROWS);
    const page = await tables.after(cursor.max, PAGE_ROWS);
    const rows = audio === undefined ? page : page.slice(0, soundsEnd(page));
    const known = rows.length === 0 ? await this.#revisit(cursor.max) : [];
    const turns: ArchivedTurn[] = [];
    const retracted: string[] = [];
    const touched = stretches([...known, ...late, ...rows]);
    const whole = await this.#whole(touched.map(([{ sessionId }]) => sessionId).filter((sessionId) => sessionId !== ""));
    for (const [first, last] of touched) {
      signal.throwIfAborted();
      const session = whole.get(first.sessionId);
      const around = session === undefined ? await tables.around(first, last) : stretchOf(session, first, last);
      for (const turn of pair(around, first, last)) {
        const archived = await this.#archived(turn, signal);
        if (archived !== undefined) turns.push(archived);
        retracted.push(...formerTurns(turn, isThorough || late.some(({ id }) => id === turn.user?.id)));
      }
    }
    this.#readAt = clock.now();
    const next = advanced(cursor, late.map(({ id }) => id), rows.map(({ id }) => id), clock.wall());
    const newestAt = [...late, ...rows].reduce((latest, { time }) => Math.max(latest, time), 0);
    return {
      turns: await this.#titled(turns),
      retracted,
      checkpoint: this.#written = writeCursor(next),
      more: rows.length < page.length || page.length === PAGE_ROWS || late.length === PAGE_ROWS,
      ...(newestAt === 0 ? {} : { newestAt }),
    };
  }

  /** Whether a reading may have been applied whose checkpoint was not kept: by this node before something failed, or by another one. */
  #isInterrupted(checkpoint: string | undefined): boolean {
    return checkpoint !== this.#written || this.#options.clock.now() - this.#readAt > ALONE_MS;
  }

  /** Rows of sessions, of those that are short enough together. */
  async #whole(sessionIds: readonly string[]): Promise<Map<string, StockRow[]>> {
    const whole = new Map<string, StockRow[]>();
    for (let at = 0; at < sessionIds.length; at += SESSIONS) {
      const some = sessionIds.slice(at, at + SESSIONS);
      for (const row of await this.#options.tables.sessions(some, SESSION_ROWS) ?? []) {
        const rows = whole.get(row.sessionId) ?? [];
        rows.push(row);
        whole.set(row.sessionId, rows);
      }
    }
    return whole;
  }

  async #revisit(max: number): Promise<readonly StockRow[]> {
    const { clock, tables } = this.#options;
    if (this.#revisitedAt !== undefined && clock.now() - this.#revisitedAt < REVISIT_MS) return [];
    this.#revisitedAt = clock.now();
    return await tables.after(Math.max(0, max - REVISIT_ROWS), REVISIT_ROWS);
  }

  async #archived(turn: StockTurn, signal: AbortSignal): Promise<ArchivedTurn | undefined> {
    const { audio } = this.#options;
    const files: TurnAudio = await audio?.keep(turn, turnIdOf(turn.key), signal) ?? {};
    return archivedTurn(turn, files);
  }

  async #titled(turns: readonly ArchivedTurn[]): Promise<ArchivedTurn[]> {
    const titles = await this.#options.tables.titles([...new Set(turns.map(({ turn }) => turn.sessionId))]);
    return turns.map((each) => {
      const title = titles.get(each.turn.sessionId);
      return title === undefined || each.session === undefined ? each : { ...each, session: { ...each.session, title } };
    });
  }
}

/** How many rows come before one too many with audio. */
function soundsEnd(rows: readonly StockRow[]): number {
  let sounds = 0;
  const end = rows.findIndex(({ audioId }) => audioId !== undefined && ++sounds > PAGE_SOUNDS);
  return end === -1 ? rows.length : end;
}

/** The earliest and the latest of the rows of each session. */
function stretches(rows: readonly StockRow[]): [StockRow, StockRow][] {
  const bySession = new Map<string, [StockRow, StockRow]>();
  for (const row of rows) {
    const key = row.sessionId === "" ? `\0${row.deviceId}` : row.sessionId;
    const known = bySession.get(key);
    if (known === undefined) bySession.set(key, [row, row]);
    else bySession.set(key, [byTime(row, known[0]) < 0 ? row : known[0], byTime(row, known[1]) > 0 ? row : known[1]]);
  }
  return [...bySession.values()];
}
