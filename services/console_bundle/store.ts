/**
 * Bundles that are kept in a folder, so that the console is built once for its sources and not once a start.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { BuiltBundle, BuiltFile } from "./build.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MANIFEST = "manifest.json";

/** The bundler's own settings are an input: another target makes other files of the same sources. */
const SETTINGS = "services/console_bundle/worker.ts";

const manifestSchema = z.object({
  inputs: z.record(z.string(), z.string()),
  script: z.string(),
  style: z.string(),
  preload: z.array(z.string()),
  files: z.array(z.string().regex(/^[\w-]+\.(?:js|css)$/)),
});

/** The bundle in a folder; undefined where there is none, where it is damaged, or where it was made of other sources. */
export async function readBundle(folder: string): Promise<BuiltBundle | undefined> {
  try {
    const { inputs, files, ...entries } = manifestSchema.parse(JSON.parse(await Deno.readTextFile(join(folder, MANIFEST))));
    const current = await Promise.all(Object.entries(inputs).map(async ([path, hash]) => await hashOf(path) === hash));
    if (!(SETTINGS in inputs) || current.includes(false)) return undefined;
    return { inputs, ...entries, files: await Promise.all(files.map((name) => readFile(folder, name))) };
  } catch {
    // Whatever is wrong with it, building anew is what helps.
    return undefined;
  }
}

/** Keeps a bundle in a folder instead of what is there. The manifest comes last: half a bundle is none. */
export async function writeBundle(folder: string, bundle: BuiltBundle): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  for (const { name, bytes, br, gzip } of bundle.files) {
    await Deno.writeFile(join(folder, name), bytes);
    await Deno.writeFile(join(folder, `${name}.br`), br);
    await Deno.writeFile(join(folder, `${name}.gz`), gzip);
  }
  const { script, style, preload } = bundle;
  const inputs = { ...bundle.inputs, [SETTINGS]: await hashOf(SETTINGS) };
  const manifest = JSON.stringify({ inputs, script, style, preload, files: bundle.files.map(({ name }) => name) });
  const temporary = join(folder, `${MANIFEST}.tmp`);
  await Deno.writeTextFile(temporary, manifest);
  await Deno.rename(temporary, join(folder, MANIFEST));
}

async function readFile(folder: string, name: string): Promise<BuiltFile> {
  const [bytes, br, gzip] = await Promise.all(["", ".br", ".gz"].map((ending) => Deno.readFile(join(folder, `${name}${ending}`))));
  return { name, bytes: bytes!, br: br!, gzip: gzip! };
}

async function hashOf(path: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(join(ROOT, path))).digest("hex");
}
