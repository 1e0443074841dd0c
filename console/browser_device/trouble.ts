/**
 * What may go wrong between a person, a browser and a server, by name: the page has words and a way on for each.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";

/** What went wrong. */
export const TROUBLES = [
  /** The page came over http from another machine: browsers give such pages no microphone. */
  "insecure",
  /** The browser has no microphones at all. */
  "no_media",
  /** The person, or a rule of the browser, said no. */
  "denied",
  "no_microphone",
  /** Another program has it, or it broke. */
  "microphone_busy",
  /** Neither codec can be had. */
  "no_codec",
  /** Whoever looks is no operator. */
  "not_operator",
  /** The server takes other devices than this. */
  "not_allowed",
  "unreachable",
  /** The socket was refused, which browsers tell nothing of. */
  "refused",
  "no_hello",
  /** The connection broke. */
  "lost",
  /** The server ended the session, as it does with silent ones. */
  "ended",
] as const;

/** One of them. */
export type Trouble = typeof TROUBLES[number];

/** Trouble as it is thrown; `message` is the server's own sentence where it said one, else empty. */
export class TroubleError extends AppError {
  readonly trouble: Trouble;

  constructor(trouble: Trouble, message: string = "", cause?: unknown) {
    super(message, { code: trouble, ...(cause === undefined ? {} : { cause }) });
    this.trouble = trouble;
  }
}

/** What kept a microphone from opening, by the name of the browser's error (Media Capture and Streams, 10.3.2). */
export function microphoneTrouble(error: unknown): Trouble {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "no_microphone" : "microphone_busy";
}
