/**
 * What differs between firmware generations, as data. Every row is a released version of 78/xiaozhi-esp32 whose source was read.
 *
 * @module
 */

/** Names that select a generation. */
export type FirmwareName = "1.6" | "1.8" | "2.1" | "2.4";

/** The traits of one firmware generation that a server can notice. */
export interface FirmwareProfile {
  /** Short name, as on the command line. */
  readonly name: FirmwareName;
  /** Full version, as in OTA requests and MCP `serverInfo.version`. */
  readonly version: string;
  /** Framing versions the firmware can speak; a stored version that is not listed is treated as 1. */
  readonly framings: readonly (1 | 2 | 3)[];
  /** Packets the decode queue holds; a packet beyond that is dropped. */
  readonly decodeQueuePackets: number;
  /** Whether packets are dropped in every state but speaking (v1.7.0 and later). */
  readonly dropsAudioUnlessSpeaking: boolean;
  /** Whether a WebSocket ping is harmless (v1.9.0 and later). */
  readonly toleratesPing: boolean;
  /** Whether the session id of the server's hello is stored and echoed (v1.6.6 and later). */
  readonly storesSessionId: boolean;
  /** Whether the device is an MCP server and says so in its hello (v1.6.6 and later); else it announces `iot` descriptors. */
  readonly mcp: boolean;
  /** Whether `features.glyph_push` is sent. */
  readonly glyphPush: boolean;
  /** Whether queued audio plays out before the microphone opens again in auto mode (v2.2.2 and later); else it is thrown away. */
  readonly drainsBeforeListening: boolean;
  /** Whether a wake word while speaking starts listening at once (v2.2.3 and later); else only `abort` is sent. */
  readonly wakeWordRelistens: boolean;
  /** Whether the wake word may be detected while listening, where the board enables it (v2.2.3 and later). */
  readonly wakeWordInListening: boolean;
  /** What gives way when the uplink queue is full: the oldest packet (v2.4.0 and later) or the new one. */
  readonly uplinkOverflow: "oldest" | "newest";
}

/** The table of generations. */
export const FIRMWARE_PROFILES: Readonly<Record<FirmwareName, FirmwareProfile>> = {
  "1.6": {
    name: "1.6",
    version: "1.6.0",
    framings: [1],
    decodeQueuePackets: 5,
    dropsAudioUnlessSpeaking: false,
    toleratesPing: false,
    storesSessionId: false,
    mcp: false,
    glyphPush: false,
    drainsBeforeListening: false,
    wakeWordRelistens: false,
    wakeWordInListening: false,
    uplinkOverflow: "newest",
  },
  "1.8": {
    name: "1.8",
    version: "1.8.9",
    framings: [1, 2, 3],
    decodeQueuePackets: 40,
    dropsAudioUnlessSpeaking: true,
    toleratesPing: false,
    storesSessionId: true,
    mcp: true,
    glyphPush: false,
    drainsBeforeListening: false,
    wakeWordRelistens: false,
    wakeWordInListening: false,
    uplinkOverflow: "newest",
  },
  "2.1": {
    name: "2.1",
    version: "2.1.0",
    framings: [1, 2, 3],
    decodeQueuePackets: 40,
    dropsAudioUnlessSpeaking: true,
    toleratesPing: true,
    storesSessionId: true,
    mcp: true,
    glyphPush: false,
    drainsBeforeListening: false,
    wakeWordRelistens: false,
    wakeWordInListening: false,
    uplinkOverflow: "newest",
  },
  "2.4": {
    name: "2.4",
    version: "2.4.2",
    framings: [1, 2, 3],
    decodeQueuePackets: 40,
    dropsAudioUnlessSpeaking: true,
    toleratesPing: true,
    storesSessionId: true,
    mcp: true,
    glyphPush: true,
    drainsBeforeListening: true,
    wakeWordRelistens: true,
    wakeWordInListening: true,
    uplinkOverflow: "oldest",
  },
};

/** Whether `name` selects a profile. */
export function isFirmwareName(name: string): name is FirmwareName {
  return Object.hasOwn(FIRMWARE_PROFILES, name);
}
