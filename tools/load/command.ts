/**
 * What the `load` command does, from its arguments to its exit code.
 *
 * @module
 */

import { messageOf } from "../../base/errors.ts";
import { LoadError } from "./errors.ts";
import { type LoadOptions, parseLoad, USAGE } from "./options.ts";
import { formatReport, type LoadReport } from "./report.ts";
import { drawReport } from "./svg.ts";

/** What the command needs of its surroundings. */
export interface LoadCommand {
  readonly run: (options: LoadOptions, say: (line: string) => void) => Promise<LoadReport>;
  readonly writeText: (path: string, text: string) => Promise<void>;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

/** Runs the command; the exit codes are those of {@link USAGE}. */
export async function runLoadCommand(args: readonly string[], command: LoadCommand): Promise<number> {
  const { print, printError, writeText } = command;
  try {
    const options = parseLoad(args);
    if (options === "help") {
      print(USAGE);
      return 0;
    }
    // Files that cannot be written are found out before the minutes of measuring, not after.
    for (const path of [options.json, options.svg]) if (path !== undefined) await writable(path, writeText);
    // Progress is no part of what a person may send to a file.
    const report = await command.run(options, (line) => printError(`${line}\n`));
    print(`\n${report.machine}, then ${report.loadAverage[1].toFixed(1)}\n\n${report.method}\n\n${formatReport(report)}`);
    if (options.json !== undefined) await writeText(options.json, `${JSON.stringify(report, null, 2)}\n`);
    if (options.svg !== undefined) await writeText(options.svg, drawReport(report));
    return 0;
  } catch (error) {
    const usage = error instanceof LoadError && error.code === "usage";
    printError(`${messageOf(error)}${usage ? "\nTry: deno task load --help" : ""}\n`);
    return usage ? 2 : 3;
  }
}

async function writable(path: string, writeText: LoadCommand["writeText"]): Promise<void> {
  try {
    await writeText(path, "");
  } catch (cause) {
    throw new LoadError(`Cannot write ${path}: ${messageOf(cause)}; name a file in a folder that exists below ./data, ./docs or /tmp`, {
      code: "usage",
      cause,
    });
  }
}
