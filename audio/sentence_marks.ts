/**
 * Which punctuation ends a sentence. Works on graphemes, and says "wait" when the answer depends on text that has not come yet.
 *
 * @module
 */

import { isSolid } from "./text.ts";

/** A verdict, or that more text is needed for one. */
export type Verdict = boolean | "wait";

/** Marks that end a sentence whatever follows: Chinese, Japanese, Arabic, Urdu, Devanagari. */
const FULL = /^[。｡！？；︒؟۔।]$/u;

/** Marks that may also stand inside a sentence: in numbers, names and addresses, or as a pause. */
const LATIN = /^[.!?…‥]$/u;

/** Marks between the parts of a sentence. */
const WEAK = /^[，、：,;:—–]$/u;
const LATIN_WEAK = /^[,;:]$/;

/** Marks after which a first piece sounds unfinished. */
const ENUMERATION = "、";

/** What belongs to the mark before it: quotes, brackets, ends of markdown emphasis. */
const CLOSERS = /^[”’」』）)］\]】》〉»'*_`~～]$/u;
const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator})/u;

const SPACE = /^\s/u;
const NEWLINE = /[\n\r\u2028\u2029]/;

/** Words before a full stop that does not end a sentence. */
const ABBREVIATIONS = new Set([
  "mr",
  "mrs",
  "ms",
  "dr",
  "prof",
  "sr",
  "jr",
  "st",
  "mt",
  "vs",
  "e.g",
  "i.e",
  "cf",
  "fig",
  "vol",
  "approx",
  "dept",
  "est",
]);

/** Abbreviations only before a number: "No. 5", but "Oh no. We ...". */
const BEFORE_NUMBER = new Set(["no", "nos", "p", "pp", "ch", "sec", "art"]);

/** Dotted abbreviations that often end a sentence, unlike "U.S." */
const DOTTED_ENDS = new Set(["a.m", "p.m"]);

/** Longest word that is looked at as an abbreviation. */
const MAX_ABBREVIATION = 12;

/**
 * The end of a run of marks and what belongs to them that begins at `at`; `at` itself when no mark stands there.
 */
export function markRun(text: readonly string[], at: number, ended: boolean): number | "wait" {
  const first = text[at]!;
  if (!FULL.test(first) && !LATIN.test(first) && !WEAK.test(first)) return at;
  const strong = !WEAK.test(first);
  let end = at + 1;
  while (end < text.length && strong && belongs(text, end)) end++;
  // The run may go on, and its last grapheme may still change, with the text to come.
  return end === text.length && !ended ? "wait" : end;
}

/** Whether a run of marks from `at` to `end` ends a sentence. */
export function isEnd(text: readonly string[], at: number, end: number, ended: boolean): Verdict {
  const run = text.slice(at, end);
  if (WEAK.test(run[0]!)) return false;
  if (run.some((one) => FULL.test(one))) return true;
  const next = text[end];
  if (next === undefined) return true;
  if (run.some((one) => one === "!" || one === "?")) return SPACE.test(next) || isSolid(next);
  if (isSolid(next)) return !/\p{N}$/u.test(text[at - 1] ?? "");
  return SPACE.test(next) && fullStopEnds(text, at, end, ended);
}

/** Whether a first piece, or one that grows too long, may end at a run of marks. */
export function isWeakEnd(text: readonly string[], at: number, end: number): boolean {
  const mark = text[at]!;
  if (!WEAK.test(mark) || mark === ENUMERATION) return false;
  const next = text[end];
  if (next !== undefined && /^\p{N}/u.test(next)) return false;
  return !LATIN_WEAK.test(mark) || next === undefined || SPACE.test(next) || isSolid(next);
}

/** A full stop before white space: what stands on both sides decides. */
function fullStopEnds(text: readonly string[], at: number, end: number, ended: boolean): Verdict {
  let after = end;
  while (after < text.length && SPACE.test(text[after]!) && !NEWLINE.test(text[after]!)) after++;
  const next = text[after];
  if (next === undefined) return ended || "wait";
  if (NEWLINE.test(next)) return true;
  const before = text.slice(Math.max(0, at - MAX_ABBREVIATION), at).join("");
  // "1. Open the door" is an item of a list.
  if (/^\s*(?:\p{N}{1,3}|\p{L})$/u.test(text.slice(0, at).join(""))) return false;
  const word = /(?:^|[^\p{L}\p{N}.])((?:\p{L}+\.)*\p{L}+)$/u.exec(before)?.[1] ?? "";
  const lower = word.toLowerCase();
  if (ABBREVIATIONS.has(lower)) return false;
  if (BEFORE_NUMBER.has(lower) && /^\p{N}/u.test(next)) return false;
  if (DOTTED_ENDS.has(lower)) return !/^\p{Ll}/u.test(next);
  // "U.S." and the initial of a name; "I" is more often the pronoun.
  if (word.includes(".") || (/^\p{Lu}$/u.test(word) && word !== "I")) return false;
  return !/^\p{Ll}/u.test(next);
}

function belongs(text: readonly string[], position: number): boolean {
  const one = text[position]!;
  if (FULL.test(one) || LATIN.test(one) || CLOSERS.test(one) || EMOJI.test(one)) return true;
  // A straight quote closes when an odd number of them stands before it.
  return one === '"' && text.slice(0, position).filter((other) => other === '"').length % 2 === 1;
}
