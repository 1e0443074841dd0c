/**
 * Brings exports back. Good lines are kept and bad ones refused, each by itself, so that one damaged line costs no history; what is there
 * already, or was erased, is skipped, so that a file may be brought in twice.
 *
 * @module
 */

import type { AudioStore } from "../audio_store/audio_store.ts";
import type { ArchivedTurn, HistoryArchive } from "../history/archive.ts";
import { audioPath, type AudioSide } from "../history/audio_files.ts";
import type { StoredTurn } from "../history/store.ts";
import { type ExportLine, parseLine } from "./line.ts";
import { linesOf } from "./lines.ts";

/** Longest line, bytes: both texts at their longest, every character of them escaped, and room. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;
/** Turns that are applied in one transaction: some milliseconds of the event loop. */
const BATCH = 100;
/** Refused lines that are told one by one; the rest is counted. */
const MAX_TOLD = 100;

/** A line that was refused. */
export interface RefusedLine {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

/** What became of the lines of a file. */
export interface ImportReport {
  readonly added: number;
  /** Turns that are there already, or had been erased. */
  readonly skipped: number;
  readonly refused: number;
  /** The first of the refused lines. */
  readonly refusals: readonly RefusedLine[];
}

/** The audio that comes with lines: the bytes of a name, or why there are none. */
export type AudioSource = (name: string) => Promise<Uint8Array<ArrayBuffer> | { readonly refused: string }>;

/** What an import needs. */
export interface ImportDeps {
  readonly archive: HistoryArchive;
  readonly audio: AudioStore;
  /** Hears of the turns of every batch of which something was added. */
  readonly onTurn?: (turn: StoredTurn) => void;
}

/**
 * Brings lines in. What a line says of files is a name within its own ZIP file and never a path here; without `audioSource` turns come
 * without their audio.
 *
 * @throws {HistoryError | AudioStoreError} When a store fails; what was applied until then stays, and the same file may be sent again.
 */
export async function importLines(
  deps: ImportDeps,
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
  audioSource?: AudioSource,
): Promise<ImportReport> {
  const run = new ImportRun(deps, audioSource);
  for await (const { number, text } of linesOf(body, MAX_LINE_BYTES)) {
    if (text === undefined) run.refuse(number, `expected UTF-8 of at most ${MAX_LINE_BYTES} bytes`);
    else if (text.trim() !== "") await run.take(number, text);
  }
  return await run.end();
}

class ImportRun {
  readonly #deps: ImportDeps;
  readonly #audioSource: AudioSource | undefined;
  readonly #refusals: RefusedLine[] = [];
  #batch: ArchivedTurn[] = [];
  #added = 0;
  #skipped = 0;
  #refused = 0;

  constructor(deps: ImportDeps, audioSource: AudioSource | undefined) {
    this.#deps = deps;
    this.#audioSource = audioSource;
  }

  refuse(line: number, reason: string): void {
    this.#refused++;
    if (this.#refusals.length < MAX_TOLD) this.#refusals.push({ line, reason });
  }

  async take(number: number, text: string): Promise<void> {
    const parsed = parseLine(text);
    if (!parsed.ok) return this.refuse(number, parsed.reason);
    if (parsed.line.audio !== undefined && this.#audioSource !== undefined) {
      return await this.#takeWithAudio(number, parsed.line, this.#audioSource);
    }
    this.#batch.push(archived(parsed.line, {}));
    if (this.#batch.length >= BATCH) await this.#apply();
  }

  async end(): Promise<ImportReport> {
    await this.#apply();
    return { added: this.#added, skipped: this.#skipped, refused: this.#refused, refusals: this.#refusals };
  }

  /** Audio is written before its turn, as everywhere, and taken back where the turn turns out to be one that was erased. */
  async #takeWithAudio(number: number, line: ExportLine, source: AudioSource): Promise<void> {
    await this.#apply();
    const { turnId, deviceId } = line.turn;
    if (await this.#deps.archive.turn(turnId) !== undefined) {
      this.#skipped++;
      return;
    }
    const files: { side: AudioSide; bytes: Uint8Array<ArrayBuffer> }[] = [];
    for (const side of ["user", "reply"] as const) {
      const name = line.audio?.[side];
      if (name === undefined) continue;
      const bytes = await source(name);
      if ("refused" in bytes) return this.refuse(number, `audio.${side}: ${bytes.refused}`);
      files.push({ side, bytes });
    }
    const audioFiles: { user?: string; reply?: string } = {};
    for (const { side, bytes } of files) {
      const path = audioPath(deviceId, turnId, side);
      await this.#deps.audio.put(path, bytes);
      audioFiles[side] = path;
    }
    this.#batch.push(archived(line, audioFiles));
    const added = this.#added;
    await this.#apply();
    if (this.#added === added) await this.#deps.audio.remove(Object.values(audioFiles));
  }

  async #apply(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    const { added, updated, skipped } = await this.#deps.archive.apply(batch);
    this.#added += added;
    this.#skipped += updated + skipped;
    if (added > 0) batch.forEach(({ turn }) => this.#deps.onTurn?.(turn));
  }
}

function archived({ turn, session }: ExportLine, audioFiles: StoredTurn["audioFiles"]): ArchivedTurn {
  return { turn: { ...turn, audioFiles }, ...(session === undefined ? {} : { session }) };
}
