/**
 * What is there in the database, and how its own tables are called.
 *
 * @module
 */

import type { Session } from "../session.ts";

/** The own tables of a database. */
export interface Tables {
  /** The quoted name of a table: its prefix and its own name. */
  quoted(table: string): string;
  /** How text is compared: see {@link textCollation}. */
  readonly collation: string;
  hasTable(table: string): Promise<boolean>;
  hasColumn(table: string, column: string): Promise<boolean>;
  hasIndex(table: string, index: string): Promise<boolean>;
  /** Names without the prefix of the tables whose names begin with it and then with `start`. */
  list(start: string): Promise<readonly string[]>;
}

/** Looks at the database through a session. */
export async function tablesOf(session: Session, prefix: string): Promise<Tables> {
  const has = async (view: string, condition: string, values: readonly string[]) =>
    (await session.rows(`SELECT 1 FROM information_schema.${view} WHERE table_schema = DATABASE() AND ${condition} LIMIT 1`, values))
      .length > 0;
  return {
    quoted: (table) => `\`${prefix}${table}\``,
    collation: await textCollation(session),
    hasTable: (table) => has("tables", "table_name = ?", [prefix + table]),
    hasColumn: (table, column) => has("columns", "table_name = ? AND column_name = ?", [prefix + table, column]),
    hasIndex: (table, index) => has("statistics", "table_name = ? AND index_name = ?", [prefix + table, index]),
    list: async (start) => {
      const sql = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND LEFT(table_name, ?) = ? " +
        "ORDER BY table_name";
      const begin = prefix + start;
      return (await session.rows(sql, [begin.length, begin])).map(({ name }) => String(name).slice(prefix.length));
    },
  };
}

/**
 * The collation of all own text: by code point, as SQLite compares, so that accents, case and trailing spaces count and pages have one order
 * everywhere. MariaDB and MySQL 8 call it differently. Before those, a server has only one that ignores trailing spaces: there two ids that
 * differ in nothing else are one.
 */
async function textCollation(session: Session): Promise<string> {
  const names = ["utf8mb4_nopad_bin", "utf8mb4_0900_bin"];
  const found =
    (await session.rows("SELECT collation_name AS name FROM information_schema.collations WHERE collation_name IN (?, ?)", names))
      .map(({ name }) => String(name));
  return names.find((name) => found.includes(name)) ?? "utf8mb4_bin";
}
