/**
 * Reads a recording: NDJSON as a recorder writes it.
 *
 * @module
 */

import { AppError, messageOf } from "../../base/errors.ts";
import { faultOf, HEADER_FIELDS, RECORD_FIELDS } from "./check_line.ts";
import type { RecordingHeader, RecordLine } from "./record.ts";
import { RECORDING_SCHEMA } from "./schema.ts";

export type { RecordingHeader, RecordLine } from "./record.ts";

/** Longest recording that is read, characters: a ring of the largest size that a device may have, written out. */
export const MAX_RECORDING_CHARS = 512 * 1_024 * 1_024;
/** Longest line, characters: a record's data is cut at 8 KiB, and writing it out at most quadruples that. */
const MAX_LINE_CHARS = 64 * 1_024;
/** Most records: as many as a ring may be configured to hold. */
const MAX_RECORDS = 1_000_000;

/** A recording that cannot be used. The message names the line. */
export class RecordingError extends AppError {
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { code: "recording_unusable", ...options });
  }
}

/** A recording in memory. */
export interface Recording {
  readonly header: RecordingHeader;
  /** In order of their numbers; numbers may be missing where a slow reader was overtaken. */
  readonly records: readonly RecordLine[];
  /** Whether the last line was cut off, and is left out: the writer was still writing, or was killed. */
  readonly cut: boolean;
}

/**
 * Reads a recording. A last line that was cut off is left out; anything else that is wrong is an error.
 *
 * @throws {@link RecordingError}
 */
export function readRecording(text: string): Recording {
  if (text.length > MAX_RECORDING_CHARS) {
    throw new RecordingError(`The recording has ${text.length} characters; at most ${MAX_RECORDING_CHARS} are read`);
  }
  const lines = linesOf(text);
  const first = lines.next();
  if (first.done === true) throw new RecordingError("The recording is empty; expected a header line");
  const header = headerOf(first.value);
  const records: RecordLine[] = [];
  for (const line of lines) {
    const value = parse(line);
    if (value === CUT) return { header, records, cut: true };
    const record = checked<RecordLine>(RECORD_FIELDS, value, line.number);
    const before = records.at(-1)?.seq ?? -1;
    if (record.seq <= before) {
      throw new RecordingError(
        `Line ${line.number}: 'seq' is ${record.seq}; expected a number above ${before}, which the record before has`,
      );
    }
    if (records.push(record) > MAX_RECORDS) {
      throw new RecordingError(`Line ${line.number}: more than ${MAX_RECORDS} records; expected fewer`);
    }
  }
  return { header, records, cut: false };
}

interface Line {
  readonly number: number;
  readonly text: string;
  readonly isLast: boolean;
  /** Whether a line end followed. */
  readonly ended: boolean;
}

const CUT = Symbol("cut");

function* linesOf(text: string): Generator<Line, undefined> {
  let number = 0;
  for (let at = 0; at < text.length;) {
    number++;
    const end = text.indexOf("\n", at);
    const stop = end === -1 ? text.length : end;
    if (stop - at > MAX_LINE_CHARS) {
      throw new RecordingError(`Line ${number} has ${stop - at} characters; at most ${MAX_LINE_CHARS} belong to one record`);
    }
    const line = text.slice(at, stop).trim();
    at = stop + 1;
    if (line !== "") yield { number, text: line, isLast: text.slice(at, at + MAX_LINE_CHARS).trim() === "", ended: end !== -1 };
  }
  return undefined;
}

function headerOf(line: Line): RecordingHeader {
  const value = parse({ ...line, isLast: false });
  const schema = typeof value === "object" && value !== null && "schema" in value ? value.schema : undefined;
  // Before its other fields, which another version may name differently.
  if (typeof schema === "number" && schema > RECORDING_SCHEMA) {
    throw new RecordingError(`Line 1: the recording has version ${schema}; this program reads versions up to ${RECORDING_SCHEMA}`);
  }
  return checked<RecordingHeader>(HEADER_FIELDS, value, line.number);
}

function parse({ text, number, isLast, ended }: Line): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (isLast && !ended) return CUT;
    throw new RecordingError(`Line ${number} is no JSON: ${messageOf(error)}`, { cause: error });
  }
}

function checked<T>(fields: Parameters<typeof faultOf>[1], value: unknown, line: number): T {
  const fault = faultOf(value, fields);
  if (fault !== undefined) throw new RecordingError(`Line ${line}${fault}`);
  return value as T;
}
