/**
 * `deno task migrate`: shows and changes the version of the database that keeps the history.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { type Clock, systemClock } from "../base/clock.ts";
import { AppError, messageOf } from "../base/errors.ts";
import { type Random, systemRandom } from "../base/random.ts";
import { type Config, loadSystemConfig } from "../services/config/mod.ts";
import { openDatabase } from "../services/database/database.ts";
import { fileTarget } from "./migrate/file.ts";
import { serverTarget } from "./migrate/server.ts";
import type { MigrateResult, MigrateTarget } from "./migrate/target.ts";
import { print } from "./output.ts";
import { formatTable } from "./table.ts";

const HELP =
  `Shows and changes the version of the database that keeps the history: of the server in database.host, or of the file in the data
directory where there is none.

  deno task migrate status [options]   which steps are there
  deno task migrate up [options]       runs the steps that are missing; the server does the same when it starts
  deno task migrate down [options]     takes the last step back, or all down to --to; stop the servers first
  deno task migrate prune [options]    drops the tables into which steps copied what they changed

  --to <version>     where to end; 0 is before the first step
  --dry-run          prints the SQL and changes nothing
  --config <file>    configuration that names the database; else the server's own
  --data-dir <path>  data directory, whatever the configuration says; only without database.host
  --help             this text

What a step changes or drops is copied first and brought back by the way down. A step that was cut off is ended by the next run.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 steps are missing (status alone).
`;

/** Exit codes. */
const DONE = 0;
const FAILED = 1;
const WRONG_USE = 2;
const BEHIND = 3;

/** What {@link migrateTool} needs of its surroundings. */
export interface MigrateToolOptions {
  readonly args: readonly string[];
  readonly write: (text: string) => void;
  readonly clock: Clock;
  readonly random: Random;
  /** Finds the configuration as the server does, with these arguments. */
  readonly config: (args: readonly string[]) => Promise<Pick<Config, "dataDir" | "database">>;
}

/**
 * Runs the command.
 *
 * @returns The exit code.
 */
export async function migrateTool(options: MigrateToolOptions): Promise<number> {
  const { write, clock, random } = options;
  let flags: Flags;
  try {
    flags = parse(options.args);
  } catch (error) {
    write(`${messageOf(error)}\n\n${HELP}`);
    return WRONG_USE;
  }
  if (flags.help) {
    write(HELP);
    return DONE;
  }
  try {
    const { dataDir, database: config } = await options.config(flags.config === undefined ? [] : ["--config", flags.config]);
    if (config.host === "") return await run(fileTarget(flags.dataDir ?? dataDir, clock), flags, write);
    await using database = await openDatabase({ config, clock, random });
    return await run(serverTarget(database), flags, write);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    write(`${error.message}\n`);
    return FAILED;
  }
}

type Command = "status" | "up" | "down" | "prune";

interface Flags {
  readonly command: Command;
  readonly to: number | undefined;
  readonly dryRun: boolean;
  readonly config: string | undefined;
  readonly dataDir: string | undefined;
  readonly help: boolean;
}

function parse(args: readonly string[]): Flags {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { to: text, "dry-run": flag, config: text, "data-dir": text, help: { ...flag, short: "h" } },
  });
  const [command = "", ...more] = positionals;
  if (!values.help && (!isCommand(command) || more.length > 0)) {
    throw new RangeError(`Expected one of status, up, down and prune${command === "" ? "" : `, not '${positionals.join(" ")}'`}`);
  }
  const to = values.to === undefined ? undefined : Number(values.to);
  if (to !== undefined && (!Number.isInteger(to) || to < 0)) throw new RangeError(`Option --to takes a version from 0, not '${values.to}'`);
  return {
    command: isCommand(command) ? command : "status",
    to,
    dryRun: values["dry-run"],
    config: values.config,
    dataDir: values["data-dir"],
    help: values.help,
  };
}

function isCommand(word: string): word is Command {
  return word === "status" || word === "up" || word === "down" || word === "prune";
}

async function run(target: MigrateTarget, { command, to, dryRun }: Flags, write: (text: string) => void): Promise<number> {
  if (command === "prune") {
    const names = dryRun ? (await target.status()).backups : await target.prune();
    write(names.length === 0 ? "There are no copies.\n" : `${dryRun ? "Would drop" : "Dropped"} ${names.join(", ")}.\n`);
    return DONE;
  }
  const { steps, backups } = await target.status();
  const version = Math.max(0, ...steps.filter((step) => step.appliedAt !== undefined).map((step) => step.version));
  if (command === "status") {
    write(`Version ${version} of ${target.newest}: ${target.name}\n\n`);
    write(formatTable(
      [{ title: "Step", align: "right" }, { title: "Name" }, { title: "Applied" }],
      steps.map(({ version, name, appliedAt, isHalfDone }) => [String(version), name, isHalfDone ? "cut off" : when(appliedAt)]),
      Infinity,
    ));
    if (backups.length > 0) write(`\nCopies that steps made: ${backups.join(", ")}\n`);
    return version < target.newest || steps.some((step) => step.isHalfDone) ? BEHIND : DONE;
  }
  const end = to ?? (command === "up" ? target.newest : Math.max(0, version - 1));
  if (end > target.newest) throw new AppError(`Cannot go to version ${end}; expected 0 to ${target.newest}`, { code: "migration_unknown" });
  if (command === "up" ? end < version : end > version) {
    throw new AppError(`Cannot go ${command} from version ${version} to ${end}; use ${command === "up" ? "down" : "up"}`, {
      code: "migration_unknown",
    });
  }
  write(report(target, await target.migrate(end, dryRun), dryRun));
  return DONE;
}

function report(target: MigrateTarget, { from, to, sql, copy }: MigrateResult, dryRun: boolean): string {
  if (dryRun) return sql.length === 0 ? `-- version ${to} already\n` : sql.map((statement) => `${statement};\n`).join("\n");
  const kept = copy === undefined ? "" : `The file as it was is ${copy}.\n`;
  return sql.length === 0 ? `Version ${to} already: ${target.name}\n` : `${kept}Version ${from} is now ${to}: ${target.name}\n`;
}

function when(appliedAt: number | undefined): string {
  return appliedAt === undefined ? "missing" : new Date(appliedAt).toISOString();
}

if (import.meta.main) {
  Deno.exitCode = await migrateTool({
    args: Deno.args,
    write: print,
    clock: systemClock(),
    random: systemRandom(),
    config: async (args) => (await loadSystemConfig(args)).config,
  });
}
