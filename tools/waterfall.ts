/**
 * `deno task waterfall`: draws where the time of one turn of the history went.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { AppError, messageOf } from "../base/errors.ts";
import { loadSystemConfig } from "../services/config/mod.ts";
import { standAlone } from "../services/timeline/picture.ts";
import { waterfall } from "../services/timeline/waterfall.ts";
import { waterfallPicture } from "../services/timeline/waterfall_picture.ts";
import { findTurn, openHistoryFile } from "./history_file.ts";
import { print } from "./output.ts";

const HELP = `Draws where the time of one turn went, as an SVG picture. It holds times alone: no text, no device.

  deno task waterfall [turn] [options]

  [turn]             id of a turn or the end of it, as 'deno task history' shows them; the last one unless told
  --out <file>       the picture, below docs/; docs/waterfall.svg unless told
  --data-dir <path>  data directory; else the server's own
  --help             this text

For a terminal: deno task history --timeline last
`;

const DEFAULT_OUT = "docs/waterfall.svg";

/** What {@link drawWaterfall} needs of its surroundings. */
export interface WaterfallToolOptions {
  readonly args: readonly string[];
  readonly write: (text: string) => void;
  /** Finds the data directory as the server does. */
  readonly dataDir: () => Promise<string>;
}

/**
 * Runs the command.
 *
 * @returns The exit code.
 */
export async function drawWaterfall({ args, write, dataDir }: WaterfallToolOptions): Promise<number> {
  let parsed;
  try {
    const text = { type: "string" } as const;
    const help = { type: "boolean", default: false, short: "h" } as const;
    parsed = parseArgs({ args: [...args], options: { out: text, "data-dir": text, help }, allowPositionals: true });
    if (parsed.positionals.length > 1) throw new RangeError(`Expected one turn, found ${parsed.positionals.length}`);
  } catch (error) {
    write(`${messageOf(error)}\n\n${HELP}`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help) {
    write(HELP);
    return 0;
  }
  try {
    const dir = values["data-dir"] ?? await dataDir();
    using db = await openHistoryFile(dir);
    if (db === undefined) throw new AppError(`No history yet in '${dir}'; expected one with turns`, { code: "turn_unknown" });
    const turn = await findTurn(db, positionals[0] ?? "last");
    const out = values.out ?? DEFAULT_OUT;
    await Deno.writeTextFile(out, standAlone(waterfallPicture(waterfall(turn))));
    write(`${out}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof AppError || error instanceof Deno.errors.NotCapable)) throw error;
    write(`${error.message}\n`);
    return 1;
  }
}

if (import.meta.main) {
  Deno.exitCode = await drawWaterfall({
    args: Deno.args,
    write: print,
    dataDir: async () => (await loadSystemConfig([])).config.dataDir,
  });
}
