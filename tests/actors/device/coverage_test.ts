/**
 * Every transition of the device chart is taken by some sequence of events. One that cannot be taken is a fault of the chart.
 *
 * @module
 */

import assert from "node:assert/strict";
import { untaken } from "./chart_explorer.ts";

Deno.test("every transition of the chart is taken, and no path to it leaves a turn open, a timer or an error", async () => {
  assert.deepEqual(await untaken({ depth: 7, same: (model) => model.place }), []);
});
