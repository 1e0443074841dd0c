/**
 * Which test files run, and which of them side by side.
 *
 * @module
 */

/** A test file. */
export interface TestFile {
  readonly path: string;
  readonly text: string;
}

/** What to run. */
export interface TestPlan {
  /** Files that run side by side, in one process. */
  readonly together: readonly string[];
  /** Files that run one after another, with nothing else in their process. */
  readonly alone: readonly string[];
}

/** Counts what belongs to the whole process, so neighbours would disturb it. */
const COUNTS_PROCESS = /^(?:import|\}).* from "[^"]*\/leaks\.ts"/m;
/** What a file says that must not have neighbours for a reason of its own: `// Runs alone: it binds port 8000`. */
const RUNS_ALONE = /^\/\/ Runs alone: \S/m;

/** Whether a path belongs to a class of tests: `gate` runs before every change, `nightly` has the full sizes. */
export function testClass(path: string): "gate" | "nightly" | undefined {
  if (!path.endsWith("_test.ts")) return undefined;
  return path.endsWith("_nightly_test.ts") ? "nightly" : "gate";
}

/** Chooses and sorts the files. */
export function planTests(files: readonly TestFile[], options: { readonly nightly: boolean }): TestPlan {
  const chosen = files.filter(({ path }) => testClass(path) === "gate" || (options.nightly && testClass(path) === "nightly"));
  const alone = chosen.filter(({ text }) => COUNTS_PROCESS.test(text) || RUNS_ALONE.test(text));
  const sorted = (group: readonly TestFile[]) => group.map(({ path }) => path).sort();
  return { together: sorted(chosen.filter((file) => !alone.includes(file))), alone: sorted(alone) };
}
