/**
 * What of the alerts is shown and may be done from outside.
 *
 * @module
 */

import type { Alert } from "./alert.ts";

/** The alerts as the API sees them. */
export interface AlertBoard {
  /** Those that are not over, the newest first. */
  active(): readonly Alert[];
  /** Those that are over, the latest first; bounded. */
  recent(): readonly Alert[];
  /**
   * Notes that somebody has seen an alert, and resolves to it; to undefined where there is no such one.
   *
   * @throws AlertFileError `alerts_unwritable` where it cannot be kept.
   */
  acknowledge(id: string, note: string): Promise<Alert | undefined>;
}
