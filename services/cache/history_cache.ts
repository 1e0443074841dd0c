/**
 * The history with its hot reads cached, which its own writes keep true.
 *
 * @module
 */

import { z } from "zod";
import type { Erasure, HistoryArchive, Page, SessionsQuery } from "../history/archive.ts";
import type { HistoryStore, SessionSummary } from "../history/store.ts";
import type { Cache } from "./cache.ts";
import { deviceKey, deviceSessionsKey, deviceTag } from "./keys.ts";

/** The page that lists show first; longer ones are exports and are read once. */
const MAX_CACHED_LIMIT = 100;

/** How long it is remembered that a device was never here: it may connect to a node that cannot say so. */
const UNKNOWN_MS = 60_000;

/**
 * Sessions whose devices are remembered until they are closed: more than a process has connections. Of one beyond, the end shows with the
 * next change of its device.
 */
const MAX_OPEN_SESSIONS = 100_000;

const summary = z.object({
  sessionId: z.string(),
  deviceId: z.string(),
  clientId: z.string(),
  startedAt: z.number(),
  endedAt: z.number().exactOptional(),
  endReason: z.string().exactOptional(),
  title: z.string().exactOptional(),
  turns: z.number(),
  opening: z.string().exactOptional(),
});

const sessionsPage = z.object({ items: z.array(summary).readonly(), next: z.string().exactOptional() }).readonly();

function parsePage(value: unknown): Page<SessionSummary> | undefined {
  return sessionsPage.safeParse(value).data;
}

/**
 * An archive that remembers the first page of each device's sessions. Whatever is changed through it ends what it remembered, on all nodes.
 */
export function cachedArchive(archive: HistoryArchive, cache: Cache): HistoryArchive {
  return {
    session: (sessionId) => archive.session(sessionId),
    turn: (turnId) => archive.turn(turnId),
    sessions: (query = {}) => {
      const { deviceId, limit } = query;
      if (deviceId === undefined || !isFirstPage(query)) return archive.sessions(query);
      const tags = [deviceTag(deviceId)];
      return cache.read(deviceSessionsKey(deviceId, limit), { tags, parse: parsePage }, () => archive.sessions(query));
    },
    turns: (query) => archive.turns(query),
    search: (query) => archive.search(query),
    async retitle(sessionId, title) {
      const session = await archive.session(sessionId);
      const done = await archive.retitle(sessionId, title);
      if (session !== undefined) await cache.invalidate([deviceTag(session.deviceId)]);
      return done;
    },
    async erase(what) {
      const deviceId = await deviceOf(archive, what);
      try {
        return await archive.erase(what);
      } finally {
        // Also after a failure: the answer may have been lost on its way back from a database that erased.
        if (deviceId !== undefined) await cache.invalidate([deviceTag(deviceId)]);
      }
    },
    async apply(batch, options) {
      try {
        return await archive.apply(batch, options);
      } finally {
        await cache.invalidate(batch.flatMap(({ turn, session }) => [turn.deviceId, session?.deviceId ?? turn.deviceId]).map(deviceTag));
      }
    },
  };
}

/** A store whose writes end what {@link cachedArchive} and {@link knownDevices} remember of the device. No turn waits for that. */
export function cachedHistory(store: HistoryStore, cache: Cache): HistoryStore {
  const open = new Map<string, string>();
  const changed = (deviceId: string | undefined): void => {
    if (deviceId !== undefined) void cache.invalidate([deviceTag(deviceId)]);
  };
  return {
    async openSession(session) {
      await store.openSession(session);
      if (open.size < MAX_OPEN_SESSIONS) open.set(session.sessionId, session.deviceId);
      changed(session.deviceId);
    },
    async closeSession(sessionId, endedAt, reason) {
      await store.closeSession(sessionId, endedAt, reason);
      changed(open.get(sessionId));
      open.delete(sessionId);
    },
    draftTurn: (draft) => store.draftTurn(draft),
    async commitTurn(turn) {
      await store.commitTurn(turn);
      changed(turn.deviceId);
    },
    notePersisted: (turnId, persistedMs) => store.notePersisted(turnId, persistedMs),
    listSessions: (query) => store.listSessions(query),
    listTurns: (query) => store.listTurns(query),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** Asks whether a device has a session in the history, which OTA and every connection ask where only known devices may connect. */
export function knownDevices(history: Pick<HistoryStore, "listSessions">, cache: Cache): (deviceId: string) => Promise<boolean> {
  const parse = (value: unknown) => value === true ? value : undefined;
  return async (deviceId) => {
    const options = { tags: [deviceTag(deviceId)], parse, absentTtlMs: UNKNOWN_MS };
    const known = await cache.read<true | undefined>(deviceKey("known", deviceId), options, async () => {
      const sessions = await history.listSessions({ deviceId, limit: 1 });
      return sessions.length > 0 ? true : undefined;
    });
    return known ?? false;
  };
}

function isFirstPage({ limit, cursor, from, until, endReason }: SessionsQuery): boolean {
  const wanted = limit ?? 1;
  return cursor === undefined && from === undefined && until === undefined && endReason === undefined && Number.isInteger(wanted) &&
    wanted >= 1 &&
    wanted <= MAX_CACHED_LIMIT;
}

async function deviceOf(archive: HistoryArchive, what: Erasure): Promise<string | undefined> {
  if ("deviceId" in what) return what.deviceId;
  if ("sessionId" in what) return (await archive.session(what.sessionId))?.deviceId;
  return (await archive.turn(what.turnId))?.deviceId;
}
