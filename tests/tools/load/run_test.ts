// Runs alone: its devices share two cores with the server that they measure.
import assert from "node:assert/strict";
import { parseLoad } from "../../../tools/load/options.ts";
import { runLoad } from "../../../tools/load/run.ts";

Deno.test("three devices have a turn each with a private server, one of them interrupted, and all is reported", async () => {
  const options = parseLoad(["--devices", "3", "--turns", "1", "--stages", "10,10,10"]);
  assert.ok(options !== "help");
  const said: string[] = [];
  const short = { sentenceMs: 600, sentences: 2, duty: 0.8, abortEvery: 3, pacerMs: 300, warmUp: false };
  const report = await runLoad(options, (line) => void said.push(line), short);
  const [run] = report.runs;
  assert.ok(run !== undefined && report.runs.length === 1);
  assert.deepEqual(run.errors, { refused: 0, broken: 0, refusal: null });
  assert.deepEqual(run.turns, { wanted: 3, answered: 3, finished: 3, interrupted: 1 });
  assert.ok(run.frames > 2 * 20 && run.frames <= 3 * 20 + 12, String(run.frames));
  assert.equal(run.responseMs.count, 3);
  assert.deepEqual([run.addedMs?.count, run.addedByEarMs?.count], [1, 2]);
  assert.equal(run.abort.framesAfterStop, 0);
  assert.ok(run.pacer.count > 0 && run.loopMs.count > 0);
  assert.ok(run.sent.count > 0 && run.sent.count <= run.gaps.count, `${run.sent.count} of ${run.gaps.count}`);
  assert.ok((run.beside.devices ?? 1) > 0 && (run.beside.stages ?? 1) > 0);
  assert.equal(run.complaint, null);
  assert.ok(said.some((line) => line.startsWith("3 devices, 1 turns each")));
});
