/**
 * What goes wrong in a stage.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";

/** The calls of an ESP32 server. */
export type StageName = "detect" | "recognize" | "chat" | "synthesize" | "history" | "health";

/** How a stage failed; with the stage's prefix it makes the error code, such as `asr_timeout`. */
export type StageFault =
  /** The time allowed is over. */
  | "timeout"
  /** Nobody answers, or the answer was a server error: another try may succeed. */
  | "unavailable"
  /** The server asks for patience (429). */
  | "busy"
  /** The key is missing or wrong (401, 403). */
  | "unauthorized"
  /** The request itself is refused. */
  | "rejected"
  /** The answer is not what the contract says. */
  | "bad_answer"
  /** The answer should be audio and cannot be played. */
  | "bad_audio"
  /** The answer ended before its end. */
  | "cut_off"
  /** The answer is larger than allowed. */
  | "too_large"
  /** A program or model of this machine failed. */
  | "failed";

const PREFIXES: Readonly<Record<StageName, string>> = {
  detect: "vad",
  recognize: "asr",
  chat: "chat",
  synthesize: "tts",
  history: "history",
  health: "health",
};

const RETRYABLE: ReadonlySet<StageFault> = new Set(["timeout", "unavailable", "busy", "cut_off"]);

/** A stage that could not do its work. `code` is the stage's prefix (vad, asr, chat, tts, history, health) and the fault. */
export class StageError extends AppError {
  /** Which call failed. */
  readonly stage: StageName;
  /** How it failed. */
  readonly fault: StageFault;

  constructor(stage: StageName, fault: StageFault, message: string, cause?: unknown) {
    super(message, { code: `${PREFIXES[stage]}_${fault}`, retryable: RETRYABLE.has(fault), cause });
    this.stage = stage;
    this.fault = fault;
  }
}
