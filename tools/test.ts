/**
 * `deno task test`: runs the tests, side by side where that is safe, and ends with one line that sums them up.
 *
 * Options: `--nightly` adds the tests of full size; paths choose files and folders; whatever comes after `--` goes to `deno test`.
 *
 * @module
 */

import { print, printError } from "./output.ts";
import { addCounts, countTests, type TestCounts } from "./test_counts.ts";
import { planTests, testClass, type TestFile } from "./test_plan.ts";

/** Where tests are when no path is given. */
const TESTS = "tests";

/** Runs the command and gives its exit code. */
export async function runTests(args: readonly string[]): Promise<number> {
  const [own, passed] = split(args);
  const paths = own.filter((arg) => !arg.startsWith("-"));
  const unknown = own.find((arg) => arg.startsWith("-") && arg !== "--nightly");
  if (unknown !== undefined) {
    printError(`Cannot use option '${unknown}': expected --nightly, paths, or -- followed by options of deno test\n`);
    return 2;
  }
  const files: TestFile[] = [];
  try {
    for (const path of paths.length > 0 ? paths : [TESTS]) {
      for (const found of filesBelow(path)) files.push({ path: found, text: await Deno.readTextFile(found) });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    printError(`Cannot run tests: ${error.message}; give paths of test files or folders\n`);
    return 1;
  }
  const { together, alone } = planTests(files, { nightly: own.includes("--nightly") });
  const groups = [{ files: together, flags: ["--parallel"] }, { files: alone, flags: [] }].filter((group) => group.files.length > 0);
  if (groups.length === 0) {
    printError(`Cannot find tests in ${paths.length > 0 ? paths.join(", ") : TESTS}: expected files that end in _test.ts\n`);
    return 1;
  }
  const results: { code: number; counts: TestCounts }[] = [];
  for (const group of groups) results.push(await runGroup(group.files, [...group.flags, ...passed]));
  const { passed: good, failed, skipped } = addCounts(results.map((result) => result.counts));
  print(`${good} passed, ${failed} failed, ${skipped} skipped\n`);
  return results.find((result) => result.code !== 0)?.code ?? 0;
}

async function runGroup(files: readonly string[], flags: readonly string[]): Promise<{ code: number; counts: TestCounts }> {
  const report = await Deno.makeTempFile({ prefix: "xiaozhi-junit-" });
  try {
    // Tests of memory collect garbage themselves.
    const args = ["test", "--quiet", "--no-prompt", "-P=test", "--v8-flags=--expose-gc", `--junit-path=${report}`, ...flags, ...files];
    const { code } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).spawn().status;
    const counts = countTests(await Deno.readTextFile(report));
    // A file that does not load or compile is in no report, and is a failure all the same.
    return { code, counts: code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts };
  } finally {
    await Deno.remove(report);
  }
}

function split(args: readonly string[]): [string[], string[]] {
  const at = args.indexOf("--");
  return at < 0 ? [[...args], []] : [args.slice(0, at), args.slice(at + 1)];
}

function* filesBelow(path: string): Generator<string> {
  if (Deno.statSync(path).isFile) return yield path;
  for (const entry of Deno.readDirSync(path)) {
    const below = `${path.replace(/\/$/, "")}/${entry.name}`;
    if (entry.isDirectory) yield* filesBelow(below);
    else if (testClass(below) !== undefined) yield below;
  }
}

if (import.meta.main) Deno.exitCode = await runTests(Deno.args);
