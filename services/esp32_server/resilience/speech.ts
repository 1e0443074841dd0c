/**
 * Synthesis with providers that stand in for each other.
 *
 * @module
 */

import type { Pulled } from "../../../audio/abortable.ts";
import type { OpusCodec } from "../../../audio/opus/codec.ts";
import { tapped } from "../../../audio/tapped.ts";
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
import { type Ear, opusSound, pcmSound, type Sound } from "./silence.ts";

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
 * is replaced; where nobody makes a sound it is given as it is, until its provider does so too often and counts as unusable. So who has nobody
 * to stand in is passed on as soon as it looks like sound, and listened to afterwards.
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
        const held = (pieces: readonly Int16Array<ArrayBuffer>[]) => onQuiet({ ...audio, chunks: listed(pieces) });
        const opened = await this.#listen(attempt, guard, request, audio.chunks, pcmSound(audio.sampleRate), held);
        return { ...audio, chunks: this.#delivered(opened, signal) };
      }
      const held = (pieces: readonly Uint8Array<ArrayBuffer>[]) => onQuiet({ ...audio, packets: listed(pieces) });
      const opened = await this.#listen(attempt, guard, request, audio.packets, opusSound(opus), held);
      return { ...audio, packets: this.#delivered(opened, signal) };
    } catch (error) {
      guard[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Resolves with the first piece that can be heard; where nobody could take over if it were all silence, with the first that looks like it.
   */
  async #listen<T>(
    attempt: Attempt<SynthesizeStage>,
    guard: Guard,
    request: SpeechRequest,
    pieces: AsyncIterable<T>,
    sound: Sound<T>,
    onQuiet: (held: readonly T[]) => void,
  ): Promise<Opened<T>> {
    const limit = this.#options.limits.quietSpeeches;
    const rest = guard.items(bounded(pieces, sound, request, attempt.name));
    const later = attempt.mayBeQuiet(limit);
    const held: T[] = [];
    let heldMs = 0;
    try {
      using ear = later ? sound.glance : await sound.ear();
      for (;;) {
        const next = await rest.next();
        if (!next.done && heldMs > MAX_LEADING_SILENCE_MS) throw endlessSilence(attempt.name);
        if (next.done) {
          const error = attempt.quiet(limit);
          onQuiet(held);
          throw error;
        }
        held.push(next.value);
        if (ear.hears(next.value)) break;
        heldMs += sound.durationMs(next.value);
      }
    } catch (error) {
      await rest.return();
      throw error;
    }
    guard.begun();
    if (later) return { held: [], rest: this.#heardLater(attempt, held, rest, sound), pass: attempt.pass, provider: attempt.name };
    attempt.sounded();
    return { held, rest, pass: attempt.pass, provider: attempt.name };
  }

  /** The pieces at once; they are listened to when they have been passed on, until there is something to hear. */
  async *#heardLater<T>(
    attempt: Attempt<SynthesizeStage>,
    begun: readonly T[],
    rest: Pulled<T>,
    sound: Sound<T>,
  ): AsyncGenerator<T, void, void> {
    let unheard: T[] = [...begun];
    let unheardMs = begun.reduce((ms, piece) => ms + sound.durationMs(piece), 0);
    let silentMs = 0;
    using stack = new DisposableStack();
    let ear: Ear<T> | undefined;
    const hears = async () => {
      if (unheard.length === 0) return false;
      ear ??= stack.use(await sound.ear());
      // The largest is the likeliest to have sound in it; the others are decoded only where it has none.
      const largest = unheard.reduce((most, piece) => sound.size(piece) > sound.size(most) ? piece : most);
      const loud = ear.hears(largest) || unheard.some(ear.hears);
      if (loud) attempt.sounded();
      silentMs += unheardMs;
      unheard = [];
      unheardMs = 0;
      return loud;
    };
    try {
      let heard = sound.laterMs === 0 && await hears();
      yield* begun;
      for (;;) {
        const next = await rest.next();
        if (next.done) break;
        if (!heard) {
          if (silentMs > MAX_LEADING_SILENCE_MS) throw endlessSilence(attempt.name);
          unheard.push(next.value);
          unheardMs += sound.durationMs(next.value);
          heard = unheardMs > sound.laterMs && await hears();
        }
        yield next.value;
      }
      if (heard || await hears()) return;
      this.#fallback.failed(attempt.name, attempt.pass, attempt.quiet(this.#options.limits.quietSpeeches), true);
    } finally {
      await rest.return();
    }
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
function bounded<T>(pieces: AsyncIterable<T>, sound: Sound<T>, { text }: SpeechRequest, provider: string): AsyncIterable<T> {
  const limitMs = MAX_SPEECH_MS.base + MAX_SPEECH_MS.perCharacter * text.length;
  let ms = 0;
  return tapped(pieces, {
    item: (piece) => {
      ms += sound.durationMs(piece);
      if (ms <= limitMs) return;
      const what = `sent more than ${limitMs} ms of sound for ${text.length} characters`;
      throw new StageError("synthesize", "bad_audio", `Provider "${provider}" of the synthesize stage ${what}`);
    },
  });
}

async function* listed<T>(pieces: readonly T[]): AsyncGenerator<T, void, void> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}
