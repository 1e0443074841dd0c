import assert from "node:assert/strict";
import { gatePrograms } from "../../../../services/esp32_server/embedded/gated_programs.ts";
import type { Programs } from "../../../../services/esp32_server/embedded/programs.ts";
import { settle } from "../../../support/virtual_clock.ts";

/** Programs that end when the test says so. */
function slowPrograms() {
  const running: { path: string; end: () => void }[] = [];
  const programs: Programs = {
    find: () => Promise.resolve(undefined),
    run: (path) => new Promise((resolve) => running.push({ path, end: () => resolve(new Uint8Array()) })),
  };
  return { running, programs };
}

const options = (signal: AbortSignal = new AbortController().signal) => ({ signal, maxOutputBytes: 1 });

Deno.test("programs beyond the limit wait, and run in the order of their call", async () => {
  const { running, programs } = slowPrograms();
  const gated = gatePrograms(programs, 2);
  const runs = ["a", "b", "c", "d"].map((path) => gated.run(path, [], options()));
  await settle();
  assert.deepEqual(running.map(({ path }) => path), ["a", "b"]);
  running[1]!.end();
  await settle();
  assert.deepEqual(running.map(({ path }) => path), ["a", "b", "c"]);
  for (let i = 0; i < 4; i++) {
    running[i]?.end();
    await settle();
  }
  await Promise.all(runs);
  assert.equal(running.length, 4);
});

Deno.test("a call that is aborted while it waits never runs and takes no place", async () => {
  const { running, programs } = slowPrograms();
  const gated = gatePrograms(programs, 1);
  const first = gated.run("a", [], options());
  const controller = new AbortController();
  const second = gated.run("b", [], options(controller.signal));
  const third = gated.run("c", [], options());
  controller.abort(new Error("no more"));
  await assert.rejects(second, /no more/);
  running[0]!.end();
  await first;
  await settle();
  running[1]!.end();
  await third;
  assert.deepEqual(running.map(({ path }) => path), ["a", "c"]);
});

Deno.test("a program that fails lets the next one run", async () => {
  const gated = gatePrograms({ find: () => Promise.resolve(undefined), run: () => Promise.reject(new Error("broken")) }, 1);
  await assert.rejects(gated.run("a", [], options()), /broken/);
  await assert.rejects(gated.run("b", [], options()), /broken/);
});
