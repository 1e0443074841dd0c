/**
 * Steps of the history database in a data directory.
 *
 * @module
 */

import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";
import { lockDataDir } from "../../services/data_dir_lock.ts";
import { SqliteFile } from "../../services/history/database.ts";
import { currentVersion, migrate, migrateDown, migrations } from "../../services/history/migrations.ts";
import { HISTORY_FILE } from "../../services/history/sqlite.ts";
import type { MigrateResult, MigrateTarget } from "./target.ts";

/** The file of a data directory as a target. It must not be in use by a server that runs, except for looking. */
export function fileTarget(dataDir: string, clock: Clock): MigrateTarget {
  const path = join(dataDir, HISTORY_FILE);
  const newest = migrations.at(-1)?.version ?? 0;
  return {
    name: `file ${path}`,
    newest,
    status: async () => {
      const applied = new Map<number, number>();
      if (await exists(path)) {
        using db = new SqliteFile(path, { readOnly: true });
        if (versionOf(db) > 0) {
          const rows = db.prepare("SELECT version, applied_at FROM schema_migrations").all();
          for (const row of rows) applied.set(Number(row.version), Number(row.applied_at));
        }
      }
      const steps = migrations.map(({ version, name }) => {
        const appliedAt = applied.get(version);
        return { version, name, ...(appliedAt === undefined ? {} : { appliedAt }) };
      });
      return { steps, backups: [] };
    },
    migrate: async (to, dryRun) => {
      const isThere = await exists(path);
      if (dryRun || (!isThere && to === 0)) {
        if (!isThere) return { from: 0, to, sql: plan(0, to) };
        using db = new SqliteFile(path, { readOnly: true });
        const from = versionOf(db);
        return { from, to, sql: plan(from, to) };
      }
      await using _lock = await lockDataDir(dataDir, clock);
      using db = new SqliteFile(path);
      return change(db, path, to, clock);
    },
    prune: () =>
      Promise.reject(
        new AppError(`Cannot prune ${path}: its copies are files beside it; delete those by hand`, { code: "migrate_no_backups" }),
      ),
  };
}

function change(db: SqliteFile, path: string, to: number, clock: Clock): MigrateResult {
  const from = versionOf(db);
  if (to >= from) {
    migrate(db, clock, migrations.filter((step) => step.version <= to));
    return { from, to, sql: plan(from, to) };
  }
  const copy = `${path}.v${from}.${clock.wall()}`;
  copyFile(db, path, copy);
  migrateDown(db, to);
  return { from, to, sql: plan(from, to), copy };
}

/** Copies the whole file. Deno lets SQLite attach no other file, and so not write one by VACUUM INTO. */
function copyFile(db: SqliteFile, path: string, copy: string): void {
  // The log is folded in and nobody writes meanwhile, so that the one file is all of it.
  db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
  db.transaction(() => {
    if (Deno.statSync(`${path}-wal`).size > 0) {
      throw new AppError(`Cannot copy ${path}: another program writes to it; stop that one`, { code: "history_busy", retryable: true });
    }
    Deno.copyFileSync(path, copy);
  });
}

function plan(from: number, to: number): string[] {
  const up = migrations.filter((step) => step.version > from && step.version <= to).map((step) => step.sql);
  const down = migrations.toReversed().filter((step) => step.version <= from && step.version > to)
    .map((step) => step.down ?? `-- step ${step.version} has no way back`);
  return [...up, ...down].map((sql) => sql.trim().replace(/;$/, ""));
}

function versionOf(db: SqliteFile): number {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'").get() !== undefined;
  return isMade ? currentVersion(db) : 0;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    const right = "this task may use the project folder, /data and /etc/xiaozhi alone; see permissions.migrate in deno.json";
    throw new AppError(`Cannot use '${path}': ${right}`, { code: "history_forbidden", cause: error });
  }
}
