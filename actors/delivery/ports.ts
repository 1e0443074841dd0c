/**
 * What the delivery chart does to the world.
 *
 * @module
 */

/** The effects of the delivery actor. None throws; those that can fail return a promise. */
export interface DeliveryPorts {
  /** Delivers the next batch; whether there may be more. Once `signal` aborts, its outcome no longer matters. */
  deliver(signal: AbortSignal): Promise<{ readonly more: boolean }>;
  /** Deletes a few delivered turns that are old; whether there may be more. */
  prune(): Promise<{ readonly more: boolean }>;
  /** Whether an error may pass by itself. */
  isPassing(error: unknown): boolean;
  /** Takes note of a delivery that failed. */
  failed(error: unknown): void;
  /** Takes note of something else that failed and is survived. */
  report(what: string, error: unknown): void;
  /** A number in [0, 1). */
  random(): number;
}
