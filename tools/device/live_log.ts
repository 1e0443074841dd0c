/**
 * The log as a person watches it: one line a message, runs of audio in one line.
 *
 * @module
 */

import type { TranscriptEntry } from "./transcript_log.ts";

const ARROWS: Readonly<Record<TranscriptEntry["from"], string>> = { device: "device ->", server: "server <-", note: "      ---" };

/** Longest text shown in full, characters; long ones are tool lists. */
const MAX_SHOWN = 240;

/** Writes entries as lines, with times since the first one. */
export class LiveLog {
  readonly #write: (line: string) => void;
  readonly #audio = { device: 0, server: 0 };
  #startMs: number | undefined;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** Shows an entry; audio is shown when something else follows it. */
  add(entry: TranscriptEntry): void {
    this.#startMs ??= entry.atMs;
    if (entry.kind === "audio" && entry.from !== "note") {
      this.#audio[entry.from]++;
      return;
    }
    this.flush(entry.atMs);
    const what = entry.kind === "text" || entry.kind === "state" ? "" : `${entry.kind}: `;
    const text = entry.text.length > MAX_SHOWN ? `${entry.text.slice(0, MAX_SHOWN)}… (${entry.bytes} bytes)` : entry.text;
    this.#line(entry.atMs, entry.from, what + text);
  }

  /** Shows audio that has not been shown. */
  flush(atMs: number): void {
    for (const from of ["device", "server"] as const) {
      if (this.#audio[from] > 0) this.#line(atMs, from, `audio x ${this.#audio[from]}`);
      this.#audio[from] = 0;
    }
  }

  #line(atMs: number, from: TranscriptEntry["from"], text: string): void {
    const seconds = ((atMs - (this.#startMs ?? atMs)) / 1000).toFixed(3).padStart(8);
    this.#write(`${seconds}s ${ARROWS[from]} ${text}`);
  }
}
