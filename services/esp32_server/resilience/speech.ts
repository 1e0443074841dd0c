/**
 * Synthesis with providers that stand in for each other.
 *
 * @module
 */

import type { OpusCodec } from "../../../audio/opus/codec.ts";
import type { SpeechAudio } from "../../../audio/types.ts";
import type { Clock } from "../../../base/clock.ts";
import { StageError } from "../errors.ts";
import type { StageTimeouts } from "../options.ts";
import type { SpeechRequest, StageOptions, SynthesizeStage } from "../stages.ts";
import { QuietAnswerError } from "./blame.ts";
import { delivered, type Opened } from "./delivery.ts";
import type { Attempt, Fallback } from "./fallback.ts";
import { Guard } from "./guard.ts";
import { lateError, type StageLimits } from "./limits.ts";
import { type Ear, opusEar, pcmEar } from "./silence.ts";

/** No voice begins a sentence with this much digital silence: what follows would not be waited for. */
const MAX_LEADING_SILENCE_MS = 5000;

/** Longest speech of a text: what comes before and after it, and four times what a slow voice takes for a Chinese character. */
const MAX_SPEECH_MS = { base: 10_000, perCharacter: 1000 } as const;

/** What the stage needs. */
export interface SpeechOptions {
  readonly clock: Clock;
  readonly timeoutMs: StageTimeouts;
  readonly limits: StageLimits;
  /** Loads the codec that listens to Opus; without it every Opus packet that is not DTX counts as sound. */
  readonly opus?: () => Promise<OpusCodec>;
}

/**
 * The first provider whose sound can be heard speaks, and nobody takes over after that. Sound that is empty or digital silence throughout
 * is replaced; where nobody makes a sound it is given as it is, until its provider does so too often and counts as unusable.
 */
export class ResilientSpeech implements SynthesizeStage {
  readonly #fallback: Fallback<SynthesizeStage>;
  readonly #options: SpeechOptions;

  constructor(fallback: Fallback<SynthesizeStage>, options: SpeechOptions) {
    this.#fallback = fallback;
    this.#options = options;
  }

  async synthesize(request: SpeechRequest, { signal }: StageOptions): Promise<SpeechAudio> {
    let quiet: SpeechAudio | undefined;
    try {
      return await this.#fallback.open({ signal }, (attempt) =>
        this.#begin(attempt, request, signal, (audio) => {
          quiet = audio;
        }));
    } catch (error) {
      if (quiet === undefined || signal.aborted || (error instanceof QuietAnswerError && error.repeated)) throw error;
      return quiet;
    }
  }

  async #begin(
    attempt: Attempt<SynthesizeStage>,
    request: SpeechRequest,
    signal: AbortSignal,
    onQuiet: (audio: SpeechAudio) => void,
  ): Promise<SpeechAudio> {
    const { clock, timeoutMs, limits, opus } = this.#options;
    const firstMs = timeoutMs.synthesizeFirstAudio;
    const guard = new Guard({
      clock,
      signal,
      firstMs: attempt.replaceable ? Math.min(limits.attemptMs.synthesizeFirstAudio, firstMs) : firstMs,
      idleMs: timeoutMs.synthesizeIdle,
      late: lateError("synthesize", attempt.name),
    });
    try {
      const audio = await guard.call((signal) => attempt.provider.synthesize(request, { signal }));
      if (audio.kind === "pcm") {
        using ear = pcmEar(audio.sampleRate);
        const chunks = this.#delivered(
          await this.#listen(
            attempt,
            guard,
            bounded(audio.chunks, ear, request, attempt.name),
            ear,
            (held) => onQuiet({ ...audio, chunks: listed(held) }),
          ),
          signal,
        );
        return { ...audio, chunks };
      }
      using ear = await opusEar(opus);
      const packets = this.#delivered(
        await this.#listen(
          attempt,
          guard,
          bounded(audio.packets, ear, request, attempt.name),
          ear,
          (held) => onQuiet({ ...audio, packets: listed(held) }),
        ),
        signal,
      );
      return { ...audio, packets };
    } catch (error) {
      guard[Symbol.dispose]();
      throw error;
    }
  }

  /** Resolves with the first piece that can be heard. */
  async #listen<T>(
    attempt: Attempt<SynthesizeStage>,
    guard: Guard,
    pieces: AsyncIterable<T>,
    ear: Ear<T>,
    onQuiet: (held: readonly T[]) => void,
  ): Promise<Opened<T>> {
    const rest = guard.items(pieces);
    const held: T[] = [];
    let heldMs = 0;
    try {
      for (;;) {
        const next = await rest.next();
        if (!next.done && heldMs > MAX_LEADING_SILENCE_MS) throw endlessSilence(attempt.name);
        if (next.done) {
          const error = attempt.quiet(this.#options.limits.quietSpeeches);
          onQuiet(held);
          throw error;
        }
        held.push(next.value);
        if (ear.hears(next.value)) break;
        heldMs += ear.durationMs(next.value);
      }
    } catch (error) {
      await rest.return();
      throw error;
    }
    guard.begun();
    attempt.sounded();
    return { held, rest, pass: attempt.pass, provider: attempt.name };
  }

  #delivered<T>(opened: Opened<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
    return delivered(opened, signal, (error) => this.#fallback.failed(opened.provider, opened.pass, error, true));
  }
}

/** No sentence begins like this, so that it is no matter of its text: it counts at once, and is not given as it is. */
function endlessSilence(provider: string): StageError {
  const what = `sent more than ${MAX_LEADING_SILENCE_MS} ms of silence before any sound`;
  return new StageError("synthesize", "bad_audio", `Provider "${provider}" of the synthesize stage ${what}`);
}

/** The pieces, until there is more of them than anybody needs for the text: a voice that has lost its way babbles on. */
async function* bounded<T>(
  pieces: AsyncIterable<T>,
  ear: Ear<T>,
  { text }: SpeechRequest,
  provider: string,
): AsyncGenerator<T, void, void> {
  const limitMs = MAX_SPEECH_MS.base + MAX_SPEECH_MS.perCharacter * text.length;
  let ms = 0;
  for await (const piece of pieces) {
    ms += ear.durationMs(piece);
    if (ms > limitMs) {
      const what = `sent more than ${limitMs} ms of sound for ${text.length} characters`;
      throw new StageError("synthesize", "bad_audio", `Provider "${provider}" of the synthesize stage ${what}`);
    }
    yield piece;
  }
}

async function* listed<T>(pieces: readonly T[]): AsyncGenerator<T, void, void> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}
