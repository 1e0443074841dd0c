/**
 * Where log lines go.
 *
 * @module
 */

import type { LogRecord, Sink, TextFormatter } from "@logtape/logtape";
import { redactByField } from "@logtape/redaction";
import { REDACTED } from "./redaction.ts";

/** What {@link lineSink} needs. */
export interface LineSinkOptions {
  readonly format: TextFormatter;
  /** Takes one line or several, each with its end. May throw. */
  readonly write: (lines: string) => void;
  /** How many lines that were taken could not be written since this was last asked. */
  readonly takeLost?: () => number;
  /** Properties that are not written. */
  readonly redact: readonly RegExp[];
}

/**
 * A sink that never throws. Lines that could not be written (a full disk, a pipe without reader) are counted, and the next line that can
 * be written says how many are missing.
 */
export function lineSink({ format, write, takeLost = () => 0, redact }: LineSinkOptions): Sink {
  let lost = 0;
  const put = redactByField(
    (record) => {
      lost += takeLost();
      write(lost === 0 ? format(record) : format(lossOf(lost, record)) + format(record));
      lost = 0;
    },
    { fieldPatterns: [...redact], action: () => REDACTED },
  );
  return (record) => {
    try {
      put(record);
    } catch {
      // There is nobody left to tell: the log itself is what failed.
      lost++;
    }
  };
}

function lossOf(lost: number, { timestamp }: LogRecord): LogRecord {
  const text = `${lost} log ${lost === 1 ? "line" : "lines"} could not be written`;
  return { category: ["xiaozhi", "logging"], level: "warning", message: [text], rawMessage: text, timestamp, properties: { lost } };
}
