/**
 * What the page shows.
 *
 * @module
 */

import type { DeviceStatus } from "../../actors/device/status.ts";
import type { StoredTurn } from "../../services/history/store.ts";
import type { PageLanguage } from "./language.ts";

/** What the owner sees beyond what everybody sees. */
export interface OwnerModel {
  readonly devices: readonly DeviceStatus[];
  /** Newest first; undefined where the history could not be read. */
  readonly turns: readonly StoredTurn[] | undefined;
}

/** Everything on the page. */
export interface PageModel {
  readonly language: PageLanguage;
  readonly version: string;
  readonly draining: boolean;
  /** Best first, at least one. */
  readonly otaUrls: readonly string[];
  readonly socketUrl: string;
  /** Whether only this machine reaches the server. */
  readonly loopbackOnly: boolean;
  /** Undefined for strangers. */
  readonly owner: OwnerModel | undefined;
  /** Whether a stranger can become the owner by a password. */
  readonly canSignIn: boolean;
  /** Unix milliseconds. */
  readonly now: number;
  /** IANA name, empty for the machine's. */
  readonly timezone: string;
}
