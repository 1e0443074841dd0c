/**
 * `deno task replay`: takes a recording through the charts of now and says where their path differs.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { AppError, messageOf } from "../base/errors.ts";
import { deviceMachine } from "../actors/device/machine.ts";
import { MAX_RECORDING_CHARS, readRecording, RecordingError } from "../services/recorder/read.ts";
import { toStately } from "../services/recorder/stately.ts";
import { statelyMachine } from "../services/recorder/stately_machine.ts";
import { print } from "./output.ts";
import { isReplayed, isSame, reportText } from "./replay/report.ts";
import { replay } from "./replay/run.ts";
import { RECORDINGS, saveAsTest } from "./replay/test_file.ts";

const HELP = `Takes a recording through the state charts of now, on a clock of its own, and says where the path differs.

  deno task replay <file> [options]

  <file>                 a recording: GET /debug/devices/<device id>/recording
  --whole                show every step, also where the paths are the same
  --json                 the report as JSON
  --save-as-test <name>  keep the recording in ${RECORDINGS} with a test that it takes the same path
  --stately              instead of replaying, print the recording as the messages of @statelyai/inspect, one a line
  --help                 this text

The exit code is 0 where the path is the same, 1 where it differs, 2 where the file or the command cannot be used.
`;

/** What {@link replayTool} needs of its surroundings. */
export interface ReplayToolOptions {
  readonly args: readonly string[];
  readonly write: (text: string) => void;
  /** Folder of the recordings that are tests. */
  readonly folder: string;
}

/**
 * Runs the command.
 *
 * @returns The exit code.
 */
export async function replayTool({ args, write, folder }: ReplayToolOptions): Promise<number> {
  let parsed;
  try {
    const flag = { type: "boolean", default: false } as const;
    const options = { whole: flag, json: flag, stately: flag, help: { ...flag, short: "h" }, "save-as-test": { type: "string" } } as const;
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
    const { values: { help }, positionals } = parsed;
    if (!help && positionals.length !== 1) throw new RangeError(`Expected one file, found ${positionals.length}`);
  } catch (error) {
    write(`${messageOf(error)}\n\n${HELP}`);
    return 2;
  }
  const { values, positionals: [file = ""] } = parsed;
  if (values.help) {
    write(HELP);
    return 0;
  }
  try {
    const text = await textOf(file);
    const recording = readRecording(text);
    if (values.stately) {
      for (const message of toStately(recording, [statelyMachine(deviceMachine)])) write(`${JSON.stringify(message)}\n`);
      return 0;
    }
    const report = replay(recording);
    const same = isSame(report);
    write(values.json ? `${JSON.stringify({ ...report, same }, undefined, 2)}\n` : reportText(report, values.whole));
    if (!isReplayed(report)) throw new RecordingError("No connection is in the recording from its beginning on; expected one at least");
    const name = values["save-as-test"];
    if (name !== undefined) { for (const path of await saveAsTest(folder, name, text)) write(`${path}\n`); }
    return same ? 0 : 1;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    write(`${error.message}\n`);
    return 2;
  }
}

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await Deno.stat(file);
    if (size > MAX_RECORDING_CHARS) throw new RecordingError(`'${file}' has ${size} bytes; at most ${MAX_RECORDING_CHARS} are read`);
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new RecordingError(`Cannot read '${file}': ${messageOf(error)}; expected a recording`, { cause: error });
  }
}

if (import.meta.main) {
  Deno.exitCode = await replayTool({ args: Deno.args, write: print, folder: RECORDINGS });
}
