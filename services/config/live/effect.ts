/**
 * When a change of a key is felt.
 *
 * @module
 */

/** When a change is felt; every change is kept and survives a restart. */
export type Effect =
  /** At once. */
  | "now"
  /** By the next turn of each device. A turn under way goes on as it began. */
  | "next_turn"
  /** By the next connection of each device. */
  | "next_connection"
  /** When the server is started again. */
  | "restart";

/** The first entry that is the key, or a section that it stands in, counts; what has no entry needs a restart. */
const EFFECTS: readonly (readonly [string, Effect])[] = [
  ["features.recorder", "next_connection"],
  ["features.cache", "now"],
  ["features.api", "now"],
  ["sync", "now"],
  ["features.delivery", "now"],
  ["features.sync", "now"],
  ["features.syncHttp", "now"],
  ["features.syncStock", "now"],
  ["features.syncPush", "now"],
  ["features.health", "now"],
  ["features.metrics", "now"],
  ["features.alerts", "now"],
  ["features", "next_turn"],
  ["esp32Server", "next_turn"],
  ["conversation", "next_turn"],
  ["limits", "next_turn"],
  ["history.audio", "next_turn"],
  ["tools", "next_turn"],
  ["devices.allow", "restart"],
  ["devices.list", "restart"],
  ["devices.token", "restart"],
  ["devices.origins", "restart"],
  ["devices.tokenTtlDays", "restart"],
  ["devices.maxTextBytes", "restart"],
  ["devices.maxFrameBytes", "restart"],
  ["devices.helloTimeoutMs", "next_connection"],
  ["devices.silentMicMs", "next_connection"],
  ["devices", "next_turn"],
  ["audio.vad.engine", "restart"],
  ["audio.vad", "next_connection"],
  ["load", "now"],
  ["log", "now"],
];

/** When a change of the key `name`, such as `server.port`, is felt. */
export function effectOf(name: string): Effect {
  return EFFECTS.find(([prefix]) => name === prefix || name.startsWith(`${prefix}.`))?.[1] ?? "restart";
}
