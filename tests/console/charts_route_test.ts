import assert from "node:assert/strict";
import { chartLibrary } from "../../services/charts/library.ts";
import type { DrawnChart } from "../../services/charts/placed.ts";
import { chartSources } from "../../tools/charts_list.ts";
import { FOREIGN_HOST } from "../support/browser.ts";
import { startConsole } from "./console_fixture.ts";

Deno.test("the charts of every machine are served with their layout, and only once to a browser that has them", async () => {
  await using fx = await startConsole();
  const { items } = await (await fetch(`${fx.base}/api/console/charts`)).json() as { items: { id: string; hash: string }[] };
  assert.deepEqual(items.map(({ id }) => id).sort(), chartSources.map(({ machine }) => machine.id).sort());
  for (const { id, hash } of items) {
    const response = await fetch(`${fx.base}/api/console/charts/${id}`);
    const chart = await response.json() as DrawnChart;
    assert.equal(chart.hash, hash);
    assert.deepEqual(Object.keys(chart.layout.nodes).sort(), chart.nodes.map((node) => node.id).sort());
    const etag = response.headers.get("etag") ?? "";
    const again = await fetch(`${fx.base}/api/console/charts/${id}`, { headers: { "if-none-match": etag } });
    assert.equal(again.status, 304);
    assert.equal(again.headers.get("etag"), etag);
    assert.equal(await again.text(), "");
  }
});

Deno.test("what is no chart is not found, wherever its name leads, and strangers see none", async () => {
  await using fx = await startConsole();
  for (const name of ["nobody", "constructor"]) {
    for (const path of [name, `${name}/definition`]) {
      const response = await fetch(`${fx.base}/api/console/charts/${path}`);
      assert.deepEqual([response.status, (await response.json()).code], [404, "chart_not_found"], path);
    }
  }
  for (const name of ["..%2f..%2fdeno", "__proto__", "device.json"]) {
    const response = await fetch(`${fx.base}/api/console/charts/${name}`);
    assert.deepEqual([response.status, (await response.json()).code], [400, "invalid_path"], name);
  }
  const stranger = await fetch(`${fx.base}/api/console/charts/device`, { headers: { host: FOREIGN_HOST, "x-forwarded-for": "192.0.2.1" } });
  assert.equal(stranger.status, 401);
  await stranger.body?.cancel();
});

Deno.test("a library whose folder cannot be read says so, and tries again", async () => {
  const charts = chartLibrary("/nowhere/at/all");
  await assert.rejects(charts(), Deno.errors.NotFound);
  await assert.rejects(charts(), Deno.errors.NotFound);
});
