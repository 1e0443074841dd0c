/**
 * Work on the database, written once for stores that answer at once and stores that answer later.
 *
 * Work is a generator: it yields compiled queries and is handed their outcomes. On one synchronous connection it runs to its end without
 * giving way, so that no other statement of the event loop slips into its transaction; on a pool each query is awaited.
 *
 * @module
 */

import type { Compilable, CompiledQuery } from "kysely";

/** What a query did. */
export interface Outcome {
  /** The rows read; none for a statement that returns none. */
  readonly rows: readonly object[];
  /** Rows inserted, changed (or found unchanged) or deleted. */
  readonly changes: number;
}

/** Queries one after the other, and what comes of them. */
export type Work<T> = Generator<CompiledQuery, T, Outcome>;

/** The rows of a query. */
export function* rows<O>(query: Compilable<O>): Work<O[]> {
  return [...(yield query.compile()).rows] as O[];
}

/** The first row of a query; undefined where there is none. */
export function* first<O>(query: Compilable<O>): Work<O | undefined> {
  return (yield query.compile()).rows[0] as O | undefined;
}

/** How many rows a statement touched. */
export function* changes(query: Compilable): Work<number> {
  return (yield query.compile()).changes;
}

/** Does work on a connection that answers at once. */
export function runSync<T>(work: Work<T>, execute: (query: CompiledQuery) => Outcome): T {
  let step = work.next();
  while (!step.done) step = work.next(execute(step.value));
  return step.value;
}

/** Does work on a connection that answers later. */
export async function runAsync<T>(work: Work<T>, execute: (query: CompiledQuery) => Promise<Outcome>): Promise<T> {
  let step = work.next();
  while (!step.done) step = work.next(await execute(step.value));
  return step.value;
}

/** Pieces of a list, none longer than `size`. */
export function* pieces<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size);
}
