/**
 * A device's recording in the browser while it is written.
 *
 * @module
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { RecordsMessage } from "../../routes/console/types.ts";
import type { Chart } from "../../services/charts/model.ts";
import type { RecordingHeader } from "../../services/recorder/read.ts";
import { type Entry, LogEntries } from "../event_log/entries.ts";
import { RecordingModel } from "../recording/model.ts";

/** Records that a page keeps: what the server tells of at most, some tens of minutes of conversation. */
export const KEEP_RECORDS = 5_000;

/** A recording as far as it has come. */
export interface LiveState {
  readonly header: RecordingHeader;
  readonly model: RecordingModel;
  readonly entries: readonly Entry[];
  /** Records that were left out since the page was opened, because it was slow. */
  readonly missed: number;
}

/** Gathers what the server tells. */
export class LiveRecording {
  readonly #charts: readonly Pick<Chart, "id" | "nodes">[];
  readonly #state = signal<LiveState | undefined>(undefined);
  #header: RecordingHeader | undefined;
  #model: RecordingModel;
  #log = new LogEntries();
  #missed = 0;

  /** @param charts Charts of the machines that are recorded. */
  constructor(charts: readonly Pick<Chart, "id" | "nodes">[]) {
    this.#charts = charts;
    this.#model = this.#empty();
  }

  /** What there is; another value after each change. Undefined until the server has told all that it holds. */
  get state(): ReadonlySignal<LiveState | undefined> {
    return this.#state;
  }

  /** Takes a message. */
  take(message: RecordsMessage): void {
    if (message.type === "header") {
      this.#header = message.header;
      // Another connection to the server tells everything again.
      if (!message.again) this.#begin();
      return;
    }
    this.#missed += message.missed;
    for (const record of message.records) {
      this.#log.append(record, this.#model.end);
      this.#model.append(record);
    }
    this.#log.dropBefore(this.#model.first);
    if (!message.more) this.#show();
  }

  #begin(): void {
    this.#model = this.#empty();
    this.#log = new LogEntries();
    this.#missed = 0;
  }

  #empty(): RecordingModel {
    return new RecordingModel({ charts: this.#charts, keep: KEEP_RECORDS });
  }

  #show(): void {
    if (this.#header === undefined) return;
    this.#state.value = { header: this.#header, model: this.#model, entries: this.#log.list(), missed: this.#missed };
  }
}
