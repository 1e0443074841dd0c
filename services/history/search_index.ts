/**
 * The index that finds candidates for a search in an SQLite file: which turns have which characters and pairs of neighbouring ones.
 *
 * SQLite's own trigram index knows nothing of words of one or two characters, of which Chinese is made. Here a word of two characters or
 * more is looked up by all its pairs, and one of a single character by that. Pairs in a turn do not prove the word, so the text decides.
 *
 * @module
 */

import { type Kysely, sql } from "kysely";
import type { ArchiveDialect } from "./archive/backend.ts";
import { containsAll } from "./archive/text.ts";
import type { SqliteFile } from "./database.ts";
import type { HistorySchema } from "./schema.ts";

/**
 * Up to so many candidates are read one by one, about 20 ms. Where there are more, the newest turns are read until the page is full,
 * which with so many to find is soon.
 */
const MANY = 2_000;
/** Pairs that are looked up for one search. More would hardly leave out another turn, and FTS5 bounds the depth of a query. */
const MAX_PAIRS = 48;
/** Characters of a token for one code point: four digits of base 36 hold all of Unicode. */
const WIDTH = 4;

/** Finds candidates in the index, as long as there are not too many of them. */
export function indexedSearch(db: Kysely<HistorySchema>): ArchiveDialect["matching"] {
  return function* (words) {
    const query = pairQuery(words);
    const found = (yield sql`SELECT rowid AS id FROM turn_pairs WHERE turn_pairs MATCH ${query} LIMIT ${MANY + 1}`.compile(db)).rows;
    const matches = containsAll(words);
    if (found.length > MANY) return matches;
    const ids = JSON.stringify(found.map((row) => (row as { id: number }).id));
    return sql`(${sql.ref("turns.search_id")} IN (SELECT value FROM json_each(${ids})) AND ${matches})`;
  };
}

/** Puts the committed turns that are not in the index into it. */
export function indexTurns(db: SqliteFile): void {
  const missing = db.prepare("SELECT turn_id, search_text FROM turns WHERE search_id IS NULL AND outcome IS NOT NULL LIMIT 1000");
  const last = db.prepare("SELECT coalesce(max(search_id), 0) AS id FROM turns");
  const number = db.prepare("UPDATE turns SET search_id = ? WHERE turn_id = ?");
  const insert = db.prepare("INSERT INTO turn_pairs (rowid, pairs) VALUES (?, ?)");
  for (let rows = missing.all(); rows.length > 0; rows = missing.all()) {
    let id = Number(last.get()?.id);
    for (const row of rows) {
      insert.run(++id, pairTokens(String(row.search_text)));
      number.run(id, String(row.turn_id));
    }
  }
}

/** The tokens of a folded text, each once. */
export function pairTokens(text: string): string {
  const tokens = new Set<string>();
  let before = "";
  for (const character of text) {
    const code = /\s/u.test(character) ? "" : digits(character);
    if (code !== "") tokens.add(code).add(before + code);
    before = code;
  }
  return [...tokens].join(" ");
}

/** What the index is asked for folded words without white space. */
export function pairQuery(words: readonly string[]): string {
  const terms = new Set<string>();
  for (const word of words) {
    const codes = [...word].map(digits);
    if (codes.length === 1) terms.add(`"${codes[0]}"`);
    for (let at = 1; at < codes.length; at++) terms.add(`"${codes[at - 1]}${codes[at]}"`);
  }
  return [...terms].slice(0, MAX_PAIRS).join(" ");
}

function digits(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(36).padStart(WIDTH, "0");
}
