/**
 * An ESP32 server of several providers for each stage, with time limits, breakers and stand-ins.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { OpusCodec } from "../../../audio/opus/codec.ts";
import type { SpeechAudio, Utterance } from "../../../audio/types.ts";
import type { Clock } from "../../../base/clock.ts";
import { AppError } from "../../../base/errors.ts";
import type { Random } from "../../../base/random.ts";
import type { StageName } from "../errors.ts";
import type { StageTimeouts } from "../options.ts";
import type {
  ChatEvent,
  ChatRequest,
  ChatStage,
  DetectStage,
  RecognizeStage,
  SpeechRequest,
  StageHealth,
  StageOptions,
  SynthesizeStage,
  Transcript,
} from "../stages.ts";
import type { BreakerTuning } from "./breaker_tuning.ts";
import { ResilientChat } from "./chat.ts";
import type { ResilienceEvent } from "./events.ts";
import { type Attempt, Fallback, type Provider } from "./fallback.ts";
import { Guard } from "./guard.ts";
import { lateError, LIMIT_DEFAULTS, type StageLimits } from "./limits.ts";
import { ResilientSpeech } from "./speech.ts";

/** Who does each stage, the first choice first. */
export interface StageProviders {
  /** Empty where utterances are not checked before recognition. */
  readonly detect: readonly Provider<DetectStage>[];
  readonly recognize: readonly Provider<RecognizeStage>[];
  readonly chat: readonly Provider<ChatStage>[];
  readonly synthesize: readonly Provider<SynthesizeStage>[];
}

/** What {@link resilient} needs. */
export interface ResilientOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Times allowed where no other provider could take over. */
  readonly timeoutMs: StageTimeouts;
  /** Changes to {@link LIMIT_DEFAULTS}. */
  readonly limits?: Partial<StageLimits>;
  /** Changes to `BREAKER_DEFAULTS`, for all providers. */
  readonly breaker?: Partial<BreakerTuning>;
  /** Loads the codec, so that silence in Opus is noticed; without it every packet that is not DTX counts as sound. */
  readonly opus?: () => Promise<OpusCodec>;
  /** Told of everything that happens. It must not throw. */
  readonly onEvent?: (event: ResilienceEvent) => void;
}

/** The stages of a turn, each by whichever provider manages. */
export interface ResilientStages extends DetectStage, RecognizeStage, ChatStage, SynthesizeStage {
  /** How each stage is as far as calls have shown; asks nobody. */
  health(): readonly StageHealth[];
  /** Takes what a health check found of a provider of a stage: one that is back is tried again at once. */
  checked(stage: string, provider: string, isUp: boolean): void;
}

/**
 * Joins providers to stages that go on when one fails.
 *
 * @throws `AppError` with code `no_provider` for a stage other than `detect` without one.
 */
export function resilient(providers: StageProviders, options: ResilientOptions): ResilientStages {
  return new Resilient(providers, options);
}

class Resilient implements ResilientStages {
  readonly #clock: Clock;
  readonly #timeoutMs: StageTimeouts;
  readonly #limits: StageLimits;
  readonly #detect: Fallback<DetectStage> | undefined;
  readonly #recognize: Fallback<RecognizeStage>;
  readonly #chat: Fallback<ChatStage>;
  readonly #synthesize: Fallback<SynthesizeStage>;
  readonly #chatStage: ChatStage;
  readonly #speechStage: SynthesizeStage;

  constructor(providers: StageProviders, options: ResilientOptions) {
    const { clock, random, timeoutMs, logger, onEvent, opus, breaker } = options;
    const log = logged(logger);
    const emit = (event: ResilienceEvent) => {
      log(event);
      onEvent?.(event);
    };
    const shared = { clock, random, emit, ...(breaker === undefined ? {} : { breaker }) };
    const limits = { ...LIMIT_DEFAULTS, ...options.limits };
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#limits = limits;
    this.#detect = providers.detect.length === 0 ? undefined : new Fallback("detect", providers.detect, shared);
    this.#recognize = new Fallback("recognize", providers.recognize, shared);
    this.#chat = new Fallback("chat", providers.chat, shared);
    this.#synthesize = new Fallback("synthesize", providers.synthesize, shared);
    this.#chatStage = new ResilientChat(this.#chat, { clock, timeoutMs, limits });
    this.#speechStage = new ResilientSpeech(this.#synthesize, { clock, timeoutMs, limits, ...(opus === undefined ? {} : { opus }) });
  }

  /** True without a check where nobody checks. */
  async detectSpeech(utterance: Utterance, options: StageOptions): Promise<boolean> {
    const { signal } = options;
    signal.throwIfAborted();
    const work = (provider: DetectStage, signal: AbortSignal) => provider.detectSpeech(utterance, { signal });
    return await this.#detect?.open(options, (attempt) => this.#once("detect", attempt, signal, work)) ?? true;
  }

  recognize(utterance: Utterance, options: StageOptions & { readonly language: string }): Promise<Transcript> {
    const { signal, language } = options;
    const work = (provider: RecognizeStage, signal: AbortSignal) => provider.recognize(utterance, { signal, language });
    return this.#recognize.open(options, (attempt) => this.#once("recognize", attempt, signal, work));
  }

  chat(request: ChatRequest, options: StageOptions): AsyncIterable<ChatEvent> {
    return this.#chatStage.chat(request, options);
  }

  synthesize(request: SpeechRequest, options: StageOptions): Promise<SpeechAudio> {
    return this.#speechStage.synthesize(request, options);
  }

  health(): readonly StageHealth[] {
    return [this.#detect, this.#recognize, this.#chat, this.#synthesize].flatMap((stage) => stage?.health() ?? []);
  }

  checked(stage: string, provider: string, isUp: boolean): void {
    const fallbacks = { detect: this.#detect, recognize: this.#recognize, chat: this.#chat, synthesize: this.#synthesize };
    fallbacks[stage as keyof typeof fallbacks]?.checked(provider, isUp);
  }

  /** A call whose answer comes in one piece. */
  async #once<S, T>(
    stage: "detect" | "recognize",
    { provider, name, pass, replaceable }: Attempt<S>,
    signal: AbortSignal,
    work: (provider: S, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const full = this.#timeoutMs[stage];
    using guard = new Guard({
      clock: this.#clock,
      signal,
      firstMs: replaceable ? Math.min(this.#limits.attemptMs[stage], full) : full,
      late: lateError(stage, name),
    });
    const answer = await guard.call((signal) => work(provider, signal));
    pass.succeed();
    return answer;
  }
}

/** One line for each thing that a person who runs the server should know; which provider serves only where that changes. */
function logged(logger: Logger): (event: ResilienceEvent) => void {
  const serving = new Map<StageName, string>();
  return (event) => {
    const { stage, provider } = event;
    switch (event.type) {
      case "served":
        if ((serving.get(stage) ?? provider) !== provider || (!serving.has(stage) && event.choice > 0)) {
          logger.info("Provider {provider} serves the {stage} stage now", { provider, stage });
        }
        serving.set(stage, provider);
        return;
      case "failed":
        return logger.warn("Provider {provider} of the {stage} stage failed: {problem}", {
          provider,
          stage,
          problem: problemOf(event.error),
          code: event.error instanceof AppError ? event.error.code : "unexpected",
        });
      case "breaker":
        // Half open is a state of the next call, which tells by its outcome.
        if (event.to === "closed") {
          logger.info("Provider {provider} of the {stage} stage is back; its breaker is closed", { provider, stage });
        }
        if (event.to !== "open") return;
        return logger.warn("Provider {provider} of the {stage} stage is left alone for {cooldownMs} ms, its breaker is open: {problem}", {
          provider,
          stage,
          cooldownMs: Math.round(event.cooldownMs),
          problem: problemOf(event.error),
        });
      case "skipped":
    }
  };
}

/** Only texts of our own making: those of other errors may hold what was said, or an address with a key in it. */
function problemOf(error: unknown): string {
  return error instanceof AppError
    ? `${error.message} (${error.code})`
    : `unexpected ${error instanceof Error ? error.name : typeof error}`;
}
