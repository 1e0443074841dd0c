/**
 * Sets up logging for a process.
 *
 * @module
 */

import { configureSync, getConfig, getLogger, type Logger, resetSync } from "@logtape/logtape";
import type { Config } from "../config/schema.ts";
import { jsonFormat, prettyFormat } from "./formats.ts";
import { SECRET_FIELDS, TRANSCRIPT_FIELDS } from "./redaction.ts";
import { lineSink, writeStdout } from "./sink.ts";

/** Root of all categories of this project. */
export const ROOT_CATEGORY = "xiaozhi";

/** How to log. */
export interface LoggingOptions {
  /** The least grave records that are written. */
  readonly level: Config["log"]["level"];
  /** `auto` is `pretty` on a terminal, else `json`. */
  readonly format: Config["log"]["format"];
  /** Whether properties that hold what people said are written; false by default. */
  readonly transcripts?: boolean;
  /** Takes whole lines; standard output by default. */
  readonly write?: (lines: string) => void;
  /** Whether a terminal reads the lines; by default whether standard output is one. */
  readonly terminal?: boolean;
  /** Whether `pretty` is in colour; by default on a terminal without `NO_COLOR`. */
  readonly colours?: boolean;
}

/** Logging while it lasts: disposal ends it, unless something else has been set up since. */
export function configureLogging(options: LoggingOptions): AsyncDisposable {
  const { level, transcripts = false, write = writeStdout, terminal = Deno.stdout.isTerminal() } = options;
  const { colours = terminal && !Deno.noColor } = options;
  const pretty = options.format === "pretty" || (options.format === "auto" && terminal);
  const sink = lineSink({
    format: pretty ? prettyFormat({ colours }) : jsonFormat(),
    write,
    redact: transcripts ? SECRET_FIELDS : [...SECRET_FIELDS, ...TRANSCRIPT_FIELDS],
  });
  configureSync({
    reset: true,
    sinks: { lines: sink },
    loggers: [
      { category: ROOT_CATEGORY, sinks: ["lines"], lowestLevel: level },
      { category: ["logtape", "meta"], sinks: ["lines"], lowestLevel: "warning" },
    ],
  });
  const mine = getConfig();
  return {
    [Symbol.asyncDispose]: () => {
      if (getConfig() === mine) resetSync();
      return Promise.resolve();
    },
  };
}

/** A logger below the project's root: `createLogger("history")`, `createLogger(["device", "link"])`. */
export function createLogger(category: string | readonly string[]): Logger {
  return getLogger([ROOT_CATEGORY, ...[category].flat()]);
}
