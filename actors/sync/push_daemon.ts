/**
 * Makes turns of what was pushed to this node: one source, without a leader, because its reports are kept here alone.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { type ActorRefFrom, createActor } from "xstate";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { HistoryArchive } from "../../services/history/archive.ts";
import { SourceReader } from "../../services/sync/reader.ts";
import { firstRhythm, type RhythmTuning } from "../../services/sync/rhythm.ts";
import type { Checkpoints, HistorySource } from "../../services/sync/source.ts";
import type { ChildSpec } from "../supervision/child_spec.ts";
import type { SourceEvent } from "./events.ts";
import { SourceCounts } from "./source_counts.ts";
import { sourceMachine } from "./source_machine.ts";
import type { SourceStatus } from "./status.ts";

/** Nobody else writes, so every step has the same token. */
const TENURE = { token: 0, valid: () => true };

/** What it works with. */
export interface PushDaemonOptions {
  readonly source: HistorySource;
  readonly archive: Pick<HistoryArchive, "apply" | "turn" | "erase">;
  readonly checkpoints: Checkpoints;
  readonly tuning: RhythmTuning;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Hears of every reading; for metrics. Must not throw. */
  readonly onEvent?: (event: SourceEvent) => void;
}

/** The daemon of pushed reports. */
export class PushDaemon {
  readonly #options: PushDaemonOptions;
  readonly #counts: SourceCounts;
  readonly #reader: SourceReader;
  #actor: ActorRefFrom<typeof sourceMachine> | undefined;

  constructor(options: PushDaemonOptions) {
    this.#options = options;
    this.#counts = new SourceCounts(options.source.name, options.tuning.intervalMs);
    this.#reader = new SourceReader(options);
  }

  /** The daemon as a child of a supervisor, started again whatever happens. */
  get spec(): ChildSpec {
    return { id: "sync_push", restart: "permanent", create: () => this.#create() };
  }

  /** How it is. */
  status(): SourceStatus {
    return this.#counts.status(this.#options.clock.now());
  }

  /** Says that there is a report: it is made into a turn at once. */
  wake(): void {
    this.#actor?.send({ type: "WAKE" });
  }

  #create(): ReturnType<ChildSpec["create"]> {
    const { source, clock, random, tuning, logger, onEvent } = this.#options;
    const actor = createActor(sourceMachine, {
      clock,
      input: {
        name: source.name,
        clock,
        random,
        tuning,
        rhythm: firstRhythm(tuning),
        dueInMs: 0,
        step: (signal) => this.#reader.step(TENURE, signal),
        notify: (event) => {
          this.#counts.note(event, clock.wall());
          if (event.type === "SOURCE_FAILED" && event.rhythm.failures === 1) {
            logger.warn("Reports wait to become turns and are tried again, ever more rarely: {error}", { error: messageOf(event.error) });
          }
          onEvent?.(event);
        },
      },
    });
    this.#actor = actor;
    return actor;
  }
}
