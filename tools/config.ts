/**
 * `deno task config`: shows the configuration in force, the table of all keys, and what was changed at run time, and takes changes back.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { getLogger } from "@logtape/logtape";
import { systemClock } from "../base/clock.ts";
import { AppError, messageOf } from "../base/errors.ts";
import { systemRandom } from "../base/random.ts";
import { type ChangeOutcome, type ConfigChange, type Effect, LiveConfig, shown } from "../services/config/live/mod.ts";
import { type Config, type ConfigEntry, loadSystemLayers } from "../services/config/mod.ts";
import { lockDataDir } from "../services/data_dir_lock.ts";
import { loadOrCreateKey } from "../services/tokens.ts";
import { print, printError } from "./output.ts";
import { formatTable } from "./table.ts";

const HELP = `Shows every configuration key with its value and where that came from. Secrets are masked.

  deno task config [options]
  deno task config changes [options]         who changed what while the server ran, and when; the latest first
  deno task config rollback [N] [options]    restores what was before change N, before the latest by default

  --config <file>  read this file; else XIAOZHI_CONFIG names one, else ./config.yaml if there is one
  --check          only say whether the configuration is right
  --json           changes as JSON lines
  --markdown       print the table of all keys for the README instead
  --help           this text

A rollback is done by the server where one runs, and in the data directory where none does. Secrets and files stay as they are.
The exit code is 1 when the configuration is wrong or cannot be changed, 2 when the options are wrong.
`;

/** Width where there is no terminal to ask, such as in a pipe: wide enough that few values wrap. */
const NO_TERMINAL_WIDTH = 160;

/** What {@link showConfig} needs of its surroundings. */
export interface ConfigToolOptions {
  readonly args: readonly string[];
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  /** Opens the configuration as the server does, with these arguments and what was changed at run time. */
  readonly open: (args: readonly string[]) => Promise<LiveConfig>;
  /** Takes the data directory; rejects with the code `already_running` where a server has it. */
  readonly lock: (dataDir: string) => Promise<AsyncDisposable>;
  /** Asks the server that runs. */
  readonly fetch: typeof fetch;
  /** Terminal columns. */
  readonly width?: number;
}

/**
 * Runs the command.
 *
 * @returns The exit code.
 */
export async function showConfig(options: ConfigToolOptions): Promise<number> {
  let flags: ReturnType<typeof parse>;
  try {
    flags = parse(options.args);
  } catch (error) {
    options.printError(`${messageOf(error)}\n\n${HELP}`);
    return 2;
  }
  if (flags.help) {
    options.print(HELP);
    return 0;
  }
  try {
    const live = await options.open(flags.config === undefined ? [] : ["--config", flags.config]);
    if (flags.command === "changes") {
      options.print(flags.json ? formatLines(live.changes) : formatChanges(live.changes, options.width ?? NO_TERMINAL_WIDTH));
      return 0;
    }
    if (flags.command === "rollback") {
      options.print(`${await rollBack(live, flags.number, options)}\n`);
      return 0;
    }
    const { entries } = live;
    if (flags.markdown) options.print(formatMarkdown(entries));
    else if (flags.check) options.print(`Configuration is right: ${entries.length} keys, ${changed(entries)} of them set\n`);
    else options.print(formatEntries(entries, options.width ?? NO_TERMINAL_WIDTH));
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    options.printError(`${error.message}\n`);
    return 1;
  }
}

/** The values in force as columns: key, value, source. */
export function formatEntries(entries: readonly ConfigEntry[], width: number): string {
  return formatTable(
    [{ title: "Key" }, { title: "Value", flexible: true }, { title: "Source" }],
    entries.map(({ path, value, source }) => [path, JSON.stringify(value), source]),
    width,
  );
}

/** The keys as a Markdown table: path, variable, type, default, meaning. */
export function formatMarkdown(entries: readonly ConfigEntry[]): string {
  const rows = entries.map((entry) => [
    `\`${entry.path}\``,
    `\`${entry.variable}\``,
    entry.type,
    `\`${JSON.stringify(entry.default)}\``,
    entry.meaning,
  ]);
  return [
    "| Key | Variable | Type | Default | Meaning |",
    "|---|---|---|---|---|",
    ...rows.map((cells) => `| ${cells.map(escaped).join(" | ")} |`),
  ]
    .join("\n") + "\n";
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|");
}

function changed(entries: readonly ConfigEntry[]): number {
  return entries.filter((entry) => entry.source !== "default").length;
}

async function rollBack(live: LiveConfig, number: number | undefined, { lock, fetch }: ConfigToolOptions): Promise<string> {
  try {
    await using _ = await lock(live.config.dataDir);
    return told(await live.rollback(number, { by: "deno task config", via: "command" }));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "already_running") throw error;
    return await askServer(live.config, number, fetch);
  }
}

/** The server writes its record itself; from its own machine it asks for no password. */
async function askServer({ server: { host, port } }: Config, number: number | undefined, ask: typeof fetch): Promise<string> {
  const url = `http://${
    host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host
  }:${port}/api/config/rollback`;
  let response: Response;
  try {
    const headers = { "content-type": "application/json" };
    response = await ask(url, { method: "POST", headers, body: JSON.stringify(number === undefined ? {} : { number }) });
  } catch (error) {
    throw new AppError(`Cannot ask the server that runs, at ${url}: ${messageOf(error)}`, { code: "server_unreachable", cause: error });
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) return told(body);
  throw new AppError(`The server refused (${response.status}): ${[body.title, body.detail].filter(Boolean).join(": ")}`, {
    code: "refused",
  });
}

function told({ number, changes, skipped }: Pick<ChangeOutcome, "number" | "changes" | "skipped">): string {
  const lines = changes.map(({ key, before, after, effect }) => `  ${key}: ${text(before)} -> ${text(after)}, ${EFFECTS[effect]}`);
  return [
    number === undefined ? "Everything is so already" : `Restored; this is change ${number} now`,
    ...lines,
    ...(skipped.length === 0 ? [] : [`Secrets that differ and stay as they are: ${skipped.join(", ")}`]),
  ].join("\n");
}

const EFFECTS: Readonly<Record<Effect, string>> = {
  now: "felt at once",
  next_turn: "felt by the next turn",
  next_connection: "felt by the next connection",
  restart: "felt after a restart",
};

function text(value: unknown): string {
  return JSON.stringify(shown(value)) ?? "nothing";
}

function formatChanges(changes: readonly ConfigChange[], width: number): string {
  const rows = changes.toReversed().map(({ number, at, by, via, restores, changes }) => [
    String(number),
    new Date(at).toISOString(),
    restores === undefined ? `${by} (${via})` : `${by} (${via} of ${restores})`,
    changes.map(({ key, before, after }) => `${key}: ${text(before)} -> ${text(after)}`).join("; "),
  ]);
  return formatTable([{ title: "Number" }, { title: "Time" }, { title: "By" }, { title: "Changes", flexible: true }], rows, width);
}

function formatLines(changes: readonly ConfigChange[]): string {
  return changes.toReversed().map(({ number, at, by, via, restores, changes }) =>
    `${
      JSON.stringify({
        number,
        at,
        by,
        via,
        restores,
        changes: changes.map((each) => ({ ...each, before: shown(each.before), after: shown(each.after) })),
      })
    }\n`
  ).join("");
}

function parse(args: readonly string[]) {
  const flag = { type: "boolean", default: false } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { config: { type: "string" }, check: flag, json: flag, markdown: flag, help: { ...flag, short: "h" } },
  });
  const [command, number, ...rest] = positionals;
  if (command !== undefined && command !== "changes" && command !== "rollback") {
    throw new AppError(`Unknown command '${command}': expected changes or rollback`, { code: "usage" });
  }
  if (rest.length > 0 || (number !== undefined && (command !== "rollback" || !/^[1-9]\d*$/.test(number)))) {
    throw new AppError(`Unexpected '${positionals.slice(1).join(" ")}': rollback takes the number of a change, changes takes nothing`, {
      code: "usage",
    });
  }
  return { ...values, command, number: number === undefined ? undefined : Number(number) };
}

if (import.meta.main) {
  Deno.exitCode = await showConfig({
    args: Deno.args,
    print,
    printError,
    open: (args) =>
      LiveConfig.open({
        clock: systemClock(),
        logger: getLogger("config"),
        load: () => loadSystemLayers(args),
        secret: (dataDir) => loadOrCreateKey(dataDir, systemRandom()),
      }),
    lock: lockDataDir,
    fetch,
    ...Deno.stdout.isTerminal() && { width: Deno.consoleSize().columns },
  });
}
