/**
 * Reads the counts out of the JUnit files that `deno test` writes.
 *
 * @module
 */

/** How tests ended. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const SUITE = /<testsuite .*?<\/testsuite>/gs;
const CASE = /<testcase name="([^"]*)"[^>]*>(.*?)<\/testcase>/gs;

/** Counts the tests of a report. Steps are parts of their test and are not counted, as in Deno's own summary. */
export function countTests(junit: string): TestCounts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [suite] of junit.matchAll(SUITE)) {
    const names = new Set<string>();
    for (const [, name = "", body = ""] of suite.matchAll(CASE)) {
      names.add(name);
      if (isStep(name, names)) continue;
      counts[body.includes("<failure") ? "failed" : body.includes("<skipped") ? "skipped" : "passed"]++;
    }
  }
  return counts;
}

/** Sums counts up. */
export function addCounts(all: readonly TestCounts[]): TestCounts {
  const sum = (key: keyof TestCounts) => all.reduce((total, counts) => total + counts[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** A step bears its test's name before its own, and comes after its test. */
function isStep(name: string, names: ReadonlySet<string>): boolean {
  const parts = name.split(" &gt; ");
  return parts.some((_, index) => index > 0 && names.has(parts.slice(0, index).join(" &gt; ")));
}
