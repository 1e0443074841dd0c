/**
 * A logger that remembers, for tests of what is logged.
 *
 * @module
 */

import { configureSync, getLogger, type Logger, type LogLevel, type LogRecord, resetSync } from "@logtape/logtape";

/** A logger and what went through it. Dispose of it: LogTape's configuration is shared by the process. */
export interface CapturedLogger extends Disposable {
  /** Hand this to the code under test. */
  readonly logger: Logger;
  /** Everything logged so far, in order. */
  readonly records: readonly LogRecord[];
  /** The messages with their properties filled in, of one level or of all. */
  messages(level?: LogLevel): string[];
}

const CATEGORY = "captured";
const open = new Map<string, LogRecord[]>();
let made = 0;

/** Makes a logger: `using log = captureLogger()`. Several may be open at once; each hears only its own records. */
export function captureLogger(): CapturedLogger {
  const id = String(++made);
  const records: LogRecord[] = [];
  if (open.size === 0) {
    configureSync({
      reset: true,
      sinks: { capture: (record) => void open.get(record.category[1] ?? "")?.push(settled(record)) },
      loggers: [
        { category: CATEGORY, sinks: ["capture"], lowestLevel: "trace" },
        { category: ["logtape", "meta"], sinks: [], lowestLevel: "error" },
      ],
    });
  }
  open.set(id, records);
  return {
    logger: getLogger([CATEGORY, id]),
    records,
    messages: (level) => records.filter((record) => level === undefined || record.level === level).map(rendered),
    [Symbol.dispose]: () => {
      if (open.delete(id) && open.size === 0) resetSync();
    },
  };
}

/** A record without what its properties were made from, which a lazy one would keep from being garbage. */
function settled({ category, level, timestamp, rawMessage, message, properties }: LogRecord): LogRecord {
  return { category, level, timestamp, rawMessage, message: [...message], properties: { ...properties } };
}

/** The text of a record as a person would read it. */
function rendered(record: LogRecord): string {
  return record.message.map((part, index) => index % 2 === 0 || typeof part === "string" ? String(part) : Deno.inspect(part)).join("");
}
