import assert from "node:assert/strict";
import { HistoryError } from "../../../services/history/errors.ts";
import { WalFlush } from "../../../services/history/wal_flush.ts";

/** A log whose flushes end when the test says so. */
function log() {
  const flushes: PromiseWithResolvers<void>[] = [];
  let closed = 0;
  const file = {
    syncData: () => {
      const flush = Promise.withResolvers<void>();
      flushes.push(flush);
      return flush.promise;
    },
    close: () => void closed++,
  };
  const opened: string[] = [];
  const open = (path: string) => {
    opened.push(path);
    return Promise.resolve(file);
  };
  return { flushes, opened, open, closed: () => closed };
}

const settle = () => new Promise<void>((resolve) => queueMicrotask(() => setTimeout(resolve, 0)));

Deno.test("what is written while a flush is under way is flushed by one after it, for all who wait together", async () => {
  const { flushes, opened, open, closed } = log();
  const wal = new WalFlush("/data/history.db", open);
  const done: string[] = [];
  const wait = (name: string) => wal.flushed().then(() => void done.push(name));
  const first = wait("first");
  await settle();
  const others = [wait("second"), wait("third")];
  await settle();
  assert.deepEqual([flushes.length, opened], [1, ["/data/history.db-wal"]]);
  flushes[0]?.resolve();
  await first;
  await settle();
  assert.deepEqual([flushes.length, done], [2, ["first"]]);
  flushes[1]?.resolve();
  await Promise.all(others);
  assert.deepEqual(done, ["first", "second", "third"]);
  await wal[Symbol.asyncDispose]();
  assert.equal(closed(), 1);
});

Deno.test("a disk that does not take a flush fails those who waited for it, and the next flush opens the log anew", async () => {
  const { flushes, opened, open } = log();
  const wal = new WalFlush("/data/history.db", open);
  const failing = assert.rejects(wal.flushed(), (error) => error instanceof HistoryError && error.code === "disk_full");
  await settle();
  flushes[0]?.reject(new Error("ENOSPC: no space left on device"));
  await failing;
  const again = wal.flushed();
  await settle();
  flushes[1]?.resolve();
  await again;
  assert.equal(opened.length, 2);
  await wal[Symbol.asyncDispose]();
});
