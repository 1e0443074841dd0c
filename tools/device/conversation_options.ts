/**
 * What a device's conversation is made of.
 *
 * @module
 */

import type { OpusDecoder } from "../../audio/opus/codec.ts";
import type { Clock } from "../../base/clock.ts";
import type { ListenMode } from "../../protocol/mod.ts";
import type { DeviceTool } from "./mcp_tools.ts";
import type { FirmwareProfile } from "./profile.ts";
import type { OpenSocket, SocketRequest } from "./socket.ts";
import type { TranscriptEntry } from "./transcript_log.ts";

/** What a conversation is made of. */
export interface ConversationOptions {
  readonly profile: FirmwareProfile;
  readonly mode: ListenMode;
  readonly aec: boolean;
  readonly clock: Clock;
  readonly request: SocketRequest;
  readonly openSocket: OpenSocket;
  readonly tools: readonly DeviceTool[];
  readonly decoder: OpusDecoder | undefined;
  readonly log: (entry: TranscriptEntry) => void;
  /** Called after everything that an observer may wait for. */
  readonly onActivity: () => void;
}
