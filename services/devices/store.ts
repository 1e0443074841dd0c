/**
 * Reading and writing the table of devices, for SQLite and MySQL alike.
 *
 * @module
 */

import { type Expression, type Insertable, type Kysely, type RawBuilder, type Selectable, sql } from "kysely";
import { HistoryError } from "../history/errors.ts";
import type { Page, PageQuery } from "../history/archive.ts";
import type { DeviceChanges, DeviceRecord, DeviceSighting } from "./registry.ts";
import { deviceOf, type DevicesSchema, type DevicesTable } from "./table.ts";

/** A page when the caller names no size: a screenful. */
const DEFAULT_PAGE = 50;
/** The largest page, as that of turns. */
const MAX_PAGE = 1_000;
/** Rows of one statement: with 13 values each far below the 32,766 parameters of SQLite and the 65,535 of MySQL. */
const ROWS_A_STATEMENT = 150;

/** What {@link DeviceTable} needs. */
export interface DeviceTableOptions {
  /** Executes single queries. A plugin may prefix the name of the table. */
  readonly db: Kysely<DevicesSchema>;
  readonly dialect: "sqlite" | "mysql";
}

/** Several sightings of one device as one: the first and the last instant, and the latest of everything said. */
export interface SeenDeviceRow extends DeviceSighting {
  readonly firstSeenAt: number;
}

/** The table of devices. */
export class DeviceTable {
  readonly #db: Kysely<DevicesSchema>;
  readonly #dialect: "sqlite" | "mysql";

  constructor({ db, dialect }: DeviceTableOptions) {
    this.#db = db;
    this.#dialect = dialect;
  }

  /** Writes sightings: the earliest and latest instants stand, and what was not said leaves what is there. */
  async see(devices: readonly SeenDeviceRow[]): Promise<void> {
    for (let at = 0; at < devices.length; at += ROWS_A_STATEMENT) await this.#upsert(devices.slice(at, at + ROWS_A_STATEMENT));
  }

  /** Rows by their id, from behind `after` on. */
  async rows(after: string, limit: number): Promise<Selectable<DevicesTable>[]> {
    return await this.#db.selectFrom("devices").selectAll().where("device_id", ">", after).orderBy("device_id").limit(limit).execute();
  }

  /**
   * Takes over rows of another registry: whole where a device is not there, else only what is empty here. The earliest and latest instants
   * stand. Two nodes may do so at once.
   */
  async adopt(rows: readonly Selectable<DevicesTable>[]): Promise<void> {
    for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) await this.#adopt(rows.slice(at, at + ROWS_A_STATEMENT));
  }

  /** A device. */
  async get(deviceId: string): Promise<DeviceRecord | undefined> {
    const row = await this.#db.selectFrom("devices").selectAll().where("device_id", "=", deviceId).executeTakeFirst();
    return row === undefined ? undefined : deviceOf(row);
  }

  /**
   * Devices by their id.
   *
   * @throws {HistoryError} `bad_cursor`.
   */
  async list({ limit = DEFAULT_PAGE, cursor }: PageQuery = {}): Promise<Page<DeviceRecord>> {
    const size = Math.min(Math.max(1, Math.trunc(limit)), MAX_PAGE);
    let select = this.#db.selectFrom("devices").selectAll().orderBy("device_id").limit(size + 1);
    if (cursor !== undefined) select = select.where("device_id", ">", idOf(cursor));
    const rows = await select.execute();
    const items = rows.slice(0, size).map(deviceOf);
    const last = items.at(-1);
    return { items, ...(rows.length > size && last !== undefined ? { next: cursorOf(last.deviceId) } : {}) };
  }

  /** Changes what people say of a device; false where it is not there. */
  async update(deviceId: string, changes: DeviceChanges): Promise<boolean> {
    const { flags, ...texts } = changes;
    const set: Partial<DevicesTable> = { ...texts, ...(flags === undefined ? {} : { flags: JSON.stringify(flags) }) };
    return await this.#set(deviceId, set);
  }

  /** Sets the retention of a device, days; false where it is not there. */
  async setRetention(deviceId: string, days: number | undefined): Promise<boolean> {
    return await this.#set(deviceId, { retention_days: days ?? null });
  }

  /** Devices with a retention of their own, in days. */
  async retentions(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#db.selectFrom("devices").select(["device_id", "retention_days"]).where("retention_days", "is not", null)
      .execute();
    return new Map(rows.map((row) => [row.device_id, Number(row.retention_days)]));
  }

  /** Deletes a device; whether it was there. */
  async remove(deviceId: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db.deleteFrom("devices").where("device_id", "=", deviceId).executeTakeFirst();
    return numDeletedRows > 0n;
  }

  async #set(deviceId: string, set: Partial<DevicesTable>): Promise<boolean> {
    const there = await this.#db.selectFrom("devices").select("device_id").where("device_id", "=", deviceId).executeTakeFirst();
    if (there === undefined) return false;
    // MySQL counts rows that were changed, not rows that were found, so the count says nothing here.
    if (Object.keys(set).length > 0) await this.#db.updateTable("devices").set(set).where("device_id", "=", deviceId).execute();
    return true;
  }

  async #upsert(devices: readonly SeenDeviceRow[]): Promise<void> {
    const { given, old, least, greatest } = this.#merging;
    const latest = (column: string) => sql<string>`coalesce(${given(column)}, ${old(column)})`;
    await this.#merge(devices.map(rowOf), {
      client_id: sql<string>`coalesce(nullif(${given("client_id")}, ''), ${old("client_id")})`,
      first_seen_at: least("first_seen_at"),
      last_seen_at: greatest("last_seen_at"),
      firmware: latest("firmware"),
      board: latest("board"),
      device_language: latest("device_language"),
    });
  }

  async #adopt(rows: readonly Selectable<DevicesTable>[]): Promise<void> {
    const { given, old, least, greatest } = this.#merging;
    const kept = (column: string, empty: string) => sql<string>`coalesce(nullif(${old(column)}, ${empty}), ${given(column)})`;
    await this.#merge(rows, {
      client_id: kept("client_id", ""),
      first_seen_at: least("first_seen_at"),
      last_seen_at: greatest("last_seen_at"),
      firmware: kept("firmware", ""),
      board: kept("board", ""),
      device_language: kept("device_language", ""),
      language: kept("language", ""),
      name: kept("name", ""),
      alias: kept("alias", ""),
      room: kept("room", ""),
      flags: kept("flags", "{}"),
      // Zero is a number of days, too: for ever.
      retention_days: sql<number>`coalesce(${old("retention_days")}, ${given("retention_days")})`,
    });
  }

  /** How a row that is there and one that is given become one, in the words of the dialect. */
  get #merging() {
    const sqlite = this.#dialect === "sqlite";
    const given = (column: string): RawBuilder<string> => sqlite ? sql`excluded.${sql.ref(column)}` : sql`values(${sql.ref(column)})`;
    const old = (column: string): Expression<unknown> => sql.ref(`devices.${column}`);
    const of = (name: string) => (column: string) => sql<number>`${sql.raw(name)}(${given(column)}, ${old(column)})`;
    return { given, old, least: of(sqlite ? "min" : "least"), greatest: of(sqlite ? "max" : "greatest") };
  }

  async #merge(rows: readonly Insertable<DevicesTable>[], set: Merge): Promise<void> {
    const insert = this.#db.insertInto("devices").values(rows);
    await (this.#dialect === "sqlite"
      ? insert.onConflict((conflict) => conflict.column("device_id").doUpdateSet(set))
      : insert.onDuplicateKeyUpdate(set)).execute();
  }
}

/** What a row that is there becomes. */
type Merge = { readonly [Column in keyof DevicesTable]?: RawBuilder<NonNullable<DevicesTable[Column]>> };

/** A device that was only seen: people have said nothing of it. */
function rowOf(device: SeenDeviceRow): Insertable<DevicesTable> {
  return {
    device_id: device.deviceId,
    client_id: device.clientId ?? "",
    first_seen_at: Math.round(device.firstSeenAt),
    last_seen_at: Math.round(device.seenAt),
    firmware: device.firmware ?? null,
    board: device.board ?? null,
    device_language: device.language ?? null,
    language: null,
    name: null,
    alias: null,
    room: null,
    flags: "{}",
    retention_days: null,
  };
}

/** A cursor names the last device of its page; the letter before it tells it from text that somebody typed. */
function cursorOf(deviceId: string): string {
  return `d${new TextEncoder().encode(deviceId).toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

function idOf(cursor: string): string {
  try {
    if (!cursor.startsWith("d")) throw new TypeError("no letter");
    const id = new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(cursor.slice(1), { alphabet: "base64url" }));
    if (cursorOf(id) !== cursor) throw new TypeError("another form");
    return id;
  } catch (error) {
    throw new HistoryError("The cursor is none that a list of devices gave; expected the next of the page before", "bad_cursor", error);
  }
}
