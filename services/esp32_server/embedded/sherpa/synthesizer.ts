/**
 * Speech by a sherpa-onnx model.
 *
 * @module
 */

import type { Clock } from "../../../../base/clock.ts";
import { messageOf } from "../../../../base/errors.ts";
import { Deadline } from "../../deadline.ts";
import { StageError } from "../../errors.ts";
import type { SpeechRequest } from "../../stages.ts";
import type { EngineCard, Speech, Synthesizer } from "../engine.ts";
import { speakable } from "../speakable.ts";
import type { SherpaSynthesizer } from "./binding.ts";

/** Runs a loaded model and streams what it makes. */
export class SherpaSpeech implements Synthesizer {
  readonly card: EngineCard;
  readonly #model: SherpaSynthesizer;
  readonly #voice: string;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(model: SherpaSynthesizer, kind: string, voice: string, clock: Clock, timeoutMs: number) {
    this.#model = model;
    this.#voice = voice;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.card = { name: `sherpa-onnx ${kind}`, ability: "the languages of its model", status: "pass" };
  }

  async speak(request: SpeechRequest, signal: AbortSignal): Promise<Speech> {
    signal.throwIfAborted();
    const text = speakable(request.text);
    const ready: Int16Array<ArrayBuffer>[] = [];
    let wake = () => {};
    let stopped = false;
    let outcome: { readonly error?: unknown } | undefined;
    const work = this.#model.generate(text, this.#number(request.voice), (samples) => {
      ready.push(toInt16(samples));
      wake();
      return !stopped && !signal.aborted;
    });
    work.then(() => outcome = {}, (error: unknown) => outcome = { error }).finally(() => wake());

    const next = async (): Promise<Int16Array<ArrayBuffer> | undefined> => {
      using deadline = new Deadline(this.#clock, signal);
      deadline.arm(this.#timeoutMs, () => new StageError("synthesize", "timeout", `sherpa-onnx gave no sound for ${this.#timeoutMs} ms`));
      while (ready.length === 0 && outcome === undefined) await deadline.race(new Promise<void>((resolve) => wake = resolve));
      signal.throwIfAborted();
      const piece = ready.shift();
      if (piece === undefined && outcome !== undefined && "error" in outcome) {
        throw new StageError("synthesize", "failed", `sherpa-onnx failed: ${messageOf(outcome.error)}`, outcome.error);
      }
      return piece;
    };
    async function* chunks(first: Int16Array<ArrayBuffer> | undefined): AsyncGenerator<Int16Array<ArrayBuffer>, void, void> {
      try {
        for (let piece = first; piece !== undefined; piece = await next()) yield piece;
      } finally {
        stopped = true;
      }
    }
    try {
      return { sampleRate: this.#model.sampleRate, chunks: chunks(await next()) };
    } catch (error) {
      stopped = true;
      throw error;
    }
  }

  /** Voices of these models are numbers; anything else means the first. */
  #number(asked: string | undefined): number {
    const number = [asked, this.#voice].find((name) => name !== undefined && /^\d{1,4}$/.test(name) && Number(name) < this.#model.voices);
    return Number(number ?? 0);
  }
}

function toInt16(samples: Float32Array): Int16Array<ArrayBuffer> {
  return Int16Array.from(samples, (sample) => Math.max(-32768, Math.min(32767, Math.round(sample * 32767))));
}
