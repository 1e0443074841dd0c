import assert from "node:assert/strict";
import { setup } from "xstate";
import { drawCharts } from "../../tools/charts.ts";
import { exampleMachine } from "../services/charts/example.ts";

Deno.test("charts are written, checked, found stale with the command to run, and cleared when their machine is gone", async () => {
  const folder = await Deno.makeTempDir({ prefix: "charts-" });
  try {
    let text = "";
    const run = (machine: typeof exampleMachine | undefined, ...args: string[]) => {
      text = "";
      const sources = machine === undefined ? [] : [{ name: "example", machine }];
      return drawCharts({ args, sources, folder, write: (piece) => text += piece });
    };
    const names = async () => (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name).sort();
    assert.equal(await run(exampleMachine, "--check"), 1);
    assert.match(text, /example\.json, example\.mmd, example\.svg\n.*deno task charts/);
    assert.deepEqual(await names(), []);
    assert.equal(await run(exampleMachine), 0);
    assert.deepEqual(await names(), ["example.json", "example.mmd", "example.svg"]);
    assert.equal(await run(exampleMachine, "--check"), 0);
    assert.equal(JSON.parse(await Deno.readTextFile(`${folder}/example.json`)).nodes[0].id, "example");

    await Deno.writeTextFile(`${folder}/example.svg`, "edited by hand");
    await Deno.writeTextFile(`${folder}/README.md`, "not ours");
    assert.equal(await run(exampleMachine, "--check"), 1);
    assert.match(text, /: example\.svg\n/);
    const changed = setup({}).createMachine({ id: "example", initial: "a", states: { a: {} } }) as unknown as typeof exampleMachine;
    assert.equal(await run(changed, "--check"), 1);

    assert.equal(await run(undefined, "--check"), 1);
    assert.equal(await run(undefined), 0);
    assert.deepEqual(await names(), ["README.md"]);
    assert.equal(await run(undefined, "--wrong"), 2);
    assert.equal(await run(undefined, "--help"), 0);
    assert.match(text, /--check/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
