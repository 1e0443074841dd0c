/**
 * What device sessions count.
 *
 * @module
 */

import type { TurnRecord } from "../history/store.ts";
import { type StageName, timeline } from "../timeline/timeline.ts";
import type { DROP_REASONS, Instruments } from "./instruments.ts";
import type { ProviderKind, ProviderMetrics } from "./providers.ts";

/** As what turns count that failed, and not by the server, by the code of their error: an allowance is used up, a network is gone. */
const NOT_OURS: Readonly<Partial<Record<string, "refused" | "unreachable">>> = { daily_limit: "refused", network_stalled: "unreachable" };

/** The kind of provider that a stage waits for. */
const WAITS_FOR: Partial<Readonly<Record<StageName, ProviderKind>>> = {
  asr_final: "recognize",
  llm_ttft: "chat",
  first_sentence: "chat",
  tts_ttfb: "synthesize",
  tts_leading_silence: "synthesize",
};

/** Stages in which the server waits for the person to have finished. */
const OF_THE_PERSON: ReadonlySet<StageName> = new Set(["vad_silence", "endpoint_wait"]);

/** What {@link DeviceMetrics} tells of turns. */
export interface TurnCount {
  /** A turn is over. */
  turn(failedByUs: boolean): void;
}

/** Counts what devices do. The calls for frames allocate nothing. */
export class DeviceMetrics {
  readonly #instruments: Instruments;
  readonly #providers: Pick<ProviderMetrics, "serving">;
  readonly #count: TurnCount;

  constructor(instruments: Instruments, providers: Pick<ProviderMetrics, "serving">, count: TurnCount) {
    this.#instruments = instruments;
    this.#providers = providers;
    this.#count = count;
  }

  /** A frame of audio came. */
  frameIn(): void {
    this.#instruments.audioFrames.add(1, "in");
  }

  /** A frame of audio was sent. */
  frameOut(): void {
    this.#instruments.audioFrames.add(1, "out");
  }

  /** A frame of audio was not used. */
  frameDropped(reason: typeof DROP_REASONS[number]): void {
    this.#instruments.audioFramesDropped.add(1, reason);
  }

  /** A frame of a reply was sent so many milliseconds after its time. */
  frameLate(ms: number): void {
    this.#instruments.playoutLateness.observe(ms / 1000);
  }

  /** A device ran dry so many times during a reply. */
  underruns(times: number): void {
    this.#instruments.playoutUnderruns.add(times);
  }

  /** A reply was silenced so many milliseconds after the begin of what interrupted it. */
  bargedIn(ms: number): void {
    this.#instruments.bargeInToSilence.observe(ms / 1000);
  }

  /** A reply that waited went on. */
  falseInterruption(): void {
    this.#instruments.falseInterruptions.add(1);
  }

  /** The actor of a device crashed, and whatever its turn was is lost. */
  crashed(): void {
    this.#instruments.turns.add(1, "crashed");
    this.#count.turn(true);
  }

  /** A turn is over. Must be called once for each, when it has been committed. */
  turn(record: Pick<TurnRecord, "source" | "timings" | "outcome" | "error">): void {
    const { turns, turnStage, turnResponse, serverAdded } = this.#instruments;
    const { outcome, error } = record;
    const counted = outcome === "failed" ? NOT_OURS[error?.code ?? ""] ?? outcome : outcome;
    turns.add(1, counted);
    // Nothing was asked in an empty one.
    if (counted !== "empty") this.#count.turn(counted === "failed" || counted === "crashed");
    const { stages, responseMs } = timeline(record);
    let addedMs = responseMs ?? 0;
    for (const { name, durationMs, responseMs: waitedMs } of stages) {
      const kind = WAITS_FOR[name];
      turnStage.observe(durationMs / 1000, name, kind === undefined ? "none" : this.#providers.serving(kind));
      if (kind !== undefined || OF_THE_PERSON.has(name)) addedMs -= waitedMs;
    }
    if (responseMs === undefined) return;
    turnResponse.observe(responseMs / 1000);
    serverAdded.observe(Math.max(0, addedMs) / 1000);
  }
}
