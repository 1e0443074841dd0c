/**
 * Sets up logging for a process.
 *
 * @module
 */

import { configureSync, getConfig, getLogger, type Logger, resetSync } from "@logtape/logtape";
import type { Config } from "../config/schema.ts";
import { jsonFormat, prettyFormat } from "./formats.ts";
import { SECRET_FIELDS, TRANSCRIPT_FIELDS } from "./redaction.ts";
import { logContexts } from "./context.ts";
import { LineWriter } from "./line_writer.ts";
import { lineSink } from "./sink.ts";

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
  /** Takes whole lines at once; by default they are written to standard output without anybody waiting. */
  readonly write?: (lines: string) => void;
  /** Whether a terminal reads the lines; by default whether standard output is one. */
  readonly terminal?: boolean;
  /** Whether `pretty` is in colour; by default on a terminal without `NO_COLOR`. */
  readonly colours?: boolean;
}

/** Logging while it lasts: disposal writes what waits and ends it, unless something else has been set up since. */
export interface Logging extends AsyncDisposable {
  /** Logs differently from now on. */
  reconfigure(options: Pick<LoggingOptions, "level" | "format" | "transcripts">): void;
  /** Writes text for people between the lines. It is lost where the lines are. */
  print(text: string): void;
}

/** Sets logging up. */
export function configureLogging(options: LoggingOptions): Logging {
  const writer = new LineWriter({ write: (bytes) => Deno.stdout.write(bytes) });
  const write = options.write ?? ((lines: string) => writer.put(lines));
  const contextLocalStorage = logContexts();
  let mine = apply(options, write, () => writer.takeLost(), contextLocalStorage);
  return {
    reconfigure(changes) {
      if (getConfig() === mine) mine = apply({ ...options, ...changes }, write, () => writer.takeLost(), contextLocalStorage);
    },
    print(text) {
      try {
        write(text);
      } catch {
        // Nobody reads.
      }
    },
    async [Symbol.asyncDispose]() {
      if (getConfig() === mine) resetSync();
      await writer[Symbol.asyncDispose]();
    },
  };
}

function apply(
  options: LoggingOptions,
  write: (lines: string) => void,
  takeLost: () => number,
  contextLocalStorage: ReturnType<typeof logContexts>,
): ReturnType<typeof getConfig> {
  const { level, transcripts = false, terminal = Deno.stdout.isTerminal() } = options;
  const { colours = terminal && !Deno.noColor } = options;
  const pretty = options.format === "pretty" || (options.format === "auto" && terminal);
  const sink = lineSink({
    format: pretty ? prettyFormat({ colours }) : jsonFormat(),
    write,
    takeLost,
    redact: transcripts ? SECRET_FIELDS : [...SECRET_FIELDS, ...TRANSCRIPT_FIELDS],
  });
  configureSync({
    reset: true,
    contextLocalStorage,
    sinks: { lines: sink },
    loggers: [
      { category: ROOT_CATEGORY, sinks: ["lines"], lowestLevel: level },
      { category: ["logtape", "meta"], sinks: ["lines"], lowestLevel: "warning" },
    ],
  });
  return getConfig();
}

/** A logger below the project's root: `createLogger("history")`, `createLogger(["device", "link"])`. */
export function createLogger(category: string | readonly string[]): Logger {
  return getLogger([ROOT_CATEGORY, ...[category].flat()]);
}
