/**
 * Builds the console ahead of time, for a container or an archive: `deno task console`.
 *
 * @module
 */

import { SHIPPED_BUNDLE } from "../services/console_bundle/mod.ts";
import { buildConsole } from "../services/console_bundle/build.ts";
import { readBundle, writeBundle } from "../services/console_bundle/store.ts";
import { print } from "./output.ts";

const HELP = `Builds the console ahead of time and says how large its files are; the server builds it by itself where this was not run.

  deno task console
`;

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help") || args.includes("-h")) return print(HELP);
  const bundle = await readBundle(SHIPPED_BUNDLE) ?? await buildConsole();
  await writeBundle(SHIPPED_BUNDLE, bundle);
  const first = bundle.files.filter(({ name }) => [bundle.script, bundle.style, ...bundle.preload].includes(name));
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  for (const { name, bytes, br } of bundle.files) print(`${name}  ${kilobytes(bytes.length)}, ${kilobytes(br.length)} compressed\n`);
  print(`First load: ${kilobytes(first.reduce((sum, { br }) => sum + br.length, 0))} compressed\n`);
}

if (import.meta.main) await main(Deno.args);
