/**
 * Measures how long the operations of stores take.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { QueryObservation } from "../database/session.ts";
import type { RedisCall } from "../redis/link.ts";
import type { Instruments } from "./instruments.ts";

/**
 * The same store, whose methods that return promises are measured as operations of the local database. What is asked of the store itself,
 * such as its disposal, stays as it is.
 */
export function timedStore<T extends object>(
  store: T,
  { databaseQuery }: Pick<Instruments, "databaseQuery">,
  clock: Pick<Clock, "now">,
): T {
  const measured = Object.create(store) as T;
  for (const name of methodsOf(store)) {
    const method = store[name as keyof T] as (...args: unknown[]) => unknown;
    Object.defineProperty(measured, name, {
      enumerable: true,
      value: (...args: unknown[]) => {
        const from = clock.now();
        const result = method.apply(store, args);
        if (result instanceof Promise) {
          const done = (outcome: "ok" | "failed") => databaseQuery.observe((clock.now() - from) / 1000, "sqlite", name, outcome);
          result.then(() => done("ok"), () => done("failed"));
        }
        return result;
      },
    });
  }
  return measured;
}

function methodsOf(store: object): string[] {
  return Object.entries(store).filter(([, value]) => typeof value === "function").map(([name]) => name);
}

/** Measures the commands of a link to Redis. */
export function redisMetrics({ redisCommand }: Pick<Instruments, "redisCommand">): (call: RedisCall) => void {
  const names = new Map<string, string>();
  return ({ name, ms, ok }) => {
    let label = names.get(name);
    // Scripts have names for people, with spaces; there are a dozen of them, all in the code.
    if (label === undefined) names.set(name, label = name.replaceAll(" ", "_"));
    redisCommand.observe(ms / 1000, label, ok ? "ok" : "failed");
  };
}

/** Measures the statements of a database server. */
export function databaseMetrics({ databaseQuery }: Pick<Instruments, "databaseQuery">): (query: QueryObservation) => void {
  return ({ operation, ms, error }) => databaseQuery.observe(ms / 1000, "mysql", operation, error === undefined ? "ok" : "failed");
}
