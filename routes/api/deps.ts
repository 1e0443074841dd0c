/**
 * What the API needs.
 *
 * @module
 */

import type { Context } from "hono";
import type { DeviceStatus } from "../../actors/device/status.ts";
import type { AudioStore } from "../../services/audio_store/audio_store.ts";
import type { DeviceRegistry } from "../../services/devices/registry.ts";
import type { LiveConfig } from "../../services/config/live/mod.ts";
import type { HistoryArchive } from "../../services/history/archive.ts";
import type { Erase } from "../../services/history/eraser.ts";
import type { AlertBoard } from "../../services/alerts/board.ts";
import type { Clock } from "../../base/clock.ts";
import type { AppEnv } from "../app_env.ts";
import type { Api } from "./operation.ts";
import type { Say } from "./say.ts";

/** The life cycle of the history: what `features.api` switches. */
export interface LifeCycle {
  readonly archive: HistoryArchive;
  readonly erase: Erase;
  readonly audio: AudioStore;
  readonly registry: DeviceRegistry;
  /** Forgets what is kept of a device beside its turns: memory and role. */
  readonly forget: (deviceId: string) => Promise<void>;
  /** Days for which turns are kept where a device has no number of its own; 0 for ever. */
  readonly retentionDays: number;
  /** Folder for files that are being imported. */
  readonly spoolDir: string;
}

/** What {@link createApi} needs. */
export interface ApiDeps {
  readonly version: string;
  readonly clock: Clock;
  readonly timezone: string;
  readonly devices: () => readonly DeviceStatus[];
  readonly say: Say;
  /** What `/api/status` tells. */
  readonly status: () => unknown;
  /** The answer for somebody who is not the owner, or who acts through a page of another site. */
  readonly refusal: (c: Context<AppEnv>) => Response | undefined;
  /** Hears of what failed inside. */
  readonly failed: (error: unknown, request: Request) => Response;
  readonly lifeCycle?: LifeCycle;
  /** Adds what the console needs. */
  readonly addConsole?: (api: Api) => void;
  /** The configuration while the server runs; without it there is no operation on it. */
  readonly live?: LiveConfig;
  /** Looks for the alerts; undefined while none are raised. Absent where there never are any. */
  readonly alerts?: () => AlertBoard | undefined;
}
