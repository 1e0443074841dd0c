/**
 * Recognition by a sherpa-onnx model.
 *
 * @module
 */

import type { Clock } from "../../../../base/clock.ts";
import { messageOf } from "../../../../base/errors.ts";
import { Deadline } from "../../deadline.ts";
import { StageError } from "../../errors.ts";
import type { Transcript } from "../../stages.ts";
import type { EngineCard, Recognizer } from "../engine.ts";
import type { SherpaRecognizer } from "./binding.ts";

/** Runs a loaded model. The library cannot be interrupted: after an abort its result is thrown away. */
export class SherpaRecognition implements Recognizer {
  readonly card: EngineCard;
  readonly #model: SherpaRecognizer;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(model: SherpaRecognizer, kind: string, clock: Clock, timeoutMs: number) {
    this.#model = model;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.card = { name: `sherpa-onnx ${kind}`, ability: "the languages of its model", status: "pass" };
  }

  async recognize(samples: Int16Array<ArrayBuffer>, signal: AbortSignal): Promise<Transcript> {
    using deadline = new Deadline(this.#clock, signal);
    deadline.arm(this.#timeoutMs, () => new StageError("recognize", "timeout", `sherpa-onnx was not done after ${this.#timeoutMs} ms`));
    deadline.signal.throwIfAborted();
    try {
      const { text, language } = await deadline.race(this.#model.recognize(Float32Array.from(samples, (sample) => sample / 32768)));
      // SenseVoice writes its language as <|zh|>.
      const tag = /[a-z]{2,3}/.exec(language)?.[0];
      return tag === undefined ? { text: text.trim() } : { text: text.trim(), language: tag };
    } catch (error) {
      if (deadline.signal.aborted) throw deadline.signal.reason;
      throw new StageError("recognize", "failed", `sherpa-onnx failed: ${messageOf(error)}`, error);
    }
  }
}
