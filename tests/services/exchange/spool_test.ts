import assert from "node:assert/strict";
import { fileAudioStore } from "../../../services/audio_store/files.ts";
import { importLines } from "../../../services/exchange/import.ts";
import { bounded, clearSpool, spool } from "../../../services/exchange/spool.ts";
import { importZip } from "../../../services/exchange/zip_import.ts";
import { HistoryError } from "../../../services/history/errors.ts";
import { turnOf } from "../../routes/api/api_fixture.ts";
import { fakeArchive } from "../../support/fake_archive.ts";
import { tempDir } from "../../support/temp_dir.ts";

async function* endless(sent: { bytes: number }): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (;;) {
    sent.bytes += 1000;
    yield new Uint8Array(1000);
    await Promise.resolve();
  }
}

const names = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name);

Deno.test("a spooled body is read from anywhere, and gone on disposal", async () => {
  await using dir = tempDir();
  {
    await using file = await spool(ReadableStream.from([new Uint8Array([1, 2, 3]), new Uint8Array([4, 5])]), dir.join("import"), 100);
    assert.equal(file.size, 5);
    assert.deepEqual(await file.read(1, 3), new Uint8Array([2, 3, 4]));
    assert.deepEqual(await file.read(3, 99), new Uint8Array([4, 5]));
    assert.deepEqual(await file.read(9, 9), new Uint8Array());
    assert.equal((await names(dir.join("import"))).length, 1);
  }
  assert.deepEqual(await names(dir.join("import")), []);
});

Deno.test("a body that does not end is given up, unread and without a trace", async () => {
  await using dir = tempDir();
  const sent = { bytes: 0 };
  for (const take of [() => spool(endless(sent), dir.join("import"), 10_000), () => Array.fromAsync(bounded(endless(sent), 10_000))]) {
    await assert.rejects(take(), { code: "import_too_large" });
  }
  const deps = { archive: fakeArchive(), audio: fileAudioStore(dir.path) };
  await assert.rejects(importZip(deps, endless(sent), { folder: dir.join("import"), maxBytes: 5000 }), { code: "import_too_large" });
  assert.ok(sent.bytes <= 11_000 * 2 + 6_000, String(sent.bytes));
  assert.deepEqual(await names(dir.join("import")), []);
});

Deno.test("what an import left when the process ended is deleted, and a folder that is not there is fine", async () => {
  await using dir = tempDir();
  await Deno.mkdir(dir.join("import"));
  await Deno.writeTextFile(dir.join("import", "import-abc"), "x");
  await clearSpool(dir.join("import"));
  await clearSpool(dir.join("import"));
  assert.deepEqual(await names(dir.path), []);
});

Deno.test("a store that goes away in the middle leaves whole batches, and the same file goes on from there", async () => {
  await using dir = tempDir();
  const archive = fakeArchive();
  const deps = { archive, audio: fileAudioStore(dir.path) };
  const lines = Array.from({ length: 350 }, (_unused, index) => {
    const { audioFiles: _, ...turn } = turnOf(index);
    return JSON.stringify({ turn }) + "\n";
  });
  const body = async function* (failAt: number) {
    for (const [index, line] of lines.entries()) {
      if (index === failAt) archive.failure = new HistoryError("away", "history_unreachable");
      yield new TextEncoder().encode(line);
    }
  };
  await assert.rejects(importLines(deps, body(250)), { code: "history_unreachable", retryable: true });
  assert.equal(archive.heldTurns.size, 200);
  archive.failure = undefined;
  assert.deepEqual(await importLines(deps, body(-1)), { added: 150, skipped: 200, refused: 0, refusals: [] });
  assert.deepEqual([...archive.heldTurns.keys()], lines.map((line) => JSON.parse(line).turn.turnId));
});
