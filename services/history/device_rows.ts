/**
 * What is kept of devices, as rows of an SQLite file.
 *
 * @module
 */

import { storedText } from "./archive/text.ts";
import type { SqliteFile } from "./database.ts";
import type { DeviceMemory, DeviceStore, DeviceUsage } from "./device_store.ts";

/** What is kept of devices in an open, migrated file. */
export function sqliteDevices(db: SqliteFile): DeviceStore {
  // deno-lint-ignore require-await -- async so that a failure is a rejection, never a throw at the call
  const later = async <T>(body: () => T): Promise<T> => body();
  return {
    memoryOf: (deviceId) => later(() => readMemory(db, storedText(deviceId))),
    saveMemory: (memory) => later(() => writeMemory(db, { ...memory, deviceId: storedText(memory.deviceId) })),
    forgetMemory: (deviceId, at) => later(() => eraseMemory(db, storedText(deviceId), at)),
    roleOf: (deviceId) => later(() => readRole(db, storedText(deviceId))),
    saveRole: (deviceId, role) => later(() => writeRole(db, storedText(deviceId), role)),
    usageOf: (deviceId, from, until) => later(() => readUsage(db, storedText(deviceId), from, until)),
  };
}

/** Reads the memory of a device. */
export function readMemory(db: SqliteFile, deviceId: string): DeviceMemory | undefined {
  const row = db.prepare("SELECT summary, covers_until, version FROM device_memory WHERE device_id = ?").get(deviceId);
  if (row === undefined) return undefined;
  return { deviceId, summary: String(row.summary), coversUntil: Number(row.covers_until), version: Number(row.version) };
}

/** Writes the memory of a device if its version is the next one; whether it was. */
export function writeMemory(db: SqliteFile, { deviceId, summary, coversUntil, version }: DeviceMemory): boolean {
  const values = [storedText(summary), Math.round(coversUntil), version] as const;
  const { changes } = version === 1
    ? db.prepare(
      "INSERT INTO device_memory (summary, covers_until, version, device_id) VALUES (?, ?, ?, ?) ON CONFLICT (device_id) DO NOTHING",
    ).run(...values, deviceId)
    : db.prepare("UPDATE device_memory SET summary = ?, covers_until = ?, version = ? WHERE device_id = ? AND version = ?")
      .run(...values, deviceId, version - 1);
  return changes > 0;
}

/**
 * Empties the memory of a device; whether there was any. The row stays, also where there was none: its instant keeps turns before it out,
 * and its version turns away a summary that was being made.
 */
export function eraseMemory(db: SqliteFile, deviceId: string, at: number): boolean {
  return db.transaction(() => {
    const remembered = (readMemory(db, deviceId)?.summary ?? "") !== "";
    db.prepare(
      "INSERT INTO device_memory (device_id, summary, covers_until, version) VALUES (?, '', ?, 1) ON CONFLICT (device_id) DO UPDATE SET " +
        "summary = '', covers_until = max(covers_until, excluded.covers_until), version = version + 1",
    ).run(deviceId, Math.round(at));
    return remembered;
  });
}

/** Reads the role that was chosen for a device. */
export function readRole(db: SqliteFile, deviceId: string): string | undefined {
  const row = db.prepare("SELECT role FROM device_roles WHERE device_id = ?").get(deviceId);
  return row === undefined ? undefined : String(row.role);
}

/** Writes the role chosen for a device; undefined deletes it. */
export function writeRole(db: SqliteFile, deviceId: string, role: string | undefined): void {
  if (role === undefined) db.prepare("DELETE FROM device_roles WHERE device_id = ?").run(deviceId);
  else {
    db.prepare("INSERT INTO device_roles (device_id, role) VALUES (?, ?) ON CONFLICT (device_id) DO UPDATE SET role = excluded.role")
      .run(deviceId, role);
  }
}

/** Counts what a device used. */
export function readUsage(db: SqliteFile, deviceId: string, from: number, until: number): DeviceUsage {
  const row = db.prepare(
    "SELECT coalesce(sum(source IN ('speech', 'text') AND outcome IN ('completed', 'interrupted')), 0) AS turns, " +
      "coalesce(sum(CASE WHEN source <> 'say' THEN heard_ms ELSE 0 END), 0) AS spoken " +
      "FROM turns WHERE device_id = ? AND started_at >= ? AND started_at < ? AND outcome IS NOT NULL",
  ).get(deviceId, Math.round(from), Math.round(until));
  return { turns: Number(row?.turns ?? 0), spokenMs: Number(row?.spoken ?? 0) };
}
