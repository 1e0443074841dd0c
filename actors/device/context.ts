/**
 * What a device actor remembers.
 *
 * @module
 */

import type { Utterance } from "../../audio/types.ts";
import type { ListenMode } from "../../protocol/mod.ts";
import type { DeviceActorEvent } from "./events.ts";
import type { DevicePorts, ReplyJob } from "./ports.ts";
import type { DeviceSettings } from "./settings.ts";
import type { Turn } from "./turn.ts";

/** Why and how the connection is to be closed. */
export interface Closing {
  /** WebSocket close code. */
  readonly code: number;
  /** Close reason, for whoever reads the wire. */
  readonly reason: string;
  /** What the history calls it. */
  readonly end: SessionEnd;
}

/** Why a session ended, as the history has it. */
export type SessionEnd = "device" | "idle" | "goodbye" | "replaced" | "disconnected" | "shutdown" | "error";

/** Input of the device machine. */
export interface DeviceInput {
  readonly ports: DevicePorts;
  readonly settings: DeviceSettings;
}

/** Context of the device machine. */
export interface DeviceContext extends DeviceInput {
  /** How the device listens; undefined before its first `listen start`. */
  readonly mode: ListenMode | undefined;
  /** The turn under way. */
  readonly turn: Turn | undefined;
  /** What is to be recognised. */
  readonly utterance: Utterance | undefined;
  /** What the person had said before going on, while it was being recognised: it is recognised again with what follows. */
  readonly carried: Utterance | undefined;
  /** What the reply under way says. */
  readonly job: ReplyJob;
  /** What came before its time and is taken up when the turn has been persisted or the device is ready. */
  readonly pending: Extract<DeviceActorEvent, { type: "LISTEN_START" | "WAKE" | "TEXT" | "SAY" }> | undefined;
  /** The turn that the person began while the one before it was being ended. */
  readonly nextTurn: Turn | undefined;
  /** Set once the connection is to be closed when the turn has been persisted. */
  readonly closing: Closing | undefined;
}
