/**
 * Changes of the schema, each of which knows its way back.
 *
 * The server commits every such statement at once, so a step can stop between any two of them. Each action therefore looks whether it was
 * done already, and a step that stopped is simply run again.
 *
 * @module
 */

import type { Tables } from "./tables.ts";

/** Which way a step is run. */
export type Direction = "up" | "down";

/** A statement, unless it was done before. */
export interface Action {
  sql(tables: Tables): string;
  isDone(tables: Tables): Promise<boolean>;
}

/** One way of a change. */
export interface Way {
  /** Tables that it changes or takes data out of: copied before anything else of the step. */
  readonly copies: readonly string[];
  readonly actions: readonly Action[];
}

/** A change of a step. */
export type Change = (version: number) => Readonly<Record<Direction, Way>>;

/** The name of the copy of a table that a step made before it changed it. */
export function backupOf(version: number, direction: Direction, table: string): string {
  return `backup_${version}_${direction === "down" ? "down_" : ""}${table}`;
}

/** A table. Going down sets it aside under the name of a copy; going up again finds it there. */
export function table(name: string, columns: string): Change {
  return (version) => {
    const aside = backupOf(version, "down", name);
    const back: Action = {
      sql: (tables) => `RENAME TABLE ${tables.quoted(aside)} TO ${tables.quoted(name)}`,
      isDone: async (tables) => !await tables.hasTable(aside) || await tables.hasTable(name),
    };
    const create: Action = {
      sql: (tables) =>
        `CREATE TABLE ${tables.quoted(name)} (\n  ${columns.trim().replace(/\n\s*/g, "\n  ")}\n) ` +
        `ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE ${tables.collation}`,
      isDone: async (tables) => await tables.hasTable(name) || await tables.hasTable(aside),
    };
    const setAside: Action = {
      sql: (tables) => `RENAME TABLE ${tables.quoted(name)} TO ${tables.quoted(aside)}`,
      isDone: async (tables) => !await tables.hasTable(name),
    };
    return { up: { copies: [], actions: [create, back] }, down: { copies: [], actions: [setAside] } };
  };
}

/** A column of a table that is there, whose primary key is `key`. */
export function column(of: string, name: string, definition: string, key: string): Change {
  return (version) => ({
    up: { copies: [], actions: [addColumn(of, name, definition), restore(of, [name], key, backupOf(version, "down", of))] },
    down: { copies: [of], actions: [dropColumn(of, name)] },
  });
}

/** Takes a column away; the way back brings its values back to the rows that are still there. */
export function withoutColumn(of: string, name: string, definition: string, key: string): Change {
  return (version) => ({
    up: { copies: [of], actions: [dropColumn(of, name)] },
    down: { copies: [], actions: [addColumn(of, name, definition), restore(of, [name], key, backupOf(version, "up", of))] },
  });
}

/** An index of a table that is there; `columns` without brackets. */
export function index(of: string, name: string, columns: string): Change {
  const add: Action = {
    sql: (tables) => `ALTER TABLE ${tables.quoted(of)} ADD INDEX \`${name}\` (${columns})`,
    isDone: (tables) => tables.hasIndex(of, name),
  };
  const drop: Action = {
    sql: (tables) => `ALTER TABLE ${tables.quoted(of)} DROP INDEX \`${name}\``,
    isDone: async (tables) => !await tables.hasIndex(of, name),
  };
  return () => ({ up: { copies: [], actions: [add] }, down: { copies: [], actions: [drop] } });
}

/**
 * A change of values. It must be one that changes nothing when it is run again.
 *
 * @param set What stands after UPDATE and the name of the table.
 * @param columns What it may change, and what the way back restores.
 */
export function values(of: string, set: string, columns: readonly string[], key: string): Change {
  const update: Action = { sql: (tables) => `UPDATE ${tables.quoted(of)} ${set}`, isDone: () => Promise.resolve(false) };
  return (version) => ({
    up: { copies: [of], actions: [update] },
    down: { copies: [], actions: [restore(of, columns, key, backupOf(version, "up", of))] },
  });
}

function addColumn(of: string, name: string, definition: string): Action {
  return {
    sql: (tables) => `ALTER TABLE ${tables.quoted(of)} ADD COLUMN \`${name}\` ${definition}`,
    isDone: (tables) => tables.hasColumn(of, name),
  };
}

function dropColumn(of: string, name: string): Action {
  return {
    sql: (tables) => `ALTER TABLE ${tables.quoted(of)} DROP COLUMN \`${name}\``,
    isDone: async (tables) => !await tables.hasColumn(of, name),
  };
}

/** Brings values back from a copy, to rows that are still there: what was erased since then stays erased. */
function restore(of: string, columns: readonly string[], key: string, copy: string): Action {
  return {
    sql: (tables) =>
      `UPDATE ${tables.quoted(of)} AS t JOIN ${tables.quoted(copy)} AS b ON b.\`${key}\` = t.\`${key}\` SET ` +
      columns.map((name) => `t.\`${name}\` = b.\`${name}\``).join(", "),
    isDone: async (tables) => !await tables.hasTable(copy),
  };
}
