/**
 * Text as it is kept, and as it is searched. A search finds the same turns in every database, because texts are folded here and compared
 * by code point there.
 *
 * @module
 */

import { type RawBuilder, sql, type SqlBool } from "kysely";
import { HistoryError } from "../errors.ts";

/** Characters that may be searched for. */
export const MAX_SEARCH_CHARACTERS = 200;

/**
 * Text that every database gives back as it was: SQLite's text ends at the first NUL when it is read, and half of a surrogate pair has no
 * UTF-8. Both become U+FFFD.
 */
export function storedText(value: string): string {
  return value.toWellFormed().replaceAll("\0", "\uFFFD");
}

/**
 * Text with what a search ignores taken out: upper and lower case, and the width and presentation of characters (Unicode NFKC), so that
 * `ＡＢＣ` and `abc` are the same.
 */
export function foldText(value: string): string {
  // Lower case of Σ depends on where in a word it stands, which a part of a word does not know.
  return storedText(value).normalize("NFKC").toLowerCase().replaceAll("ς", "σ");
}

/** What is searched of a turn: both sides, on lines of their own, so that no word is found across them. */
export function searchText(userText: string, replyText: string): string {
  return `${foldText(userText)}\n${foldText(replyText)}`;
}

/**
 * The words of a search, each once: what white space separates. Within a text without spaces, such as Chinese, a word is found wherever it
 * stands.
 *
 * @throws {HistoryError} `history_failed` for more than {@link MAX_SEARCH_CHARACTERS}.
 */
export function searchWords(text: string): readonly string[] {
  const characters = [...text].length;
  if (characters > MAX_SEARCH_CHARACTERS) {
    throw new HistoryError(`Cannot search for ${characters} characters; expected 1 to ${MAX_SEARCH_CHARACTERS}`, "history_failed");
  }
  return [...new Set(foldText(text).split(/\s+/u).filter((word) => word !== ""))];
}

/** That all words occur in a row of `turns`. `instr` has no wildcards, so no character of a word means more than itself. */
export function containsAll(words: readonly string[]): RawBuilder<SqlBool> {
  const each = words.map((word) => sql`instr(${sql.ref("turns.search_text")}, ${word}) > 0`);
  return sql<SqlBool>`(${sql.join(each, sql` and `)})`;
}
