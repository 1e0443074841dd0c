/**
 * `deno task forget`: deletes what a device remembers of earlier conversations.
 *
 * @module
 */

import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Clock, systemClock } from "../base/clock.ts";
import { AppError, messageOf } from "../base/errors.ts";
import { loadSystemConfig } from "../services/config/mod.ts";
import { SqliteFile } from "../services/history/database.ts";
import { eraseMemory } from "../services/history/device_rows.ts";
import { currentVersion } from "../services/history/migrations.ts";
import { HISTORY_FILE } from "../services/history/sqlite.ts";
import { print } from "./output.ts";

const HELP = `Deletes what a device remembers of earlier conversations. Works while the server runs, from the next turn on.

  deno task forget <device> [options]

  <device>           such as aa:bb:cc:dd:ee:ff
  --config <file>    configuration that names the data directory; else the server's own
  --data-dir <path>  data directory, whatever the configuration says
  --help             this text

The turns themselves stay in the history, but do not come back into the memory.
`;

/** What {@link forget} needs of its surroundings. */
export interface ForgetOptions {
  readonly args: readonly string[];
  readonly write: (text: string) => void;
  readonly clock: Clock;
  /** Finds the data directory as the server does, with these arguments. */
  readonly dataDir: (args: readonly string[]) => Promise<string>;
}

/**
 * Runs the command.
 *
 * @returns The exit code.
 */
export async function forget(options: ForgetOptions): Promise<number> {
  const { write, clock } = options;
  let flags: ReturnType<typeof parse>;
  try {
    flags = parse(options.args);
  } catch (error) {
    write(`${messageOf(error)}\n\n${HELP}`);
    return 2;
  }
  if (flags.help) {
    write(HELP);
    return 0;
  }
  try {
    const dataDir = flags.dataDir ?? await options.dataDir(flags.config === undefined ? [] : ["--config", flags.config]);
    const found = await erase(join(dataDir, HISTORY_FILE), flags.device, clock.wall());
    write(found ? `Device ${flags.device} remembers nothing any more.\n` : `Device ${flags.device} remembered nothing.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    write(`${error.message}\n`);
    return 1;
  }
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { config: text, "data-dir": text, help: { type: "boolean", default: false, short: "h" } },
  });
  const [device = "", ...more] = positionals;
  if (!values.help && (device === "" || more.length > 0)) throw new RangeError("Expected the id of one device");
  return { device: device.toLowerCase(), dataDir: values["data-dir"], config: values.config, help: values.help };
}

/** Whether there was anything to forget. */
async function erase(path: string, device: string, at: number): Promise<boolean> {
  try {
    await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    const right = "this task may use ./data and /data alone; see permissions.forget in deno.json";
    throw new AppError(`Cannot use '${path}': ${right}`, { code: "history_forbidden", cause: error });
  }
  using db = new SqliteFile(path);
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'device_memory'").get() === undefined) return false;
  // A later version may keep memories elsewhere, too; then only it can tell that all is gone.
  currentVersion(db);
  return eraseMemory(db, device, at);
}

if (import.meta.main) {
  Deno.exitCode = await forget({
    args: Deno.args,
    write: print,
    clock: systemClock(),
    dataDir: async (args) => (await loadSystemConfig(args)).config.dataDir,
  });
}
