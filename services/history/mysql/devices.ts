/**
 * What is kept of devices, on a MySQL or MariaDB server.
 *
 * @module
 */

import { sql } from "kysely";
import { storedText } from "../archive/text.ts";
import { changes, first, type Work } from "../archive/work.ts";
import type { DeviceStore } from "../device_store.ts";
import type { MysqlBackend } from "./backend.ts";

/** The store of devices on a database whose tables are up to date. */
export function mysqlDevices({ builder: db, dialect, single, write }: MysqlBackend): DeviceStore {
  return {
    memoryOf: (deviceId) =>
      single(function* () {
        const row = yield* first(db.selectFrom("device_memory").selectAll().where("device_id", "=", storedText(deviceId)));
        return row === undefined ? undefined : { deviceId, summary: row.summary, coversUntil: row.covers_until, version: row.version };
      }),
    saveMemory: ({ deviceId, summary, coversUntil, version }) =>
      single(function* () {
        const device_id = storedText(deviceId);
        const news = { summary: storedText(summary), covers_until: Math.round(coversUntil), version };
        const kept = version === 1
          ? yield* changes(dialect.ignoreExisting(db.insertInto("device_memory").values({ device_id, ...news })))
          : yield* changes(
            db.updateTable("device_memory").set(news).where("device_id", "=", device_id).where("version", "=", version - 1),
          );
        return kept > 0;
      }),
    forgetMemory: (deviceId, at) =>
      write(function* () {
        const device_id = storedText(deviceId);
        const select = db.selectFrom("device_memory").select("summary").where("device_id", "=", device_id).modifyEnd(sql`for update`);
        const remembered = yield* first(select);
        const row = { device_id, summary: "", covers_until: Math.round(at), version: 1 };
        yield* changes(
          db.insertInto("device_memory").values(row).onDuplicateKeyUpdate({
            summary: "",
            covers_until: sql<number>`greatest(covers_until, values(covers_until))`,
            version: sql<number>`version + 1`,
          }),
        );
        return (remembered?.summary ?? "") !== "";
      }),
    roleOf: (deviceId) =>
      single(function* () {
        return (yield* first(db.selectFrom("device_roles").select("role").where("device_id", "=", storedText(deviceId))))?.role;
      }),
    saveRole: (deviceId, role) =>
      single(function* (): Work<void> {
        const device_id = storedText(deviceId);
        yield* changes(
          role === undefined
            ? db.deleteFrom("device_roles").where("device_id", "=", device_id)
            : db.insertInto("device_roles").values({ device_id, role }).onDuplicateKeyUpdate({ role }),
        );
      }),
    usageOf: (deviceId, from, until) =>
      single(function* () {
        const row = yield* first(
          db.selectFrom("turns").select([
            sql<number>`sum(source in ('speech', 'text') and outcome in ('completed', 'interrupted'))`.as("turns"),
            sql<number>`sum(case when source <> 'say' then heard_ms else 0 end)`.as("spoken"),
          ]).where("device_id", "=", storedText(deviceId)).where("started_at", ">=", Math.round(from))
            .where("started_at", "<", Math.round(until)).where("outcome", "is not", null),
        );
        // Sums come as text, being decimals, and as null where there is nothing to sum.
        return { turns: Number(row?.turns ?? 0), spokenMs: Number(row?.spoken ?? 0) };
      }),
  };
}
