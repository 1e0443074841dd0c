/**
 * Runs a speech program within a time limit and turns its failure into a stage error.
 *
 * @module
 */

import { decodeWav } from "../../../audio/wav.ts";
import type { Pcm } from "../../../audio/types.ts";
import type { Clock } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";
import { Deadline } from "../deadline.ts";
import { StageError, type StageName } from "../errors.ts";
import type { Programs } from "./programs.ts";

/** What all calls of one program share. */
export interface ProgramCall {
  readonly programs: Programs;
  readonly clock: Clock;
  /** Name for error texts. */
  readonly name: string;
  /** Path of the program. */
  readonly path: string;
  readonly stage: StageName;
  /** Milliseconds until it is killed. */
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
}

/**
 * The program's output.
 *
 * @throws `StageError` with fault `timeout` or `failed`; the signal's reason after an abort.
 */
export async function callProgram(
  call: ProgramCall,
  args: readonly string[],
  signal: AbortSignal,
  stdin?: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  using deadline = new Deadline(call.clock, signal);
  deadline.arm(call.timeoutMs, () => new StageError(call.stage, "timeout", `${call.name} was not done after ${call.timeoutMs} ms`));
  try {
    return await call.programs.run(call.path, args, {
      signal: deadline.signal,
      maxOutputBytes: call.maxOutputBytes,
      ...(stdin === undefined ? {} : { stdin }),
    });
  } catch (error) {
    if (deadline.signal.aborted) throw deadline.signal.reason;
    throw new StageError(call.stage, "failed", `${call.name} failed: ${messageOf(error)}`, error);
  }
}

/**
 * The sound in the WAV that the program writes.
 *
 * @throws As {@link callProgram}, and `StageError` with fault `bad_audio`.
 */
export async function callForWav(call: ProgramCall, args: readonly string[], signal: AbortSignal, stdin?: Uint8Array): Promise<Pcm> {
  return wavOf(call.name, await callProgram(call, args, signal, stdin));
}

/**
 * The sound in a WAV that a program wrote, whichever way.
 *
 * @throws `StageError` with fault `bad_audio`.
 */
export function wavOf(name: string, bytes: Uint8Array): Pcm {
  try {
    return decodeWav(bytes);
  } catch (error) {
    throw new StageError("synthesize", "bad_audio", `${name} wrote no WAV that can be played: ${messageOf(error)}`, error);
  }
}
