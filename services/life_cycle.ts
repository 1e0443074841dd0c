/**
 * The life cycle of the history put together: where audio is kept, what is erased and when, which devices are known.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { AudioStore } from "./audio_store/audio_store.ts";
import { fileAudioStore } from "./audio_store/files.ts";
import { layeredAudioStore } from "./audio_store/layered.ts";
import { openAudioRemovals } from "./audio_store/removals.ts";
import { s3AudioStore } from "./audio_store/s3.ts";
import { AudioShipper } from "./audio_store/shipper.ts";
import type { Config } from "./config/mod.ts";
import type { DeviceRegistry } from "./devices/registry.ts";
import type { DeviceTable } from "./devices/store.ts";
import { deviceRegistry } from "./devices/write_behind.ts";
import { clearSpool } from "./exchange/spool.ts";
import type { HistoryArchive } from "./history/archive.ts";
import type { DeviceStore } from "./history/device_store.ts";
import { type Erase, historyEraser } from "./history/eraser.ts";
import { Retention } from "./history/retention.ts";

/** What {@link openLifeCycle} needs. */
export interface LifeCycleOptions {
  /** Where turns are kept for good. */
  readonly archive: HistoryArchive;
  /** The table of the registry of devices. */
  readonly deviceTable: DeviceTable;
  /** What else is kept of devices. */
  readonly deviceStore: Pick<DeviceStore, "forgetMemory" | "saveRole">;
  readonly history: Pick<Config["history"], "retentionDays" | "audioStore">;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the routes are handed, and what runs behind it. Disposing of it writes what waits and ends what runs; the stores stay open. */
export interface RunningLifeCycle extends AsyncDisposable {
  readonly archive: HistoryArchive;
  readonly erase: Erase;
  readonly audio: AudioStore;
  readonly registry: DeviceRegistry;
  readonly retention: Retention;
  readonly forget: (deviceId: string) => Promise<void>;
  readonly retentionDays: number;
  readonly spoolDir: string;
}

/** Name of the list of audio that is to be removed, below the data directory. */
const REMOVALS_FILE = "audio-removals.jsonl";
/** Folder of files that are being imported, below the data directory. */
const SPOOL_DIR = "import";

/** Puts it together and starts what runs. */
export async function openLifeCycle(options: LifeCycleOptions): Promise<RunningLifeCycle> {
  const { archive, deviceStore, dataDir, clock, logger, history: { retentionDays, audioStore } } = options;
  const spoolDir = join(dataDir, SPOOL_DIR);
  await clearSpool(spoolDir);
  await using started = new AsyncDisposableStack();
  const local = fileAudioStore(dataDir);
  let audio = local;
  if (audioStore.kind === "s3") {
    const distant = s3AudioStore({ ...audioStore, clock });
    audio = layeredAudioStore(local, distant);
    started.use(new AudioShipper({ local, distant, clock, logger }));
  }
  const removals = started.use(await openAudioRemovals({ store: audio, journal: join(dataDir, REMOVALS_FILE), clock, logger }));
  const erase = historyEraser(archive, removals);
  const registry = started.use(deviceRegistry({ table: options.deviceTable, clock, logger }));
  const retention = started.use(new Retention({ archive, erase, devices: registry, defaultDays: retentionDays, clock, logger }));
  const running = started.move();
  return {
    archive,
    erase,
    audio,
    registry,
    retention,
    forget: async (deviceId) => {
      await deviceStore.forgetMemory(deviceId, clock.wall());
      await deviceStore.saveRole(deviceId, undefined);
    },
    retentionDays,
    spoolDir,
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}
