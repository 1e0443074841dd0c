/**
 * What a virtual device is made of.
 *
 * @module
 */

import type { OpusDecoder } from "../../audio/opus/codec.ts";
import type { Clock } from "../../base/clock.ts";
import type { ListenMode } from "../../protocol/mod.ts";
import type { DeviceTool } from "./mcp_tools.ts";
import type { FirmwareName, FirmwareProfile } from "./profile.ts";
import type { OpenSocket } from "./socket.ts";
import type { TranscriptEntry } from "./transcript_log.ts";

/** What a device is made of. */
export interface VirtualDeviceOptions {
  /** Firmware generation. */
  readonly profile: FirmwareName | FirmwareProfile;
  /** How the toggle button and the wake word listen; push-to-talk is always manual. */
  readonly mode: ListenMode;
  readonly identity: { readonly deviceId: string; readonly clientId: string };
  readonly clock: Clock;
  /** `webSocketClient(...)` or `connectInMemory(...)`. */
  readonly openSocket: OpenSocket;
  /** What the OTA answer said. By default a local server without a token, version 1. */
  readonly server?: { readonly url: string; readonly token?: string; readonly version?: number };
  /** Whether the firmware leaves echo cancellation to the server: `features.aec`, and timestamps in version 2. False by default. */
  readonly aec?: boolean;
  /** Whether the wake word is sent with its recording, as on boards with enough memory. True by default. */
  readonly uploadsWakeWord?: boolean;
  /** The recording of the wake word; its last 33 packets are sent. By default 2 s of silence. */
  readonly wakePackets?: readonly Uint8Array<ArrayBuffer>[];
  /** Whether the board listens for the wake word while listening, where the firmware can. False by default. */
  readonly wakeWordInListening?: boolean;
  /** Tools beyond the standard ones. */
  readonly tools?: readonly DeviceTool[];
  /** Decodes what is played, to check it and to keep the samples. */
  readonly decoder?: OpusDecoder;
  /** Hears every entry of the log as it is made. */
  readonly log?: (entry: TranscriptEntry) => void;
}
