/**
 * The records of a recording as people read them: what guards answered stands with what they were asked about, and what is missing is said.
 *
 * @module
 */

import type { RecordLine } from "../../services/recorder/read.ts";
import type { GuardAnswer } from "../recording/view.ts";
import { typeName } from "./words.ts";

/** What an entry is about. `gap` is what the recording lacks. */
export const ENTRY_KINDS = ["event", "step", "actor", "error", "note", "gap"] as const;

/** One of {@link ENTRY_KINDS}. */
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** A line of the log. */
export interface Entry {
  readonly kind: EntryKind;
  /** Position of its record in the recording; of the record behind it, for a gap. */
  readonly at: number;
  readonly record: RecordLine;
  /** What its type is called. */
  readonly name: string;
  /** Answers that were given between this record and the next event or step of its connection. */
  readonly guards: readonly GuardAnswer[];
  /** Records that a gap stands for. */
  readonly missing: number;
}

/** The log of a recording that may still grow. */
export class LogEntries {
  #entries: Entry[] = [];
  /** Where guards' answers of each connection go: the place in {@link #entries}, counted from the first entry that ever was. */
  readonly #open = new Map<number, number>();
  #gone = 0;
  #next: number | undefined;

  /** The entries, oldest first. The list does not change afterwards. */
  list(): readonly Entry[] {
    return [...this.#entries];
  }

  /** Adds the record at a position. */
  append(record: RecordLine, at: number): void {
    const missing = record.seq - (this.#next ?? 0);
    this.#next = record.seq + 1;
    if (missing > 0) this.#entries.push({ kind: "gap", at, record, name: "", guards: [], missing });
    const answer = answerIn(record);
    if (answer !== undefined && this.#answer(record.conn ?? 0, answer)) return;
    const name = typeName(record.type);
    this.#entries.push({ kind: kindOf(record), at, record, name, guards: answer === undefined ? [] : [answer], missing: 0 });
    if (record.kind === "event" || record.kind === "step") this.#open.set(record.conn ?? 0, this.#gone + this.#entries.length - 1);
  }

  /** Forgets what is before a position. */
  dropBefore(position: number): void {
    const keep = this.#entries.findIndex(({ at }) => at >= position);
    const gone = keep < 0 ? this.#entries.length : keep;
    if (gone === 0) return;
    this.#entries = this.#entries.slice(gone);
    this.#gone += gone;
  }

  #answer(conn: number, answer: GuardAnswer): boolean {
    const place = (this.#open.get(conn) ?? -1) - this.#gone;
    const entry = this.#entries[place];
    if (entry === undefined) return false;
    this.#entries[place] = { ...entry, guards: [...entry.guards, answer] };
    return true;
  }
}

function kindOf({ kind, type }: RecordLine): EntryKind {
  if (kind === "event" || kind === "step") return kind;
  if (kind === "error" || kind === "note" && type === "error") return "error";
  return kind === "actor" || kind === "done" ? "actor" : "note";
}

function answerIn({ kind, type, data, seq }: RecordLine): GuardAnswer | undefined {
  if (kind !== "note" || type !== "guard" || typeof data !== "object" || data === null || Array.isArray(data)) return undefined;
  const { guard, result } = data as { readonly guard?: unknown; readonly result?: unknown };
  return typeof guard === "string" && typeof result === "boolean" ? { guard, result, seq } : undefined;
}
