/**
 * What cuts and narrows lists: pages, spans, keysets.
 *
 * @module
 */

import { type Expression, type ExpressionBuilder, sql, type SqlBool } from "kysely";
import type { Page, PageQuery, SpanQuery } from "../archive.ts";
import { type CursorList, decodeCursor, encodeCursor, type Position } from "../cursor.ts";
import type { HistorySchema } from "../schema.ts";
import { storedText } from "./text.ts";

/** A page when the caller names no size: a screenful. */
const DEFAULT_PAGE = 50;
/** The largest page: it is read in one go on the main thread, and 1,000 turns take about 5 ms. */
const MAX_PAGE = 1_000;

/** Items on a page: what was asked for, as far as it can be given. */
export function pageSize(limit = DEFAULT_PAGE): number {
  return Number.isFinite(limit) ? Math.min(Math.max(1, Math.trunc(limit)), MAX_PAGE) : MAX_PAGE;
}

/** The page of rows that were read one more than asked for, so that the last page is known to be the last. */
export function pageOf<Row, Item>(
  list: CursorList,
  query: PageQuery,
  read: readonly Row[],
  item: (row: Row) => Item,
  position: (row: Row) => Position,
): Page<Item> {
  const size = pageSize(query.limit);
  const items = read.slice(0, size);
  const last = items.at(-1);
  return {
    items: items.map(item),
    ...(read.length > size && last !== undefined ? { next: encodeCursor(list, position(last)) } : {}),
  };
}

/** Conditions of a span and a cursor on `turns` or `sessions`. */
export function spanConditions<Table extends "turns" | "sessions">(
  eb: ExpressionBuilder<HistorySchema, Table>,
  table: Table,
  query: SpanQuery,
  list: CursorList,
): Expression<SqlBool>[] {
  const { deviceId, from, until, cursor } = query;
  const conditions: Expression<SqlBool>[] = [];
  const time = sql.ref<number>(`${table}.started_at`);
  if (deviceId !== undefined) conditions.push(eb(sql.ref<string>(`${table}.device_id`), "=", storedText(deviceId)));
  if (from !== undefined) conditions.push(eb(time, ">=", from));
  if (until !== undefined) conditions.push(eb(time, "<", until));
  if (cursor === undefined) return conditions;
  const at = decodeCursor(list, cursor);
  const id = sql.ref<string>(table === "turns" ? "turns.turn_id" : "sessions.session_id");
  const [beyond, notBefore] = list === "turns oldest" ? [">", ">="] as const : ["<", "<="] as const;
  // The first condition is implied by the second; it is what an index can be entered with.
  conditions.push(eb(time, notBefore, at.time), eb.or([eb(time, beyond, at.time), eb(id, beyond, at.id)]));
  return conditions;
}
