/**
 * The bound on what the history may take of the disk: above it audio is refused, text never.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";

/**
 * How long a measurement counts, milliseconds: what is written in between is added to it, so that only what others delete or what the
 * database grows by is found out this late.
 */
const MEASURED_FOR_MS = 3_600_000;
/** The same while audio is refused: somebody is making room, and wants to see it. */
const MEASURED_FOR_FULL_MS = 60_000;
/** Audio is taken again below this share of the bound, so that one deleted file does not begin an hour of warnings. */
const ROOM_SHARE = 0.95;

/** What an {@link AudioBudget} needs. */
export interface AudioBudgetOptions {
  /** Bytes that database and audio may take together. */
  readonly maxBytes: number;
  /** Measures what they take now; slow, and asked rarely. */
  readonly measure: () => Promise<number>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Knows about how much the history takes, without looking each time. */
export class AudioBudget {
  readonly #options: AudioBudgetOptions;
  #bytes = 0;
  #measuredAt = -Infinity;
  #measuring: Promise<void> | undefined;
  #full = false;
  #refused = 0;

  constructor(options: AudioBudgetOptions) {
    this.#options = options;
  }

  /** Bytes taken, as far as known. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that may be taken. */
  get maxBytes(): number {
    return this.#options.maxBytes;
  }

  /** Whether audio is refused now. */
  get full(): boolean {
    return this.#full;
  }

  /** Measures anew; never rejects. */
  measure(): Promise<void> {
    return this.#measuring ??= this.#measure().finally(() => this.#measuring = undefined);
  }

  /** Whether `bytes` more of audio may be written. It answers from what is known, and has it measured when that is old. */
  admits(bytes: number): boolean {
    const age = this.#options.clock.now() - this.#measuredAt;
    if (age >= (this.#full ? MEASURED_FOR_FULL_MS : MEASURED_FOR_MS)) void this.measure();
    const { maxBytes, logger } = this.#options;
    const needed = this.#bytes + bytes;
    if (this.#full && needed > maxBytes * ROOM_SHARE) {
      this.#refused++;
      return false;
    }
    if (needed <= maxBytes) {
      if (this.#full) this.#ended();
      return true;
    }
    this.#full = true;
    this.#refused = 1;
    logger.warn("No more audio is kept: the history takes {bytes} of the {maxBytes} bytes of history.maxBytes; text is kept as before", {
      bytes: this.#bytes,
      maxBytes,
    });
    return false;
  }

  /** Takes in what was written. */
  added(bytes: number): void {
    this.#bytes += bytes;
  }

  async #measure(): Promise<void> {
    const { clock, logger, maxBytes, measure } = this.#options;
    this.#measuredAt = clock.now();
    const before = this.#bytes;
    try {
      const bytes = await measure();
      // What was written meanwhile may or may not be in the figure; counting it errs on the safe side.
      this.#bytes = bytes + this.#bytes - before;
      if (this.#full && this.#bytes <= maxBytes * ROOM_SHARE) this.#ended();
    } catch (error) {
      logger.warn("What the history takes of the disk cannot be measured: {reason}", { reason: messageOf(error) });
    }
  }

  #ended(): void {
    this.#full = false;
    this.#options.logger.info("Audio is kept again: the history takes {bytes} of {maxBytes} bytes; {refused} pieces were not kept", {
      bytes: this.#bytes,
      maxBytes: this.#options.maxBytes,
      refused: this.#refused,
    });
  }
}
