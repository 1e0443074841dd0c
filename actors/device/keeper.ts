/**
 * Keeps what was said: in the history, in the memory of the device, in the count of its day, in the recording and in a trace.
 *
 * @module
 */

import { writeOggOpus } from "../../audio/ogg/mod.ts";
import type { DeviceDeps, SessionRecorder } from "./deps.ts";
import type { SessionMemory } from "./memory.ts";
import type { DeviceSettings } from "./settings.ts";
import type { Turn } from "./turn.ts";
import { logTurn } from "./turn_log.ts";

/** What the keeper of one session needs. */
export interface KeeperOptions {
  readonly deps: DeviceDeps;
  readonly settings: DeviceSettings;
  readonly recorder: SessionRecorder | undefined;
  readonly memory: SessionMemory | undefined;
  /** Notes a failure that the conversation survives. */
  readonly report: (what: string, error: unknown) => void;
}

/** Keeps the turns of one session. */
export class Keeper {
  readonly #options: KeeperOptions;
  #turns = 0;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Turns kept so far. */
  get turns(): number {
    return this.#turns;
  }

  /**
   * Keeps a turn that is over, with the packets of its reply where the history wants them; resolves when it is durable.
   *
   * @throws What the history throws.
   */
  async keep(turn: Turn, packets: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
    const { deps, recorder, settings } = this.#options;
    recorder?.note("outcome", { turn: turn.id, outcome: turn.outcome, heardMs: turn.heard.ms });
    if (packets.length > 0) turn.audio.reply = writeOggOpus({ packets, inputSampleRate: settings.downlink.sampleRate });
    if (!turn.recorded) return;
    try {
      await this.#commit(turn);
    } finally {
      recorder?.note("timings", { turn: turn.id, ...turn.timings });
      deps.metrics?.turn(turn.record());
      if (settings.services.tracing) deps.tracer?.trace({ turn: turn.record(), syntheses: turn.syntheses });
    }
    this.#turns++;
  }

  async #commit(turn: Turn): Promise<void> {
    const { deps: { history, usage, logger, onTurn }, settings, memory, report } = this.#options;
    if (history !== undefined) turn.mark("commitMs");
    const record = turn.record();
    logTurn(logger, record);
    await history?.commitTurn(record);
    if (history !== undefined) {
      turn.mark("persistedMs");
      const { persistedMs } = turn.timings;
      if (persistedMs !== undefined) history.notePersisted(turn.id, persistedMs);
    }
    usage?.add(record).catch((error) => report("counting the turn", error));
    if (settings.services.memory) memory?.committed(record);
    onTurn?.(record);
  }
}
