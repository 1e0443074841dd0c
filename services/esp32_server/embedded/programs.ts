/**
 * Speech programs of the machine, as the embedded stages use them.
 *
 * @module
 */

import { AppError } from "../../../base/errors.ts";

/** How a program is run. */
export interface RunOptions {
  /** Written to its standard input, which is then closed; without it the input is empty. */
  readonly stdin?: Uint8Array;
  /** Kills the program. */
  readonly signal: AbortSignal;
  /** Longest output taken; a program that writes more is killed. */
  readonly maxOutputBytes: number;
}

/** Finds and runs programs. */
export interface Programs {
  /** Path of an installed program, by its name on `PATH` or by its own path. */
  find(name: string): Promise<string | undefined>;
  /**
   * Runs a program without a shell and gives its standard output. When this settles, the process has ended and is collected.
   *
   * @throws `ProgramError` when it cannot be started, fails, or writes too much; the signal's reason after an abort.
   */
  run(path: string, args: readonly string[], options: RunOptions): Promise<Uint8Array<ArrayBuffer>>;
}

/** A program that did not do its work. */
export class ProgramError extends AppError {
  constructor(message: string, code: "program_failed" | "program_output_too_large" | "program_not_started", cause?: unknown) {
    super(message, { code, cause });
  }
}
