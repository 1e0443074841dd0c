/**
 * `deno task charts`: draws the state charts into `docs/charts`. With `--check` it only says whether they are up to date.
 *
 * @module
 */

import { join } from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "../base/errors.ts";
import { describe } from "../services/charts/describe.ts";
import { layout } from "../services/charts/layout.ts";
import { toMermaid } from "../services/charts/mermaid.ts";
import { toSvg } from "../services/charts/svg.ts";
import { type ChartSource, chartSources } from "./charts_list.ts";
import { print } from "./output.ts";

const HELP =
  `Draws the state charts of this program into docs/charts: <machine>.json (states, transitions, layout), .svg and .mmd (Mermaid).

  deno task charts            writes what changed
  deno task charts --check    writes nothing; fails when a file is missing, stale or left over
  deno task charts --help     this text
`;

/** What {@link drawCharts} needs of its surroundings. */
export interface ChartsToolOptions {
  readonly args: readonly string[];
  readonly sources: readonly ChartSource[];
  /** Folder of the files. */
  readonly folder: string;
  readonly write: (text: string) => void;
}

/**
 * Runs the command.
 *
 * @returns The exit code.
 */
export async function drawCharts(options: ChartsToolOptions): Promise<number> {
  const { folder, write } = options;
  const boolean = { type: "boolean", default: false } as const;
  let flags: { check: boolean; help: boolean };
  try {
    flags = parseArgs({ args: [...options.args], options: { check: boolean, help: { ...boolean, short: "h" } } }).values;
  } catch (error) {
    write(`${messageOf(error)}\n\n${HELP}`);
    return 2;
  }
  if (flags.help) {
    write(HELP);
    return 0;
  }
  const files = await render(options.sources);
  const found = await existing(folder);
  const stale = [...files].filter(([name, text]) => found.get(name) !== text).map(([name]) => name);
  const left = [...found.keys()].filter((name) => !files.has(name));
  if (flags.check) {
    if (stale.length + left.length === 0) return 0;
    write(`State charts do not fit the machines: ${[...stale, ...left].sort().join(", ")}\nDraw them with: deno task charts\n`);
    return 1;
  }
  await Deno.mkdir(folder, { recursive: true });
  for (const name of stale) await Deno.writeTextFile(join(folder, name), files.get(name) ?? "");
  for (const name of left) await Deno.remove(join(folder, name));
  write(
    stale.length + left.length === 0
      ? "State charts are up to date\n"
      : [...stale, ...left].map((name) => `${join(folder, name)}\n`).join(""),
  );
  return 0;
}

async function render(sources: readonly ChartSource[]): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const { name, machine } of sources) {
    const chart = describe(machine);
    const placed = await layout(chart);
    files.set(`${name}.json`, JSON.stringify({ ...chart, layout: placed }, null, 2) + "\n");
    files.set(`${name}.svg`, toSvg(chart, placed));
    files.set(`${name}.mmd`, toMermaid(chart));
  }
  return files;
}

/** Files that this tool writes, with their text. */
async function existing(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && /\.(json|svg|mmd)$/.test(name)) found.set(name, await Deno.readTextFile(join(folder, name)));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}

if (import.meta.main) {
  Deno.exitCode = await drawCharts({
    args: Deno.args,
    sources: chartSources,
    folder: "docs/charts",
    write: print,
  });
}
