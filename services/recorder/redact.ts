/**
 * What of a value may be recorded. It is decided when the record is written: what was never kept cannot leak.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";

/** A value that may be written to a file. */
export type Redacted = string | number | boolean | null | readonly Redacted[] | { readonly [key: string]: Redacted };

/** Deeper structure is cut: records are milestones, not documents. */
const MAX_DEPTH = 4;
/** Keys of one object, and items of one list, that are kept; the rest is counted. */
const MAX_ITEMS = 24;
/** Characters kept of one text when transcripts are recorded: more than any spoken reply's sentence. */
const MAX_TEXT = 2_000;
/** Characters kept of an error's message. */
const MAX_MESSAGE = 300;
/**
 * Estimated bytes of one record's data after which the rest is cut. With one last text on top it stays below 16 KiB, the least that a
 * device's ring is configured to hold, so that no record is larger than its ring.
 */
const MAX_BYTES = 8 * 1_024;
/** Estimate of what one value costs beyond its characters, bytes. */
const VALUE_BYTES = 16;

/** Never recorded, whatever they hold. */
const SECRET_KEY = /token|secret|passw|authorization|cookie|api[_-]?key|credential|private/i;
/** Counts and marks whose names merely contain such a word. */
const MEASURE_KEY = /(tokens|count|ms|at|length|index)$/i;
/** Keys whose text is a word of this program, never of a person. */
const WORD_KEY =
  /^(type|kind|mode|state|status|reason|code|outcome|source|end|emotion|event|guard|goodbye|wake|job|provider|stage|method|format|level|name|tool|turn|version|language|voice|.*id)$/i;
/** What such a word looks like; anything else under these keys counts as a person's text. */
const WORD = /^[\w.:/@+-]{1,80}$/;
/** Credentials in the middle of a text. */
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi;

/** Kinds of keys that are remembered; keys from outside are many, so remembering stops there. */
const MAX_KNOWN_KEYS = 512;

/** What may be kept of the values of a name. */
export type KeyKind = "secret" | "measure" | "word" | "other";

/** What makes values recordable. */
export class Redactor {
  /** Whether texts are kept as they are; else only their length is. */
  transcripts: boolean;
  /** Estimated bytes of the values passed since it was last set to 0. */
  bytes = 0;
  readonly #keys = new Map<string, KeyKind>();

  constructor(transcripts: boolean) {
    this.transcripts = transcripts;
  }

  /** A copy of `value` that may be kept; undefined when nothing is left of it. */
  redact(value: unknown, key = "", depth = 0): Redacted | undefined {
    if (this.bytes > MAX_BYTES) return "[cut]";
    this.bytes += VALUE_BYTES;
    if (value === undefined || typeof value === "function" || typeof value === "symbol") return undefined;
    const kind = this.kindOf(key);
    if (kind === "secret" || (kind === "measure" && typeof value !== "number")) return "[redacted]";
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    if (typeof value === "bigint") return String(value);
    if (typeof value === "string") return this.#text(value, kind);
    if (value instanceof Error) return this.#error(value);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return { byteLength: value.byteLength };
    if (depth >= MAX_DEPTH) return "[deep]";
    if (Array.isArray(value)) return this.#list(value, key, depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    // Sockets, signals and actors say nothing as data, and their getters may act.
    if (prototype !== Object.prototype && prototype !== null) {
      return { object: (value.constructor as { name?: string } | undefined)?.name ?? "object" };
    }
    return this.#object(value as Record<string, unknown>, depth);
  }

  /** The payload of an event: all but its type. */
  payload(event: Record<string, unknown>): Redacted | undefined {
    return this.#object(event, 0, "type");
  }

  #object(value: Record<string, unknown>, depth: number, except?: string): Redacted | undefined {
    let copy: Record<string, Redacted> | undefined;
    let kept = 0;
    for (const key in value) {
      if (key === except) continue;
      if (kept++ >= MAX_ITEMS || this.bytes > MAX_BYTES) {
        (copy ??= {})["[more]"] = true;
        break;
      }
      const name = key.length > 64 ? `${key.slice(0, 64)}…` : key;
      const item = this.redact(value[key], key, depth + 1);
      if (item === undefined) continue;
      this.bytes += name.length;
      (copy ??= {})[name] = item;
    }
    return copy ?? (except === undefined ? {} : undefined);
  }

  #list(value: readonly unknown[], key: string, depth: number): Redacted {
    // Audio: how many there are is all that a recording says of it.
    if (key === "packets") return { items: value.length };
    const items = value.slice(0, MAX_ITEMS).map((item) => this.redact(item, key, depth + 1) ?? null);
    if (value.length > MAX_ITEMS) items.push({ more: value.length - MAX_ITEMS });
    return items;
  }

  /** Whether a text is one of this program's words, as far as its letters tell. */
  isWord(value: string): boolean {
    return WORD.test(value);
  }

  /** What the name of a value says about it. */
  kindOf(key: string): KeyKind {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const secret: KeyKind = MEASURE_KEY.test(key) ? "measure" : "secret";
    const kind = SECRET_KEY.test(key) ? secret : WORD_KEY.test(key) ? "word" : "other";
    if (this.#keys.size < MAX_KNOWN_KEYS) this.#keys.set(key, kind);
    return kind;
  }

  #text(value: string, kind: KeyKind): Redacted {
    const isWord = kind === "word" && WORD.test(value);
    if (!isWord && !this.transcripts) return { chars: value.length };
    const text = value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
    this.bytes += text.length * 2;
    return isWord ? text : text.replace(BEARER, "$1 [redacted]");
  }

  #error(error: Error): Redacted {
    // Messages of this project's errors hold no secrets and no transcripts; a library's may quote its input, so only the place is kept.
    const own = error instanceof AppError || this.transcripts;
    const frame = error.stack?.split("\n").find((line) => line.startsWith("    at "))?.trim() ?? "";
    this.bytes += MAX_MESSAGE + frame.length * 2;
    return {
      name: error.name,
      ...(error instanceof AppError ? { code: error.code } : {}),
      message: own ? error.message.slice(0, MAX_MESSAGE).replace(BEARER, "$1 [redacted]") : { chars: error.message.length },
      ...(frame === "" ? {} : { frame }),
    };
  }
}
