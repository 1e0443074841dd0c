/**
 * What the owner does to a device from a page: its tools, its role, a restart, the end of its connection.
 *
 * @module
 */

import type { McpCallResult, McpTool } from "../../protocol/mod.ts";
import type { DeviceStore } from "../../services/history/device_store.ts";
import type { DeviceSettings } from "../device/settings.ts";
import type { DeviceSupervisor } from "./device_supervisor.ts";

/** Who does the stages of a turn, by name in the configuration. */
export type StageNames = Readonly<Record<"recognize" | "chat" | "synthesize", readonly string[]>>;

/** The ways to act on devices. What needs a connection answers undefined, or false, where there is none. */
export interface DeviceControl {
  /** The tools that a device offers. */
  tools(deviceId: string): readonly McpTool[] | undefined;
  /**
   * Calls a tool by the device's own name.
   *
   * @throws The signal's reason; {@link McpError} `mcp_closed` when the connection ends.
   */
  callTool(
    deviceId: string,
    name: string,
    args: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<McpCallResult> | undefined;
  /** Tells a device to restart. */
  reboot(deviceId: string): boolean;
  /** Ends the connection of a device in good order. */
  disconnect(deviceId: string): boolean;
  /** What the configuration says of a device. */
  settings(deviceId: string): DeviceSettings;
  /** Who does the stages now, the first choice first; undefined where that is not known. */
  providers(): StageNames | undefined;
  /**
   * The role that was chosen at run time.
   *
   * @throws {HistoryError}
   */
  role(deviceId: string): Promise<string | undefined>;
  /**
   * Chooses a role for a device, connected or not; undefined goes back to that of the configuration.
   *
   * @throws {HistoryError}
   */
  chooseRole(deviceId: string, role: string | undefined): Promise<void>;
}

/** What {@link deviceControl} needs. */
export interface DeviceControlOptions {
  readonly supervisor: Pick<DeviceSupervisor, "session">;
  readonly store: Pick<DeviceStore, "roleOf" | "saveRole">;
  readonly settingsFor: (deviceId: string) => DeviceSettings;
  readonly providers?: () => StageNames;
}

/** Acts on the devices of a supervisor. */
export function deviceControl({ supervisor, store, settingsFor, providers }: DeviceControlOptions): DeviceControl {
  return {
    tools: (deviceId) => supervisor.session(deviceId)?.tools(),
    callTool: (deviceId, name, args, signal) => supervisor.session(deviceId)?.callTool(name, args, signal),
    reboot(deviceId) {
      const session = supervisor.session(deviceId);
      session?.reboot();
      return session !== undefined;
    },
    disconnect(deviceId) {
      const session = supervisor.session(deviceId);
      session?.stop("disconnected");
      return session !== undefined;
    },
    settings: settingsFor,
    providers: () => providers?.(),
    role: (deviceId) => store.roleOf(deviceId),
    async chooseRole(deviceId, role) {
      const session = supervisor.session(deviceId);
      if (session === undefined) await store.saveRole(deviceId, role);
      else await session.chooseRole(role);
    },
  };
}
