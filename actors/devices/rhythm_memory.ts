/**
 * How the people at each device pause, kept from one of its connections to the next: a device connects anew for every conversation.
 *
 * @module
 */

import { Rhythm, type RhythmTuning } from "../../audio/uplink/rhythm.ts";

/** Devices that are remembered; about 100 bytes each, and far more than one process serves. */
const MAX_DEVICES = 10_000;

/** Rhythms by device, in memory only: after a restart they are learned again within a few sentences. */
export class RhythmMemory {
  readonly #rhythms = new Map<string, Rhythm>();
  readonly #limit: number;

  constructor(limit: number = MAX_DEVICES) {
    this.#limit = limit;
  }

  /** The rhythm of a device, which goes on learning. Who connected longest ago is forgotten first. */
  for(deviceId: string, tuning: RhythmTuning): Rhythm {
    const known = this.#rhythms.get(deviceId) ?? new Rhythm(tuning);
    this.#rhythms.delete(deviceId);
    this.#rhythms.set(deviceId, known);
    for (const oldest of this.#rhythms.keys()) {
      if (this.#rhythms.size <= this.#limit) break;
      this.#rhythms.delete(oldest);
    }
    return known;
  }
}
