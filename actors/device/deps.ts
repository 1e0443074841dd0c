/**
 * What a device session is handed.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { AnyActor } from "xstate";
import type { OpusDecoder } from "../../audio/opus/codec.ts";
import type { FrameEncoder } from "../../audio/opus/frame_encoder.ts";
import type { Rhythm, RhythmTuning } from "../../audio/uplink/rhythm.ts";
import type { VadEngine } from "../../audio/vad/engine.ts";
import type { Clock } from "../../base/clock.ts";
import type { Clips } from "../../services/clips/clips.ts";
import type { Esp32Server } from "../../services/esp32_server/stages.ts";
import type { PinnedStages } from "../../services/esp32_server/swappable.ts";
import type { DailyUsage } from "../../services/history/daily_usage.ts";
import type { DeviceStore } from "../../services/history/device_store.ts";
import type { HistoryStore, TurnRecord } from "../../services/history/store.ts";
import type { DeviceMetrics } from "../../services/metrics/device_metrics.ts";
import type { ContextSummary } from "../../services/recorder/context_summary.ts";
import type { TurnTracer } from "../../services/tracing/turn_tracer.ts";
import type { ToolRegistry } from "../../services/tools/mod.ts";
import type { Memories } from "./memory.ts";
import type { DeviceSettings } from "./settings.ts";

/** The part of a recorder that a session writes to. */
export interface SessionRecorder {
  /** Observes an actor that is not started yet, and those below it; `summary` names what is kept of its context. */
  watch(actor: AnyActor, summary?: ContextSummary): void;
  /** Notes that the actor crashed, which inspection does not tell. */
  failed(error: unknown): void;
  /** Notes what happens outside the chart. */
  note(kind: string, data?: Readonly<Record<string, unknown>>): void;
}

/** Where sessions get their recorder and say that they are done with it. */
export interface SessionRecorders {
  /** The recorder for a connection of the device. */
  for(deviceId: string): SessionRecorder;
  /** That connection is over. */
  left(deviceId: string): void;
}

/** What every device session shares. */
export interface DeviceDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Makes turn ids: ULIDs. */
  readonly newTurnId: () => string;
  /** Makes session ids. */
  readonly newSessionId: () => string;
  /** Loads the codec; quick after the first time. The result makes fresh 16 kHz decoders. */
  readonly loadDecoders: () => Promise<() => OpusDecoder>;
  readonly vad: VadEngine;
  readonly encoder: FrameEncoder;
  readonly server: Esp32Server;
  /** Holds on to the server of this moment, for a turn; without it there is only ever one. */
  readonly pinServer?: () => PinnedStages;
  /** Spoken already, for when nothing can be synthesised; without them an apology is only shown. */
  readonly clips?: Clips;
  /** Absent where no history is kept. */
  readonly history?: HistoryStore;
  /** Keeps the roles that were chosen; without it a choice lasts as long as the connection. */
  readonly deviceStore?: Pick<DeviceStore, "roleOf" | "saveRole">;
  /** What devices have used today; without it no daily limit holds. */
  readonly usage?: DailyUsage;
  /** What devices remember; absent where nothing is remembered. */
  readonly memories?: Memories;
  /** The tools of this server; absent where they are off. */
  readonly tools?: ToolRegistry;
  /** Absent where recording is off. */
  readonly recorders?: SessionRecorders;
  /** How the people at a device pause, as known from its connections before; by default each connection learns it anew. */
  readonly rhythmFor?: (deviceId: string, tuning: RhythmTuning) => Rhythm;
  /** Hears of a device that connected, disconnected or came into another state. Never throws. */
  readonly onStatus?: (deviceId: string) => void;
  /** Hears of every turn that is over, once it is kept. Never throws. */
  readonly onTurn?: (turn: TurnRecord) => void;
  /** Absent where nothing is counted. */
  readonly metrics?: DeviceMetrics;
  /** Absent where turns are not traced. */
  readonly tracer?: TurnTracer;
  /** The settings of a device. */
  readonly settingsFor: (deviceId: string) => DeviceSettings;
  /** Grows when the settings of devices may have changed; without it they never do. */
  readonly settingsRevision?: () => number;
  /**
   * Whether there is power to spare for what can be left out; there always is by default. Never asked for what a person is waiting for.
   */
  readonly spare?: (extra: "speculation" | "filler") => boolean;
}
