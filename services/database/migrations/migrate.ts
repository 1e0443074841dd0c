/**
 * Brings the own tables of a database to a version, up or down, one node at a time.
 *
 * @module
 */

import { AppError } from "../../../base/errors.ts";
import type { Database } from "../database.ts";
import type { Session } from "../session.ts";
import { type Action, backupOf, type Change, type Direction } from "./change.ts";
import { journalSql, readJournal, removeEntry, type StepState, writeState } from "./journal.ts";
import { lockName, withLock } from "../lock.ts";
import { type Tables, tablesOf } from "./tables.ts";

/** How long one statement of a step may take, milliseconds: an hour builds an index of a hundred million rows. */
const STATEMENT_MS = 3_600_000;

/** One step. A step that was ever released is never edited; a change is a new step. */
export interface DatabaseStep {
  /** From 1, without gaps. */
  readonly version: number;
  readonly name: string;
  readonly changes: readonly Change[];
}

/** What {@link migrateDatabase} did, or would do. */
export interface Migrated {
  readonly from: number;
  readonly to: number;
  /** The statements that change something. */
  readonly sql: readonly string[];
}

/** How {@link migrateDatabase} goes about it. */
export interface MigrateOptions {
  readonly steps: readonly DatabaseStep[];
  /** The version to end at; the newest of `steps` by default. */
  readonly target?: number;
  /** Only says what it would do. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the steps between the version of the database and the one that is wanted. A step that stopped half-way is brought to its end first,
 * in the direction that it had. Nothing but tables under the database's prefix is touched.
 *
 * @throws {HistoryError} `history_newer`, `history_busy`, `history_unreachable`, `history_failed`; AppError `migration_unknown`.
 */
export async function migrateDatabase(database: Database, options: MigrateOptions): Promise<Migrated> {
  const { steps, dryRun = false, signal } = options;
  const newest = steps.at(-1)?.version ?? 0;
  const target = options.target ?? newest;
  if (!Number.isInteger(target) || target < 0 || target > newest) {
    throw new AppError(`Cannot migrate to version ${target}; expected 0 to ${newest}`, { code: "migration_unknown" });
  }
  // Locks by name belong to a connection: one of the pool might serve somebody else between two statements.
  const session = await database.dedicated({ signal });
  try {
    const run = new Run(database, session, await tablesOf(session, database.prefix), options);
    return dryRun
      ? await run.to(target, newest)
      : await withLock(session, lockName("migrate", database), () => run.to(target, newest), signal);
  } finally {
    session.end();
  }
}

class Run {
  readonly #database: Database;
  readonly #session: Session;
  readonly #tables: Tables;
  readonly #options: MigrateOptions;
  readonly #sql: string[] = [];

  constructor(database: Database, session: Session, tables: Tables, options: MigrateOptions) {
    this.#database = database;
    this.#session = session;
    this.#tables = tables;
    this.#options = options;
  }

  async to(target: number, newest: number): Promise<Migrated> {
    const { steps } = this.#options;
    const where = `${this.#database.server}/${this.#database.name}`;
    // Read while the lock is held: another node may just have done all of it.
    const journal = await readJournal(this.#session, this.#tables, newest, where);
    const from = journal.at(-1)?.version ?? 0;
    if (journal.length === 0 && target > 0) await this.#run(journalSql(this.#tables));
    let version = from;
    const last = journal.at(-1);
    if (last !== undefined && last.state !== "done") {
      const direction = last.state.startsWith("up") ? "up" : "down";
      await this.#step(this.#at(version), direction, last.state);
      if (direction === "down") version--;
    }
    for (const step of steps) {
      if (step.version > version && step.version <= target) await this.#step(step, "up", "up:copy");
    }
    for (const step of steps.toReversed()) {
      if (step.version <= version && step.version > target) await this.#step(step, "down", "down:copy");
    }
    return { from, to: target, sql: this.#sql };
  }

  #at(version: number): DatabaseStep {
    const step = this.#options.steps.find((each) => each.version === version);
    if (step === undefined) throw new AppError(`Cannot find migration ${version}`, { code: "migration_unknown" });
    return step;
  }

  async #step(step: DatabaseStep, direction: Direction, state: StepState): Promise<void> {
    const ways = step.changes.map((change) => change(step.version));
    const tables = this.#tables;
    if (state.endsWith(":copy")) {
      await this.#note(step, state);
      for (const table of new Set(ways.flatMap((way) => way[direction].copies))) {
        const copy = tables.quoted(backupOf(step.version, direction, table));
        // A copy that is there was being made when the step stopped, and lacks what was written since.
        await this.#run(`DROP TABLE IF EXISTS ${copy}`);
        await this.#run(`CREATE TABLE ${copy} LIKE ${tables.quoted(table)}`);
        await this.#run(`INSERT INTO ${copy} SELECT * FROM ${tables.quoted(table)}`);
      }
      await this.#note(step, `${direction}:change`);
    }
    const actions = direction === "up" ? ways.flatMap((way) => way.up.actions) : ways.toReversed().flatMap((way) => way.down.actions);
    for (const action of actions) await this.#act(action);
    // What the other way had copied has been brought back by now.
    const other = direction === "up" ? "down" : "up";
    for (const table of new Set(ways.flatMap((way) => way[other].copies))) {
      const copy = backupOf(step.version, other, table);
      if (await tables.hasTable(copy)) await this.#run(`DROP TABLE ${tables.quoted(copy)}`);
    }
    if (direction === "up") await this.#note(step, "done");
    else if (!this.#options.dryRun) await removeEntry(this.#session, tables, step.version);
  }

  async #act(action: Action): Promise<void> {
    if (!await action.isDone(this.#tables)) await this.#run(action.sql(this.#tables));
  }

  async #note({ version, name }: DatabaseStep, state: StepState): Promise<void> {
    if (this.#options.dryRun) return;
    await writeState(this.#session, this.#tables, { version, name, appliedAt: this.#database.clock.wall(), state });
  }

  async #run(sql: string): Promise<void> {
    this.#sql.push(sql);
    if (!this.#options.dryRun) await this.#session.run(sql, [], { timeoutMs: STATEMENT_MS, signal: this.#options.signal });
  }
}
