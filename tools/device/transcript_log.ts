/**
 * Everything a device said and heard, in order, with the time of each.
 *
 * @module
 */

import type { KnownServerMessage } from "../../protocol/mod.ts";
import type { Clock } from "../../base/clock.ts";

/** One line of the log. */
export interface TranscriptEntry {
  /** Clock time, milliseconds. */
  readonly atMs: number;
  /** Who: `note` is the device thinking aloud (states, drops, violations). */
  readonly from: "device" | "server" | "note";
  /** `text` and `audio` are messages; the rest are events of the connection or the device. */
  readonly kind: "text" | "audio" | "ping" | "close" | "gone" | "state" | "warning" | "violation" | "info";
  /** The text of a message, or what happened. Empty for audio. */
  readonly text: string;
  /** Length of a message in bytes. */
  readonly bytes: number;
  /** The parsed message, where a text from the server is one. */
  readonly message?: KnownServerMessage;
}

/** An append-only log with one listener. */
export class TranscriptLog {
  /** All entries, oldest first. */
  readonly entries: TranscriptEntry[] = [];
  readonly #clock: Clock;
  readonly #listener: (entry: TranscriptEntry) => void;

  constructor(clock: Clock, listener: (entry: TranscriptEntry) => void) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Appends an entry at the present time. */
  add(entry: Pick<TranscriptEntry, "from" | "kind"> & Partial<TranscriptEntry>): void {
    const complete: TranscriptEntry = { text: "", bytes: 0, ...entry, atMs: this.#clock.now() };
    this.entries.push(complete);
    this.#listener(complete);
  }

  /** Appends what the device notes for itself. */
  note(kind: TranscriptEntry["kind"], text: string): void {
    this.add({ from: "note", kind, text });
  }

  /** Messages and connection events that came from the server. */
  get received(): TranscriptEntry[] {
    return this.entries.filter((entry) => entry.from === "server");
  }

  /** Messages that the device sent. */
  get sent(): TranscriptEntry[] {
    return this.entries.filter((entry) => entry.from === "device");
  }
}
