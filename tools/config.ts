/**
 * `deno task config`: shows the configuration in force, or the table of all keys.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { messageOf } from "../base/errors.ts";
import { type ConfigEntry, ConfigError, type LoadedConfig, loadSystemConfig } from "../services/config/mod.ts";
import { print, printError } from "./output.ts";
import { formatTable } from "./table.ts";

const HELP = `Shows every configuration key with its value and where that came from. Secrets are masked.

  deno task config [options]

  --config <file>  read this file; else XIAOZHI_CONFIG names one, else ./config.yaml if there is one
  --check          only say whether the configuration is right
  --markdown       print the table of all keys for the README instead
  --help           this text

The exit code is 1 when the configuration is wrong, 2 when the options are.
`;

/** Width where there is no terminal to ask, such as in a pipe: wide enough that few values wrap. */
const NO_TERMINAL_WIDTH = 160;

/** What {@link showConfig} needs of its surroundings. */
export interface ConfigToolOptions {
  readonly args: readonly string[];
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  /** Loads the configuration as the server does, with these arguments. */
  readonly load: (args: readonly string[]) => Promise<LoadedConfig>;
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
    const { entries } = await options.load(flags.config === undefined ? [] : ["--config", flags.config]);
    if (flags.markdown) options.print(formatMarkdown(entries));
    else if (flags.check) options.print(`Configuration is right: ${entries.length} keys, ${changed(entries)} of them set\n`);
    else options.print(formatEntries(entries, options.width ?? NO_TERMINAL_WIDTH));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
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

function parse(args: readonly string[]) {
  const flag = { type: "boolean", default: false } as const;
  return parseArgs({
    args: [...args],
    options: { config: { type: "string" }, check: flag, markdown: flag, help: { ...flag, short: "h" } },
  }).values;
}

if (import.meta.main) {
  Deno.exitCode = await showConfig({
    args: Deno.args,
    print,
    printError,
    load: loadSystemConfig,
    ...Deno.stdout.isTerminal() && { width: Deno.consoleSize().columns },
  });
}
