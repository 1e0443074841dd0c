/**
 * Checks what linters do not: that every module and every exported symbol says what it is, and that no file has outgrown its concept.
 *
 * Who may import whom is checked by the rule `house/import-table` of `deno lint`.
 *
 * @module
 */

import { print, printError } from "./output.ts";

/** Folders whose exports must be documented. */
const DOCUMENTED = ["base", "protocol", "audio", "actors", "services", "routes", "compose"];
/** Folders whose files must stay short. */
const SHORT = [...DOCUMENTED, "console", "tools", "lint", "bench"];
/** A file longer than this holds more than one concept. */
export const MAX_LINES = 500;

/** The part of `deno doc --json` that is read here. */
interface DocFile {
  readonly module_doc?: { readonly doc?: string };
  readonly symbols?: readonly { readonly name: string; readonly declarations: readonly Declaration[] }[];
}

interface Declaration {
  /** The line counts from 0. */
  readonly location: { readonly filename: string; readonly line: number };
  readonly declarationKind: string;
  readonly kind: string;
  readonly jsDoc?: { readonly doc?: string; readonly tags?: readonly { readonly kind: string }[] };
}

/** What is undocumented in the output of `deno doc --json`, one line each. A symbol declared several times needs one description. */
export function undocumented(json: string): string[] {
  const files: Readonly<Record<string, DocFile>> = JSON.parse(json).nodes;
  const problems = new Set<string>();
  for (const [file, { module_doc, symbols = [] }] of Object.entries(files)) {
    if (!module_doc?.doc) problems.add(`${shortPath(file)}: expected a @module docstring`);
    for (const { name, declarations } of symbols) {
      const exported = declarations.filter(({ declarationKind, kind }) => declarationKind === "export" && kind !== "reference");
      const [first] = exported;
      if (first === undefined || declarations.some(described)) continue;
      problems.add(`${shortPath(first.location.filename)}:${first.location.line + 1}: expected a docstring on '${name}'`);
    }
  }
  return [...problems].sort();
}

/** Whether a declaration has words of its own: Deno gives those of the module to a first declaration that has none. */
function described({ jsDoc }: Declaration): boolean {
  return Boolean(jsDoc?.doc) && !jsDoc?.tags?.some((tag) => tag.kind === "module");
}

/** The line that says that a file is too long, if it is. */
export function tooLong(path: string, text: string): string | undefined {
  const lines = text.split("\n").length - 1;
  return lines > MAX_LINES ? `${path}: expected at most ${MAX_LINES} lines, found ${lines}` : undefined;
}

/** Runs the checks on the project in the working directory. */
export async function checkDocs(): Promise<string[]> {
  const documented = [...filesBelow(DOCUMENTED)];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["doc", "--quiet", "--json", ...documented] })
    .output();
  if (!success) return [`deno doc failed: ${new TextDecoder().decode(stderr)}`];
  const problems = undocumented(new TextDecoder().decode(stdout));
  for (const path of [...filesBelow(SHORT), "main.ts"]) {
    const problem = tooLong(path, await textOf(path));
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}

function* filesBelow(folders: readonly string[]): Generator<string> {
  for (const folder of folders) {
    for (const entry of entriesOf(folder)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) yield* filesBelow([path]);
      else if (/\.tsx?$/.test(entry.name)) yield path;
    }
  }
}

/** Nothing for a folder that does not exist: not every folder of the design has to be there. */
function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function shortPath(url: string): string {
  const root = new URL("../", import.meta.url).href;
  return url.startsWith(root) ? url.slice(root.length) : url;
}

if (import.meta.main) {
  const problems = await checkDocs();
  for (const problem of problems) printError(`${problem}\n`);
  if (problems.length === 0) print("Documentation and file sizes are in order\n");
  else Deno.exitCode = 1;
}
