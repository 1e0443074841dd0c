/**
 * Erasing, in steps that are short enough to go between the frames of a conversation.
 *
 * The first step sets the tombstone; from then on nothing of what is erased can be added. Each step is one transaction, and what fits into
 * one step is erased by one transaction. An erasure that was begun and not ended is found by its tombstone and continued.
 *
 * @module
 */

import type { Kysely } from "kysely";
import type { Erased, Erasure } from "../archive.ts";
import type { HistorySchema } from "../schema.ts";
import type { ArchiveBackend, ArchiveDialect } from "./backend.ts";
import { storedText } from "./text.ts";
import { type ErasedKind, setTombstones } from "./tombstones.ts";
import { changes, first, pieces, rows, type Work } from "./work.ts";

/** Turns, or sessions, of one step: about 5 ms of an SQLite file. */
const STEP = 100;

interface Target {
  readonly kind: ErasedKind;
  readonly id: string;
  /** Turns that began up to then. */
  readonly until: number;
}

interface Step extends Erased {
  readonly done: boolean;
}

/** Erases; resolves when all of it is gone. */
export function erase(backend: ArchiveBackend, what: Erasure): Promise<Erased> {
  const { builder: db, dialect } = backend;
  const now = backend.clock.wall();
  const begin = (target: Target, later: boolean) => () => begun(db, dialect, target, later, now);
  if ("turnId" in what) {
    return steps(backend, { kind: "turn", id: storedText(what.turnId), until: Number.MAX_SAFE_INTEGER }, begin);
  }
  if ("sessionId" in what) return steps(backend, { kind: "session", id: storedText(what.sessionId), until: now }, begin, true);
  const until = what.until === undefined ? now : Math.floor(what.until);
  return steps(backend, { kind: "device", id: storedText(what.deviceId), until }, begin, what.until === undefined);
}

/** Ends erasures that another process began and did not end. Returns what it erased. */
export async function resumeErasures(backend: ArchiveBackend): Promise<Erased> {
  const { builder: db } = backend;
  const pending = await backend.read(() => rows(db.selectFrom("erased").select(["kind", "id", "until_at"]).where("pending", "=", 1)));
  const parts: Erased[] = [];
  for (const { kind, id, until_at } of pending) parts.push(await steps(backend, { kind, id, until: until_at }));
  return sum(parts);
}

async function steps(
  backend: ArchiveBackend,
  target: Target,
  begin?: (target: Target, later: boolean) => () => Work<Erased>,
  later = false,
): Promise<Erased> {
  const { builder: db } = backend;
  const parts: Erased[] = [];
  for (let isFirst = true;; isFirst = false) {
    // Only the first step has to outlive a power cut: its tombstone leads to the others.
    const step = await backend.write(function* (): Work<Step> {
      const before = isFirst && begin !== undefined ? yield* begin(target, later)() : NOTHING;
      const after = yield* oneStep(db, target);
      return { ...sum([before, after]), done: after.done };
    }, { relaxed: !isFirst });
    parts.push(step);
    if (step.done) return sum(parts);
    await backend.breathe();
  }
}

/** Sets the tombstone, and erases what of a whole device or session is dated later than now, each turn by its own tombstone. */
function* begun(db: Kysely<HistorySchema>, dialect: ArchiveDialect, target: Target, later: boolean, now: number): Work<Erased> {
  const { kind, id, until } = target;
  yield* setTombstones(db, dialect, [{ kind, id, until_at: until, erased_at: now, pending: 1 }]);
  if (kind === "device") yield* forgetDevice(db, dialect, id, until, later);
  if (!later) return NOTHING;
  const column = kind === "device" ? "device_id" : "session_id";
  const found = yield* rows(
    db.selectFrom("turns").select(["turn_id", "audio_user", "audio_reply"]).where(column, "=", id).where("started_at", ">", until)
      .where("outcome", "is not", null),
  );
  yield* setTombstones(
    db,
    dialect,
    found.map(({ turn_id }) => ({ kind: "turn" as const, id: turn_id, until_at: Number.MAX_SAFE_INTEGER, erased_at: now, pending: 0 })),
  );
  const turns = yield* deleteTurns(db, found.map(({ turn_id }) => turn_id));
  const sessions = yield* changes(
    db.deleteFrom("sessions").where(column, "=", id).where("started_at", ">", until).where(({ eb, exists, not, selectFrom }) =>
      not(exists(selectFrom("turns").select(eb.lit(1).as("one")).whereRef("turns.session_id", "=", "sessions.session_id")))
    ),
  );
  return { turns, sessions, audioFiles: audioOf(found) };
}

/** Forgets what a device was remembered by. Its memory's row stays, emptied: its version turns away a summary that is being made. */
function* forgetDevice(db: Kysely<HistorySchema>, dialect: ArchiveDialect, deviceId: string, until: number, whole: boolean): Work<void> {
  const memory = yield* first(db.selectFrom("device_memory").select(["covers_until", "version"]).where("device_id", "=", deviceId));
  if (memory !== undefined && (whole || memory.covers_until <= until)) {
    const covers_until = Math.max(memory.covers_until, until);
    yield* changes(
      db.updateTable("device_memory").set((eb) => ({ summary: "", covers_until, version: eb("version", "+", 1) }))
        .where("device_id", "=", deviceId),
    );
  }
  if (memory === undefined && whole) {
    const row = { device_id: deviceId, summary: "", covers_until: until, version: 1 };
    yield* changes(dialect.ignoreExisting(db.insertInto("device_memory").values(row)));
  }
  if (whole) yield* changes(db.deleteFrom("device_roles").where("device_id", "=", deviceId));
}

function* oneStep(db: Kysely<HistorySchema>, { kind, id, until }: Target): Work<Step> {
  const column = `${kind}_id` as const;
  const found = yield* rows(
    db.selectFrom("turns").select(["turn_id", "audio_user", "audio_reply"]).where(column, "=", id).where("started_at", "<=", until)
      .where("outcome", "is not", null).orderBy("started_at").orderBy("turn_id").limit(STEP),
  );
  const turns = yield* deleteTurns(db, found.map(({ turn_id }) => turn_id));
  const audioFiles = audioOf(found);
  if (found.length === STEP) return { turns, sessions: 0, audioFiles, done: false };
  const empty = column === "turn_id" ? [] : yield* rows(
    db.selectFrom("sessions").select("session_id").where(column, "=", id).where("started_at", "<=", until)
      .where(({ eb, exists, not, selectFrom }) =>
        not(exists(
          selectFrom("turns").select(eb.lit(1).as("one")).whereRef("turns.session_id", "=", "sessions.session_id")
            .where("turns.started_at", ">", until),
        ))
      ).limit(STEP),
  );
  let sessions = 0;
  if (empty.length > 0) {
    sessions = yield* changes(db.deleteFrom("sessions").where("session_id", "in", empty.map(({ session_id }) => session_id)));
  }
  const done = empty.length < STEP;
  if (done) {
    yield* changes(
      db.updateTable("erased").set({ pending: 0 }).where("kind", "=", kind).where("id", "=", id).where("until_at", "<=", until),
    );
  }
  return { turns, sessions, audioFiles, done };
}

function* deleteTurns(db: Kysely<HistorySchema>, turnIds: readonly string[]): Work<number> {
  let deleted = 0;
  for (const piece of pieces(turnIds, STEP)) {
    deleted += yield* changes(db.deleteFrom("turns").where("turn_id", "in", [...piece]).where("outcome", "is not", null));
  }
  return deleted;
}

function audioOf(found: readonly { readonly audio_user: string | null; readonly audio_reply: string | null }[]): string[] {
  return found.flatMap(({ audio_user, audio_reply }) => [audio_user, audio_reply]).filter((path) => path !== null);
}

const NOTHING: Erased = { turns: 0, sessions: 0, audioFiles: [] };

function sum(parts: readonly Erased[]): Erased {
  return {
    turns: parts.reduce((total, part) => total + part.turns, 0),
    sessions: parts.reduce((total, part) => total + part.sessions, 0),
    audioFiles: parts.flatMap((part) => part.audioFiles),
  };
}
