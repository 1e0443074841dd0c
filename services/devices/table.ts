/**
 * The table of the registry, and the way from a row to a record.
 *
 * @module
 */

import type { Selectable } from "kysely";
import type { DeviceRecord } from "./registry.ts";

/** A device. Times are Unix milliseconds. */
export interface DevicesTable {
  device_id: string;
  client_id: string;
  first_seen_at: number;
  last_seen_at: number;
  firmware: string | null;
  board: string | null;
  /** What the firmware said. */
  device_language: string | null;
  /** What people chose. */
  language: string | null;
  name: string | null;
  alias: string | null;
  room: string | null;
  /** JSON of a map of truth values. */
  flags: string;
  retention_days: number | null;
}

/** The tables of the registry. */
export interface DevicesSchema {
  devices: DevicesTable;
}

/** A device, from its row. */
export function deviceOf(row: Selectable<DevicesTable>): DeviceRecord {
  const language = row.language ?? row.device_language;
  return {
    deviceId: row.device_id,
    clientId: row.client_id,
    firstSeenAt: Number(row.first_seen_at),
    lastSeenAt: Number(row.last_seen_at),
    ...(row.firmware === null ? {} : { firmware: row.firmware }),
    ...(row.board === null ? {} : { board: row.board }),
    ...(row.name === null ? {} : { name: row.name }),
    ...(row.alias === null ? {} : { alias: row.alias }),
    ...(row.room === null ? {} : { room: row.room }),
    ...(language === null ? {} : { language }),
    flags: JSON.parse(row.flags) as Record<string, boolean>,
    ...(row.retention_days === null ? {} : { retentionDays: Number(row.retention_days) }),
  };
}
