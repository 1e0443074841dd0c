import assert from "node:assert/strict";
import type { Break } from "../../../tools/load/breaking.ts";
import { runLoadCommand } from "../../../tools/load/command.ts";
import { LoadError } from "../../../tools/load/errors.ts";
import { formatReport, verdict } from "../../../tools/load/report.ts";
import { report, run } from "./samples.ts";

function command(fails: Partial<{ readonly run: Error; readonly write: Error }> = {}) {
  const written = new Map<string, string>();
  const out: string[] = [];
  const errors: string[] = [];
  return {
    written,
    out,
    errors,
    run: () => fails.run === undefined ? Promise.resolve(report([run(10)])) : Promise.reject(fails.run),
    writeText: (path: string, text: string) => {
      if (fails.write !== undefined) return Promise.reject(fails.write);
      written.set(path, text);
      return Promise.resolve();
    },
    print: (text: string) => void out.push(text),
    printError: (text: string) => void errors.push(text),
  };
}

Deno.test("a report has a line for each run in each of its tables, and a verdict", () => {
  const text = formatReport(report([run(100), run(200, { tts: "pcm", complexity: 0 })]));
  assert.equal(text.match(/^Opus, 100 /gm)?.length, 4);
  assert.equal(text.match(/^PCM c0, 200 /gm)?.length, 4);
  assert.match(text, /^Opus, 100: added P50 10 ms \(beyond 5\); added P99 10 ms \(within 20\); underruns 0 \(within 0\)/m);
});

Deno.test("what is unknown is a dash and no target that is met", () => {
  const unknown = run(1, { addedMs: null, cpu: { all: null, main: null, machine: null, stolen: null, msPerSpokenSecond: null } });
  assert.match(verdict(unknown), /added P50 unknown; added P99 unknown/);
  assert.doesNotMatch(formatReport(report([unknown])), /null|NaN|undefined/);
});

Deno.test("the verdict says what broke first", () => {
  const broke: Break[] = [
    { what: "devices_dry", detail: "3 devices ran dry (more than 1 %)", afterMs: 1500 },
    { what: "turns_unfinished", detail: "2 of 20 turns unfinished", afterMs: 9000 },
  ];
  assert.match(verdict(run(10, { broke })), /Broke first: devices_dry after 1\.5 s: 3 devices .*; then turns_unfinished after 9\.0 s/);
  assert.match(verdict(run(10)), /Nothing broke/);
});

Deno.test("the report is written as JSON that reads back as it was, the chart as SVG", async () => {
  const to = command();
  assert.equal(await runLoadCommand(["--json", "a.json", "--svg", "a.svg"], to), 0);
  assert.deepEqual(JSON.parse(to.written.get("a.json") ?? ""), JSON.parse(JSON.stringify(report([run(10)]))));
  assert.match(to.written.get("a.svg") ?? "", /^<svg /);
  assert.match(to.out.join(""), /As it was done\.[^]*Opus, 10/);
});

Deno.test("wrong usage is 2, a file that cannot be written is said before anything is measured, no server is 3", async () => {
  const wrong = command();
  assert.equal(await runLoadCommand(["--devices", "x"], wrong), 2);
  assert.match(wrong.errors.join(""), /--devices x[^]*--help/);
  const unwritable = command({ write: new Error("read-only"), run: new Error("was run") });
  assert.equal(await runLoadCommand(["--json", "/x/a.json"], unwritable), 2);
  assert.match(unwritable.errors.join(""), /Cannot write \/x\/a\.json: read-only/);
  const nobody = command({ run: new LoadError("No server answers", { code: "no_server" }) });
  assert.equal(await runLoadCommand([], nobody), 3);
  assert.deepEqual(nobody.errors, ["No server answers\n"]);
});
