import assert from "node:assert/strict";
import fc from "fast-check";
import { openSqliteHistory } from "../../services/history/sqlite.ts";
import { waterfallText } from "../../tools/waterfall/text.ts";
import { drawWaterfall } from "../../tools/waterfall.ts";
import { turn } from "../services/history/contract.ts";
import { anySource, anyTimings } from "../services/timeline/samples.ts";
import { tempDir } from "../support/temp_dir.ts";
import { VirtualClock } from "../support/virtual_clock.ts";

Deno.test("whatever the marks, no line of the bars is wider than the terminal", () => {
  fc.assert(fc.property(anySource, anyTimings, fc.integer({ min: 80, max: 200 }), (source, timings, width) => {
    const lines = waterfallText({ source, timings }, width).split("\n").filter((line) => !/^(Not used|\d+ ms from)/.test(line));
    for (const line of lines) assert.ok(line.length <= width, `${line.length} of ${width}: ${line}`);
  }));
});

Deno.test("the tool draws the turn of a history, without a word of it", async () => {
  await using dir = await tempDir();
  const said = "where is the marmalade";
  {
    await using store = await openSqliteHistory({ dataDir: dir.path, clock: new VirtualClock() });
    await store.commitTurn(
      turn(1, { userText: said, timings: { speechEndMs: 10, endpointMs: 500, recognizedMs: 700, firstFrameMs: 900 } }),
    );
  }
  let text = "";
  const run = (...args: string[]) => drawWaterfall({ args, write: (piece) => text += piece, dataDir: () => Promise.resolve(dir.path) });
  assert.equal(await run("--out", `${dir.path}/turn.svg`), 0);
  const svg = await Deno.readTextFile(`${dir.path}/turn.svg`);
  assert.match(svg, /Recognition: 200 ms/);
  assert.ok(!svg.includes(said) && !svg.includes(turn(1).deviceId));
  assert.equal(await run("--data-dir", `${dir.path}/none`), 1);
  assert.match(text, /No history yet/);
  assert.equal(await run("two", "turns"), 2);
  assert.match(text, /Expected one turn, found 2/);
});
