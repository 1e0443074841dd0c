/**
 * The command line of the `load` command.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { messageOf } from "../../base/errors.ts";
import { LoadError } from "./errors.ts";

/** How the stage server delivers speech. */
export type LoadFormat = "opus" | "pcm";

/** The command line, read. */
export interface LoadOptions {
  readonly devices: number;
  /** Of each device. */
  readonly turns: number;
  readonly formats: readonly LoadFormat[];
  readonly complexity: number;
  readonly untilBreak: boolean;
  readonly json: string | undefined;
  readonly svg: string | undefined;
  /** Recognition, chat, synthesis of a sentence; milliseconds. Undefined where the server is somebody's own and they are unknown. */
  readonly stagesMs: readonly [number, number, number] | undefined;
  /** A server that runs already; undefined for a private one. */
  readonly server: string | undefined;
  readonly tokenLess: boolean;
}

/** What a device's number has room for in its address. */
const MAX_DEVICES = 10_000;
/** A run of a day: more is a mistake. */
const MAX_TURNS = 8_640;
/** Longer than any stage may take by the server's own limits. */
const MAX_STAGE_MS = 30_000;
const DEFAULT_STAGES = "80,120,100";
/** Where `--until-break` begins. */
export const FIRST_SIZE = 100;

/** What `--help` prints. */
export const USAGE =
  `Virtual devices in conversation with a server, until all have had their turns: how fast it answers, how evenly it speaks, what it costs.

Usage: deno task load [options]

Load:
  --devices <n>        devices at once (default ${FIRST_SIZE})
  --turns <n>          turns of each device, about 10 s each (default 3)
  --tts <what>         opus, pcm or both: what the synthesiser delivers (default opus, in packets of 20 ms)
  --complexity <0-10>  effort of the Opus encoder, where there is something to encode (default 5)
  --stages <ms,ms,ms>  latencies of recognition, chat, and each sentence's synthesis (default ${DEFAULT_STAGES})
  --until-break        double the devices, from --devices (default ${FIRST_SIZE}) on, until something breaks, and say what broke first

Where:
  by default           a private server with its own data folder on a free port, stages in a process of their own
  --server <url>       a server on this machine, such as http://127.0.0.1:8000; --stages then says what its stages take
  --token-less         with --server: connect at once, without asking where, and without a token

Result:
  --json <file>        write the report; files go below ./data, ./docs or /tmp
  --svg <file>         write a chart
  --help               print this

Exit status: 0 measured, whatever the figures; 2 wrong usage; 3 no server, or no figures.
`;

/**
 * Reads the arguments; `help` when that was asked for.
 *
 * @throws LoadError `usage`, saying what is wrong and what would be right.
 */
export function parseLoad(args: readonly string[]): LoadOptions | "help" {
  const values = parse(args);
  if (values.help === true) return "help";
  if (values["token-less"] === true && values.server === undefined) {
    throw usage("--token-less needs --server; the private server asks for no tokens");
  }
  if (values.server !== undefined) {
    for (const name of ["tts", "complexity"] as const) {
      if (values[name] !== undefined) throw usage(`--${name} is the private server's; with --server, set it up there`);
    }
  }
  return {
    devices: wholeNumber("--devices", values.devices ?? String(FIRST_SIZE), 1, MAX_DEVICES),
    turns: wholeNumber("--turns", values.turns ?? "3", 1, MAX_TURNS),
    formats: formats(values.tts ?? "opus"),
    complexity: wholeNumber("--complexity", values.complexity ?? "5", 0, 10),
    untilBreak: values["until-break"] === true,
    json: values.json,
    svg: values.svg,
    stagesMs: values.stages === undefined && values.server !== undefined ? undefined : stages(values.stages ?? DEFAULT_STAGES),
    server: values.server === undefined ? undefined : loopback(values.server),
    tokenLess: values["token-less"] === true,
  };
}

/** The sizes to go through: one, or doubling without end. */
export function* sizes({ devices, untilBreak }: Pick<LoadOptions, "devices" | "untilBreak">): Generator<number, void, void> {
  yield devices;
  for (let size = devices * 2; untilBreak && size <= MAX_DEVICES; size *= 2) yield size;
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: args.filter((arg) => arg !== "--"),
      options: {
        devices: text,
        turns: text,
        tts: text,
        complexity: text,
        stages: text,
        json: text,
        svg: text,
        server: text,
        "until-break": flag,
        "token-less": flag,
        help: flag,
      },
    }).values;
  } catch (cause) {
    throw usage(messageOf(cause));
  }
}

function formats(text: string): readonly LoadFormat[] {
  if (text === "both") return ["opus", "pcm"];
  if (text === "opus" || text === "pcm") return [text];
  throw usage(`--tts ${text} is not one of opus, pcm, both`);
}

function stages(text: string): readonly [number, number, number] {
  const [asr, chat, tts, ...more] = text.split(",");
  if (asr === undefined || chat === undefined || tts === undefined || more.length > 0) {
    throw usage(`--stages ${text} must be three numbers of milliseconds such as ${DEFAULT_STAGES}: recognition, chat, synthesis`);
  }
  const ms = (one: string) => wholeNumber("--stages", one, 0, MAX_STAGE_MS);
  return [ms(asr), ms(chat), ms(tts)];
}

/** The address of a server here; load on somebody else's machine is an attack. */
function loopback(text: string): string {
  const url = URL.parse(text);
  if (url === null || url.protocol !== "http:") throw usage(`--server ${text} must be an address such as http://127.0.0.1:8000`);
  if (url.hostname !== "127.0.0.1" && url.hostname !== "localhost") {
    throw usage(`--server ${text} is not on this machine; load is made over loopback alone, such as http://127.0.0.1:8000`);
  }
  url.hostname = "127.0.0.1";
  return url.origin;
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < min || value > max) {
    throw usage(`${name} ${text} must be a whole number from ${min} to ${max}`);
  }
  return value;
}

function usage(message: string): LoadError {
  return new LoadError(message, { code: "usage" });
}
