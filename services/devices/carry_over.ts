/**
 * The way of the devices from the registry of one node to the one that nodes share, on the day on which a database server is named.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { join } from "node:path";
import type { Selectable } from "kysely";
import { AppError, messageOf } from "../../base/errors.ts";
import type { DeviceTable } from "./store.ts";
import type { DevicesTable } from "./table.ts";

/** Rows read and written in one go: a few milliseconds of the event loop. */
const PAGE = 150;

/** Names the shared registry to which the devices went, below the data directory. */
const MARK_FILE = "devices-carried-over";

/** What {@link carryDevicesOver} needs. */
export interface CarryOverOptions {
  /** The registry of this node. */
  readonly from: DeviceTable;
  /** The shared one; its table is there. */
  readonly to: DeviceTable;
  /** Name of the shared one among all. */
  readonly target: string;
  readonly dataDir: string;
  readonly logger: Logger;
  /** Ends it early; the next start does the rest. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Carries the devices over, once: what people take away in the shared registry afterwards stays away. A shared registry without any device
 * was made anew and is given all of them again. A row that is refused for good is named in the log and stays where it is.
 *
 * @returns How many devices were carried over.
 * @throws {HistoryError} What may pass; the same call again does the rest.
 */
export async function carryDevicesOver({ from, to, target, dataDir, logger, signal }: CarryOverOptions): Promise<number> {
  const mark = join(dataDir, MARK_FILE);
  if (await markOf(mark) === target && (await to.rows("", 1)).length > 0) return 0;
  let count = 0;
  for (let rows = await from.rows("", PAGE); rows.length > 0; rows = await from.rows(rows.at(-1)?.device_id ?? "", PAGE)) {
    signal?.throwIfAborted();
    count += await adopt(to, rows, logger);
  }
  // A crash before this carries them over again, which changes nothing.
  await Deno.writeTextFile(mark, target);
  if (count > 0) logger.info("Carried {count} devices over to the registry on the database server", { count });
  return count;
}

/** Says that the registry is the node's own again: what people say of devices from now on is carried over the next time. */
export async function forgetCarryOver(dataDir: string): Promise<void> {
  await Deno.remove(join(dataDir, MARK_FILE)).catch(ignoreMissing);
}

async function adopt(to: DeviceTable, rows: readonly Selectable<DevicesTable>[], logger: Logger): Promise<number> {
  try {
    await to.adopt(rows);
    return rows.length;
  } catch (error) {
    if (error instanceof AppError && error.retryable) throw error;
    const [row, ...others] = rows;
    if (row !== undefined && others.length === 0) {
      logger.warn("Device {deviceId} cannot be carried over and stays in the data directory: {error}", {
        deviceId: row.device_id,
        error: messageOf(error),
      });
      return 0;
    }
  }
  let count = 0;
  for (const row of rows) count += await adopt(to, [row], logger);
  return count;
}

async function markOf(path: string): Promise<string | undefined> {
  return await Deno.readTextFile(path).catch(ignoreMissing) ?? undefined;
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
