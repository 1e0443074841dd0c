/**
 * The device chart from end to end: every situation that nine events can lead to.
 *
 * @module
 */

import assert from "node:assert/strict";
import { untaken } from "./chart_explorer.ts";

Deno.test("no sequence of nine events leaves a turn open, a timer or an error", async () => {
  assert.deepEqual(await untaken({ depth: 9, same: (model) => model.key }), []);
});
