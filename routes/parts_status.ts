/**
 * What `/api/status` tells of the parts behind the routes.
 *
 * @module
 */

import type { DeliveryStatus } from "../actors/delivery/status.ts";
import type { SourceStatus, SyncStatus } from "../actors/sync/status.ts";
import type { CacheCounts } from "../services/cache/mod.ts";
import type { ArchiveStatus } from "../services/history/mysql/eventual.ts";
import type { RedisStatus } from "../services/redis/link.ts";

/** Each part that there is. */
export interface PartsStatus {
  /** What waits for the archive. */
  readonly delivery?: DeliveryStatus;
  /** What is taken in from elsewhere. */
  readonly sync?: { readonly daemon?: SyncStatus; readonly push?: SourceStatus };
  /** Reads that were answered from memory or Redis, and those that were not. */
  readonly cache?: CacheCounts;
  readonly redis?: RedisStatus;
  /** The archive on a database server. */
  readonly database?: ArchiveStatus;
}
