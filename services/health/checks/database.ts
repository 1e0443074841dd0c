/**
 * How the history is kept: the file of this process, and the server behind it.
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";
import type { HealthCheck, Reading } from "../check.ts";

/** What of a database server is asked. */
export interface PingedDatabase {
  /** Resolves to milliseconds when the server has answered. */
  ping(signal?: AbortSignal): Promise<number>;
  /** Sessions in use. */
  readonly busy: number;
}

/** The tables on that server. */
export interface WatchedArchive {
  readonly state: "opening" | "up" | "down";
  readonly lastError?: { readonly message: string };
}

/** A MySQL or MariaDB server and the tables on it, each looked up at each asking. */
export function databaseCheck(
  database: () => PingedDatabase | undefined,
  required: boolean,
  archive: () => WatchedArchive | undefined = () => undefined,
): HealthCheck {
  return {
    id: "mysql",
    service: "database",
    required,
    async run(signal) {
      const server = database();
      if (server === undefined) {
        return [{ component: "mysql", measurement: "responseTime", type: "datastore", status: "fail", output: "It is not up" }];
      }
      const value = await server.ping(signal);
      return [
        { component: "mysql", measurement: "responseTime", type: "datastore", status: "pass", value, unit: "ms" },
        { component: "mysql", measurement: "connections", type: "datastore", status: "pass", value: server.busy },
        ...archiveReading(archive()),
      ];
    },
  };
}

function archiveReading(archive: WatchedArchive | undefined): Reading[] {
  if (archive === undefined) return [];
  const { state, lastError } = archive;
  const why = state === "up" ? {} : { output: lastError?.message ?? "Its tables are being made ready" };
  return [{
    component: "mysql",
    measurement: "archive",
    type: "datastore",
    status: state === "up" ? "pass" : "warn",
    value: state,
    ...why,
  }];
}

/** The history in the data directory, without which nothing can be kept. */
export function localHistoryCheck(read: () => Promise<unknown> | undefined, clock: Pick<Clock, "now">): HealthCheck {
  return {
    id: "history",
    service: "database",
    required: true,
    async run() {
      const from = clock.now();
      const reading = read();
      if (reading === undefined) {
        return [{ component: "sqlite", measurement: "responseTime", type: "datastore", status: "fail", output: "It is not up" }];
      }
      await reading;
      const value = clock.now() - from;
      return [{ component: "sqlite", measurement: "responseTime", type: "datastore", status: "pass", value, unit: "ms" }];
    },
  };
}
