import assert from "node:assert/strict";
import { addCounts, countTests } from "../../tools/test_counts.ts";
import { planTests, testClass } from "../../tools/test_plan.ts";
import { tempDir } from "../support/temp_dir.ts";

Deno.test("nightly tests are no gate tests, and other files are no tests", () => {
  assert.equal(testClass("tests/a_test.ts"), "gate");
  assert.equal(testClass("tests/a_nightly_test.ts"), "nightly");
  assert.equal(testClass("tests/support/leaks.ts"), undefined);
});

Deno.test("files that count what belongs to the process, or say so, run alone", () => {
  const files = [
    { path: "b_test.ts", text: "" },
    { path: "a_test.ts", text: "// It says that leaks.ts is nice" },
    { path: "leak_test.ts", text: 'import { trackLeaks } from "../support/leaks.ts";' },
    { path: "port_test.ts", text: "import x;\n// Runs alone: it binds port 8000\n" },
    { path: "long_nightly_test.ts", text: "" },
    { path: "helper.ts", text: "" },
  ];
  assert.deepEqual(planTests(files, { nightly: false }), { together: ["a_test.ts", "b_test.ts"], alone: ["leak_test.ts", "port_test.ts"] });
  assert.deepEqual(planTests(files, { nightly: true }).together, ["a_test.ts", "b_test.ts", "long_nightly_test.ts"]);
});

Deno.test("tests are counted and their steps are not, whatever stands in names and messages", () => {
  const report = `<testsuites tests="9" failures="9">
    <testsuite name="./x_test.ts" tests="6" disabled="1" errors="0" failures="3">
      <testcase name="a &gt; b" classname="x"></testcase>
      <testcase name="ignored" classname="x"><skipped/></testcase>
      <testcase name="broken" classname="x"><failure message="tests=&quot;9&quot;">&lt;skipped/&gt;</failure></testcase>
      <testcase name="d" classname="x"><failure message="1 test step failed">1</failure></testcase>
      <testcase name="d &gt; s" classname="x"></testcase>
      <testcase name="d &gt; s &gt; t" classname="x"><failure message="x">1</failure></testcase>
    </testsuite>
    <testsuite name="./y_test.ts"><testcase name="d &gt; s" classname="y"></testcase></testsuite>
  </testsuites>`;
  assert.deepEqual(countTests(report), { passed: 2, failed: 2, skipped: 1 });
  assert.deepEqual(countTests(""), { passed: 0, failed: 0, skipped: 0 });
  assert.deepEqual(addCounts([{ passed: 1, failed: 2, skipped: 3 }, { passed: 1, failed: 0, skipped: 1 }]), {
    passed: 2,
    failed: 2,
    skipped: 4,
  });
});

/** Runs the runner on these files in a folder of their own. */
async function run(files: Record<string, string>): Promise<{ code: number; lines: string[] }> {
  await using dir = tempDir();
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(dir.join(name), text);
  const args = ["run", "--quiet", "--no-prompt", "-P=test", "tools/test.ts", dir.path, "--", "--no-check"];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  return { code, lines: new TextDecoder().decode(stdout).trimEnd().split("\n") };
}

Deno.test("the runner streams what deno test says, ends with the sum alone on a line, and passes the exit code on", async () => {
  const good = 'Deno.test("good", () => {}); Deno.test.ignore("later", () => {});';
  const [allWell, oneBad, unloadable] = await Promise.all([
    run({ "a_test.ts": good, "b_test.ts": `// Runs alone: to be sure\n${good}`, "c_nightly_test.ts": "throw 1" }),
    run({ "a_test.ts": good, "b_test.ts": 'Deno.test("bad", () => { throw new Error("no"); });' }),
    run({ "a_test.ts": good, "b_test.ts": 'throw new Error("no");' }),
  ]);
  assert.deepEqual([allWell.code, allWell.lines.at(-1)], [0, "2 passed, 0 failed, 2 skipped"]);
  assert.ok(allWell.lines.some((line) => line.includes("good ...")));
  assert.deepEqual([oneBad.code, oneBad.lines.at(-1)], [1, "1 passed, 1 failed, 1 skipped"]);
  assert.deepEqual([unloadable.code, unloadable.lines.at(-1)], [1, "1 passed, 1 failed, 1 skipped"]);
});

Deno.test("finding no tests is a failure", async () => {
  assert.equal((await run({ "readme.txt": "" })).code, 1);
});
