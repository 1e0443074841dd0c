/**
 * Moves audio from this disk to the distant store, in rounds.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { Rounds } from "../rounds.ts";
import type { AudioStore } from "./audio_store.ts";

/** Between two rounds, milliseconds: nobody waits for it, since reads look on this disk first. */
const ROUND_MS = 60_000;
/** Age from which a file moves, milliseconds: its turn was committed long ago, or never will be and the next start sweeps it away. */
const SETTLED_MS = 10 * 60_000;

/** What an {@link AudioShipper} needs. */
export interface AudioShipperOptions {
  readonly local: AudioStore;
  readonly distant: AudioStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Runs from its making until it is disposed of. A file leaves this disk only after the distant store has taken it. */
export class AudioShipper implements AsyncDisposable {
  readonly #options: AudioShipperOptions;
  readonly #rounds: Rounds;

  constructor(options: AudioShipperOptions) {
    this.#options = options;
    this.#rounds = new Rounds({ clock: options.clock, everyMs: ROUND_MS, round: (signal) => this.#round(signal) });
  }

  /** One round now; how many files were moved. The first failure ends it: the store is away, and the next round comes soon. */
  async ship(signal?: AbortSignal): Promise<number> {
    const { local, distant, clock } = this.#options;
    let moved = 0;
    for await (const { path, writtenAt } of local.list()) {
      if (signal?.aborted) break;
      if (clock.wall() - writtenAt < SETTLED_MS) continue;
      const body = await local.read(path);
      if (body === undefined) continue;
      await distant.put(path, await new Response(body).bytes());
      // It may have been erased meanwhile, in both places, and must not come back.
      if (await local.remove([path]) === 0) await distant.remove([path]);
      else moved++;
    }
    return moved;
  }

  async #round(signal: AbortSignal): Promise<void> {
    try {
      const moved = await this.ship(signal);
      if (moved > 0) this.#options.logger.info("Moved {moved} audio files to the audio store", { moved });
    } catch (error) {
      this.#options.logger.warn("Audio stays on this disk for now: {error}", { error: messageOf(error) });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rounds[Symbol.asyncDispose]();
  }
}
