/**
 * What is known of a connected device, for pages and health.
 *
 * @module
 */

/** One connected device. */
export interface DeviceStatus {
  readonly deviceId: string;
  readonly clientId: string;
  readonly connectionId: string;
  readonly sessionId: string;
  /** Name of the active state of the chart, such as `listening`. */
  readonly state: string;
  /** Since when it is in that state, Unix milliseconds. */
  readonly since: number;
  /** How long it has been in that state, milliseconds. */
  readonly inStateMs: number;
  /** How the device listens; absent before its first `listen start`. */
  readonly mode?: "auto" | "manual" | "realtime";
  readonly remoteAddress: string;
  /** Unix milliseconds. */
  readonly connectedAt: number;
  /** Turns persisted on this connection. */
  readonly turns: number;
  /** Board name from MCP `serverInfo.name`. */
  readonly board?: string;
  /** Firmware version from MCP `serverInfo.version`. */
  readonly firmware?: string;
  /** Names of the tools that the device offers. */
  readonly tools: readonly string[];
}
