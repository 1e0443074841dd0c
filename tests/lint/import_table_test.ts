import assert from "node:assert/strict";
import { findings, testRule } from "./run_rule.ts";

const FOLDERS = ["base", "protocol", "audio", "services", "actors", "routes", "console", "tools", "bench", "tests", "lint"];

const ROWS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  protocol: ["base"],
  audio: ["base", "protocol"],
  services: ["base", "protocol", "audio"],
  actors: ["base", "protocol", "audio", "services"],
  routes: ["base", "protocol", "audio", "services", "actors"],
  console: ["base", "protocol", "audio"],
  lint: ["base"],
  compose: FOLDERS,
  tools: FOLDERS,
  bench: FOLDERS,
  tests: FOLDERS,
};

for (const [folder, row] of Object.entries(ROWS)) {
  Deno.test(`import-table lets ${folder} import exactly itself and its row`, () => {
    for (const target of FOLDERS) {
      const found = findings("import-table", [`${folder}/deep/file.ts`, `import { x } from "../../${target}/deep/other.ts";`]);
      assert.equal(found.length, target === folder || row.includes(target) ? 0 : 1, `${folder} → ${target}: ${found}`);
    }
    const main = findings("import-table", [`${folder}/file.ts`, 'import { x } from "../main.ts";']);
    assert.equal(main.length, 1);
  });
}

testRule("import-table", [
  ["protocol/a.ts", 'export * from "../audio/b.ts";'],
  ["protocol/a.ts", 'export { b } from "../audio/b.ts";'],
  ["protocol/a.ts", 'const b = await import("../audio/b.ts");'],
  ["protocol/a.ts", 'import type { B } from "../audio/b.ts";'],
  ["protocol/a.ts", 'export type B = import("../audio/b.ts").B;'],
  ["audio/deep/a.ts", 'new Worker(new URL("../../actors/b.ts", import.meta.url), { type: "module" });'],
  ["services/history/a.ts", 'import { x } from "../../actors/device/link.ts";'],
  ["elsewhere/a.ts", 'import { x } from "../base/clock.ts";'],
  ["console/a.ts", 'import { loadOpus } from "../audio/opus/libopus.ts";'],
  ["console/a.ts", 'import { type A, b } from "../routes/api/types.ts";'],
  ["console/a.ts", 'import type { A } from "../actors/device/status.ts";'],
  ["console/a.ts", 'import { DeviceRecorder } from "../services/recorder/recorder.ts";'],
  ["console/a.ts", 'import { describe } from "../services/charts/describe.ts";'],
  ["services/timeline/a.ts", 'import { HistoryError } from "../history/errors.ts";'],
  ["services/timeline/a.ts", 'import { HistoryError, type StoredTurn } from "../history/store.ts";'],
  ["tests/a_test.ts", 'import { x } from "../compose/process.ts";'],
  [new URL("../../protocol/a.ts", import.meta.url).pathname, 'import { x } from "../audio/b.ts";'],
], [
  ["main.ts", 'import { x } from "./routes/app.ts";'],
  ["main.ts", 'import { x } from "./compose/process.ts";'],
  ["protocol/a.ts", 'import { z } from "zod";'],
  ["protocol/a.ts", 'import { b } from "./b.ts";'],
  ["protocol/deep/a.ts", 'import { b } from "../b.ts";'],
  ["services/config/a.ts", 'import project from "../../deno.json" with { type: "json" };'],
  ["audio/opus/a.ts", 'new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });'],
  ["audio/opus/a.ts", 'new Worker(new URL("worker.ts", import.meta.url), { type: "module" });'],
  ["protocol/a.ts", 'const text = "../audio/b.ts"; new URL("../audio/b.ts", base);'],
  ["console/a.ts", 'import type { A } from "../routes/api/types.ts";'],
  ["console/a.ts", 'import { type A, type B } from "../routes/api/types.ts";'],
  ["console/a.ts", 'import type { OpusCodec } from "../audio/opus/codec.ts";'],
  ["console/a_worker.ts", 'import { loadOpus } from "../audio/opus/libopus.ts";'],
  ["console/a.ts", 'import { readRecording } from "../services/recorder/read.ts";'],
  ["console/a.ts", 'import { timeline } from "../services/timeline/timeline.ts";'],
  ["services/timeline/a.ts", 'import type { StoredTurn } from "../history/store.ts";'],
  ["services/timeline/a.ts", 'import { textWidth } from "../charts/text.ts";'],
  ["services/timeline/a.ts", 'import { fill } from "../../base/fill.ts";'],
  ["services/timeline/a.ts", 'import { timeline } from "./timeline.ts";'],
  ["console/a.ts", 'import { packetSamples } from "../audio/toc.ts";'],
]);
