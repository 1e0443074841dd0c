/**
 * The command line of the `device` command.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { messageOf } from "../../base/errors.ts";
import type { ListenMode } from "../../protocol/mod.ts";
import { DeviceError } from "./errors.ts";
import { type FirmwareName, isFirmwareName } from "./profile.ts";

/** What `--help` prints. */
export const USAGE =
  `A strict virtual ESP32 device: talks to a xiaozhi server as the firmware does and reports every rule the server breaks.

Usage: deno task device (--wav <file> | --text <words>) [options]

What is said:
  --wav <file>       speak this recording: WAV of any rate and number of channels
  --text <words>     send these words as typed text instead

How:
  --mode <mode>      auto: the server hears the end of speech (default)
                     manual: push-to-talk
                     realtime: the microphone stays on while the server speaks
  --firmware <name>  1.6, 1.8, 2.1 or 2.4 (default 2.4)
  --turns <n>        say it n times, one turn each (default 1)
  --timeout <s>      seconds a turn may take after the person has spoken (default 30)

Where:
  --server <url>     ask <url>/xiaozhi/ota/ where to connect, as devices do at boot (default http://127.0.0.1:8000)
  --url <url>        connect to this ws:// or wss:// address at once, without asking
  --token <token>    token for --url
  --device-id <id>   MAC address of the device (default 02:00:00:00:00:01)

Result:
  --out <file>       write what the loudspeaker played as a WAV
  --help             print this

Exit status: 0 all well, 1 the server broke a rule, 2 wrong usage or unreadable file, 3 no connection, no answer in time.
`;

/** The command line, read. */
export interface CliOptions {
  readonly wav: string | undefined;
  readonly text: string | undefined;
  readonly mode: ListenMode;
  readonly firmware: FirmwareName;
  readonly turns: number;
  readonly timeoutMs: number;
  readonly server: string;
  readonly url: string | undefined;
  readonly token: string;
  readonly deviceId: string;
  readonly out: string | undefined;
}

const MODES: readonly string[] = ["auto", "manual", "realtime"] satisfies ListenMode[];

/**
 * Reads the arguments; `help` when that was asked for.
 *
 * @throws DeviceError `usage`, saying what is wrong and what would be right.
 */
export function parseCli(args: readonly string[]): CliOptions | "help" {
  const values = parse(args);
  if (values.help === true) return "help";
  if ((values.wav === undefined) === (values.text === undefined)) {
    throw usage("Give either --wav with a recording or --text with words; the device makes no speech of its own");
  }
  if (!MODES.includes(values.mode)) throw usage(`--mode ${values.mode} is not one of ${MODES.join(", ")}`);
  if (!isFirmwareName(values.firmware)) throw usage(`--firmware ${values.firmware} is not one of 1.6, 1.8, 2.1, 2.4`);
  if (!/^https?:\/\//.test(values.server)) throw usage(`--server ${values.server} must begin with http:// or https://`);
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(values["device-id"])) {
    throw usage(`--device-id ${values["device-id"]} must be a MAC address such as 02:00:00:00:00:01`);
  }
  return {
    wav: values.wav,
    text: values.text,
    mode: values.mode as ListenMode,
    firmware: values.firmware,
    turns: wholeNumber("--turns", values.turns),
    timeoutMs: wholeNumber("--timeout", values.timeout) * 1000,
    server: values.server.replace(/\/+$/, ""),
    url: values.url,
    token: values.token,
    deviceId: values["device-id"].toLowerCase(),
    out: values.out,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        wav: { type: "string" },
        text: { type: "string" },
        mode: { type: "string", default: "auto" },
        firmware: { type: "string", default: "2.4" },
        turns: { type: "string", default: "1" },
        timeout: { type: "string", default: "30" },
        server: { type: "string", default: "http://127.0.0.1:8000" },
        url: { type: "string" },
        token: { type: "string", default: "" },
        "device-id": { type: "string", default: "02:00:00:00:00:01" },
        out: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (cause) {
    throw usage(messageOf(cause));
  }
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw usage(`${name} ${text} must be a whole number of at least 1`);
  return value;
}

function usage(message: string): DeviceError {
  return new DeviceError(message, { code: "usage" });
}
