/**
 * What the contracts of archives share.
 *
 * @module
 */

import type { ArchivedTurn, HistoryArchive } from "../../../services/history/archive.ts";
import type { DeviceStore } from "../../../services/history/device_store.ts";
import type { SessionRecord, StoredTurn } from "../../../services/history/store.ts";
import type { VirtualClock } from "../../support/virtual_clock.ts";
import { turn } from "./contract.ts";

/** An empty archive under test. */
export interface ArchiveHarness extends AsyncDisposable {
  readonly archive: HistoryArchive & Pick<DeviceStore, "memoryOf" | "saveMemory" | "roleOf" | "saveRole">;
  /** The archive's clock. It is set to a time after that of all turns of the contract. */
  readonly clock: VirtualClock;
  /** Empties the archive, tombstones included: property tests run many times over one database. */
  reset(): Promise<void>;
}

/** When the clock of a harness must stand at the earliest, Unix milliseconds. */
export const CONTRACT_NOW = Date.UTC(2026, 5, 1);

/** The device of most turns. */
export const DEVICE = turn(1).deviceId;
/** Another device. */
export const OTHER = "aa:bb:cc:dd:ee:02";
/** When turn 0 begins, Unix milliseconds. */
export const T0 = turn(0).startedAt;

/** A turn as an archive takes it; `n` orders it in time. */
export function stored(n: number, change: Partial<StoredTurn> = {}): StoredTurn {
  return { ...turn(n), audioFiles: {}, ...change };
}

/** A turn without its session. */
export const archived = (n: number, change: Partial<StoredTurn> = {}): ArchivedTurn => ({ turn: stored(n, change) });
/** A session as an archive takes it; `n` orders it in time. */
export const session = (n: number, change: Partial<SessionRecord> = {}): SessionRecord => ({
  sessionId: `session-${n}`,
  deviceId: DEVICE,
  clientId: `client-${n}`,
  startedAt: T0 + n * 1_000,
  endedAt: T0 + n * 1_000 + 500,
  endReason: "device",
  ...change,
});
