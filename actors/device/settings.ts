/**
 * How one device is treated: the configuration with what is special to the device applied.
 *
 * @module
 */

import type { DownlinkFormat } from "../../audio/types.ts";
import type { UplinkTuning } from "../../audio/uplink/tuning.ts";
import { type Config, isOnFor, type Rollout } from "../../services/config/mod.ts";
import type { DailyLimits } from "./allowance.ts";
import type { RoleSettings } from "./role.ts";

/** Settings of a device actor. All durations in milliseconds. */
export interface DeviceSettings {
  /** How long a client may take from the upgrade to its hello. */
  readonly helloTimeoutMs: number;
  /** How long a device may be connected without a turn; below the device's own 120 s. */
  readonly idleTimeoutMs: number;
  /** How long the microphone may be silent on the wire while it should be sending, before the connection counts as dead. */
  readonly silentMicMs: number;
  /** What an idle device hears before it is disconnected. */
  readonly goodbye: "spoken" | "silent";
  /** Longest text message that is read, bytes. */
  readonly maxTextBytes: number;
  /** Longest binary message that is read, bytes. */
  readonly maxFrameBytes: number;
  /** Longest time from recognised text to the first audio. */
  readonly thinkingLimitMs: number;
  /** Longest time that a reply may make no progress once it is being heard. */
  readonly speakingStallMs: number;
  /** Frames sent ahead of real time. */
  readonly leadFrames: number;
  /** How long after the last frame the device may still be playing: its codec, its I2S pipeline, jitter. */
  readonly stopTailMs: number;
  /** Format of the downlink, announced in the server's hello. */
  readonly downlink: DownlinkFormat;
  /** Endpointing and what belongs to it. */
  readonly uplink: UplinkTuning;
  /** Whether utterances will be asked for as samples, so that they are decoded while they come. */
  readonly decodeAhead: boolean;
  /** Answer language: `auto` follows the person. */
  readonly language: "auto" | "zh" | "en";
  /** Voice name for synthesis; the provider's default when absent. */
  readonly voice?: string;
  /** Instructions to the chat stage. */
  readonly persona: string;
  /** Words that end the conversation when they are all that was said. */
  readonly exitWords: readonly string[];
  /** Texts of `listen detect` that are wake words; any other text is a typed message. */
  readonly wakeWords: readonly string[];
  /** What a wake word does: a spoken greeting, an answer as if it had been asked, or nothing. */
  readonly wake: "greet" | "listen" | "answer";
  /** Speech into a reply, in realtime mode. */
  readonly bargeIn: {
    /** How long after it ended the reply waits for words in it before it goes on. */
    readonly falseInterruptionMs: number;
    /** Shorter speech cannot be words. */
    readonly minSpeechMs: number;
  };
  /** How long the answer to an unfinished text waits for the person to go on; 0 never waits. */
  readonly policyWaitMs: number;
  /** Audio that is ignored after the end of a reply, because it may be echo, where the device did not say that it listens anew. */
  readonly echoTailMs: number;
  /** Roles that the device can play, by name. */
  readonly roles: Readonly<Record<string, RoleSettings>>;
  /** The role that it plays unless another is chosen at run time; empty for none. */
  readonly role: string;
  /** Silence while thinking after which a filler is said; 0 for never. */
  readonly fillerAfterMs: number;
  /** Turns of this connection that the chat stage is told of. */
  readonly contextTurns: number;
  /** Tokens, by estimate, of all that the chat stage is told. */
  readonly contextTokens: number;
  /** How much the device may use in a day. */
  readonly limits: DailyLimits;
  /** Whether each utterance is checked for speech by the server client before it is recognised. */
  readonly detectSpeech: boolean;
  /** Which audio the history keeps. */
  readonly historyAudio: "none" | "user" | "both";
  /** Capabilities that can be switched off alone. */
  readonly features: { readonly deviceMcp: boolean; readonly voiceBargeIn: boolean; readonly speculation: boolean };
  /** What the server does for the device beside its turns, where it does it at all. */
  readonly services: DeviceServices;
}

/** Services that a device gets, as the roll-outs of their flags have it. */
export interface DeviceServices {
  readonly serverTools: boolean;
  readonly memory: boolean;
  readonly recorder: boolean;
  readonly tracing: boolean;
}

/** The settings that decide what the chart of a device does; all others change what it says and hears, never its path. */
export type ChartSettings =
  & Pick<
    DeviceSettings,
    "helloTimeoutMs" | "idleTimeoutMs" | "thinkingLimitMs" | "speakingStallMs" | "policyWaitMs" | "wake" | "goodbye" | "bargeIn"
  >
  & { readonly maxUtteranceMs: number; readonly voiceBargeIn: boolean };

/** The part of the settings that the recording of a session carries, so that it can be replayed. */
export function chartSettings(settings: DeviceSettings): ChartSettings {
  const { helloTimeoutMs, idleTimeoutMs, thinkingLimitMs, speakingStallMs, policyWaitMs, wake, goodbye, bargeIn } = settings;
  const { uplink: { maxUtteranceMs }, features: { voiceBargeIn } } = settings;
  return {
    helloTimeoutMs,
    idleTimeoutMs,
    thinkingLimitMs,
    speakingStallMs,
    policyWaitMs,
    wake,
    goodbye,
    bargeIn: { falseInterruptionMs: bargeIn.falseInterruptionMs, minSpeechMs: bargeIn.minSpeechMs },
    maxUtteranceMs,
    voiceBargeIn,
  };
}

/** The chart's own watchdog acts this much later than the limit that it stands behind. */
const WATCHDOG_GRACE_MS = 5000;

/** What the chat stage is able to do. */
export interface ChatAbility {
  /** Whether it makes use of what is remembered; true by default. */
  readonly remembers?: boolean;
}

/** Names of the flags that may hold for a part of the devices. */
export type DeviceFlag = { [K in keyof Config["features"]]: Rollout extends Config["features"][K] ? K : never }[keyof Config["features"]];

/** The settings of a device as the configuration has them. */
export function deviceSettings(config: Config, deviceId: string, { remembers = true }: ChatAbility = {}): DeviceSettings {
  const { devices, audio, conversation, features, esp32Server, history, limits } = config;
  const {
    leadFrames = devices.leadFrames,
    language = conversation.language,
    voice = esp32Server.synthesize.voice,
    role = conversation.role,
  } = devices.overrides[deviceId] ?? {};
  const { engine: _, ...uplink } = audio.vad;
  const has = (flag: DeviceFlag) => isOnFor(flag, features[flag], deviceId);
  return {
    helloTimeoutMs: devices.helloTimeoutMs,
    idleTimeoutMs: devices.idleTimeoutMs,
    silentMicMs: devices.silentMicMs,
    maxTextBytes: devices.maxTextBytes,
    maxFrameBytes: devices.maxFrameBytes,
    goodbye: has("idleGoodbye") ? devices.goodbye : "silent",
    thinkingLimitMs: conversation.turnWatchdogMs + WATCHDOG_GRACE_MS,
    speakingStallMs: conversation.turnWatchdogMs,
    leadFrames,
    stopTailMs: devices.stopTailMs,
    downlink: { sampleRate: audio.sampleRate, frameMs: audio.frameMs },
    uplink,
    decodeAhead: wantsSamples(esp32Server),
    language,
    ...(voice === "" ? {} : { voice }),
    persona: conversation.persona,
    exitWords: conversation.exitWords,
    wakeWords: conversation.wakeWords,
    wake: has("wakeGreeting") ? conversation.wake : "listen",
    bargeIn: conversation.bargeIn,
    policyWaitMs: conversation.policyWaitMs,
    echoTailMs: devices.echoTailMs,
    roles: conversation.roles,
    role,
    fillerAfterMs: has("fillers") ? conversation.fillerAfterMs : 0,
    contextTurns: conversation.contextTurns,
    contextTokens: conversation.contextTokens,
    limits,
    detectSpeech: esp32Server.detectSpeech.enabled,
    historyAudio: has("historyAudio") ? history.audio : "none",
    features: { deviceMcp: has("deviceMcp"), voiceBargeIn: has("voiceBargeIn"), speculation: has("speculation") },
    services: {
      serverTools: has("serverTools"),
      memory: remembers && has("memory"),
      recorder: has("recorder"),
      tracing: has("tracing"),
    },
  };
}

/** Whether anybody hears utterances as samples: the embedded engines do, and servers that are sent WAV. */
function wantsSamples({ audioFormat, recognize, detectSpeech }: Config["esp32Server"]): boolean {
  const hearing = [recognize, ...(detectSpeech.enabled ? [detectSpeech] : [])].flatMap(({ provider, fallback }) => [provider, ...fallback]);
  return audioFormat === "wav" || hearing.some((name) => name === "auto" || name === "embedded");
}
