import assert from "node:assert/strict";
import { openSqliteHistory } from "../../services/history/sqlite.ts";
import { forget } from "../../tools/forget.ts";
import { tempDir } from "../support/temp_dir.ts";
import { VirtualClock } from "../support/virtual_clock.ts";

const clock = new VirtualClock();
const DEVICE = "aa:bb:cc:dd:ee:01";

async function run(dataDir: string, ...args: string[]): Promise<{ code: number; text: string }> {
  let text = "";
  const code = await forget({ args, clock, dataDir: () => Promise.resolve(dataDir), write: (piece) => text += piece });
  return { code, text };
}

Deno.test("the memory of a device is deleted while the server has the database open, and that of others stays", async () => {
  await using dir = await tempDir();
  await using store = await openSqliteHistory({ dataDir: dir.path, clock });
  for (const deviceId of [DEVICE, "another"]) await store.saveMemory({ deviceId, summary: "tea", coversUntil: 1, version: 1 });
  assert.deepEqual(await run(dir.path, DEVICE.toUpperCase()), { code: 0, text: `Device ${DEVICE} remembers nothing any more.\n` });
  const kept = await store.memoryOf(DEVICE);
  assert.deepEqual([kept?.summary, kept?.coversUntil], ["", clock.wall()]);
  assert.equal((await store.memoryOf("another"))?.summary, "tea");
  assert.match((await run(dir.path, DEVICE)).text, /remembered nothing/);
});

Deno.test("without a database there is nothing to forget, and none is made", async () => {
  await using dir = await tempDir();
  assert.deepEqual(await run(`${dir.path}/none`, DEVICE), { code: 0, text: `Device ${DEVICE} remembered nothing.\n` });
  await assert.rejects(Deno.stat(`${dir.path}/none`), Deno.errors.NotFound);
});

Deno.test("a call without a device is answered with the help", async () => {
  const { code, text } = await run("");
  assert.equal(code, 2);
  assert.match(text, /Expected the id of one device[^]*deno task forget <device>/);
});
