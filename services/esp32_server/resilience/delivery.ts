/**
 * The rest of an answer that has begun.
 *
 * @module
 */

import type { Pulled } from "../../../audio/abortable.ts";
import type { BreakerPass } from "./breaker.ts";

/** An answer whose first piece that matters is there. */
export interface Opened<T> {
  /** What came up to that piece, and it. */
  readonly held: readonly T[];
  /** What is still to come. */
  readonly rest: Pulled<T> | AsyncGenerator<T, void, void>;
  readonly pass: BreakerPass;
  readonly provider: string;
}

/**
 * All pieces of an answer, in order. Settles its pass at the end, or when the consumer leaves: what was delivered until then was good.
 *
 * @param failed Called for an error of the provider, before it is thrown on.
 */
export async function* delivered<T>(
  opened: Opened<T>,
  signal: AbortSignal,
  failed: (error: unknown) => void,
): AsyncGenerator<T, void, void> {
  const { held, rest, pass } = opened;
  try {
    yield* held;
    yield* rest;
  } catch (error) {
    if (!signal.aborted) failed(error);
    throw error;
  } finally {
    pass.succeed();
    await rest.return();
  }
}
