/**
 * What every audio store does. Each implementation's test calls this once.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { AudioStore } from "../../../services/audio_store/audio_store.ts";
import { AudioStoreError } from "../../../services/audio_store/errors.ts";

/** An empty store that lasts as long as a test. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: AudioStore;
}

const A = "audio/11-22-33-aa-bb-cc/01KA.user.ogg";
const B = "audio/11-22-33-aa-bb-cc/01KA.reply.ogg";
const C = "audio/id_0123/01KB.user.ogg";

const BAD_PATHS = [
  "",
  "audio",
  "audio/a.ogg",
  "audio/../history.user.ogg",
  "../audio/a/b.user.ogg",
  "/etc/passwd",
  "audio/a/../../b.user.ogg",
  "audio/a/b.user.ogg/c",
  "audio/a/b.wav",
  "audio/a/b.user.ogg\0",
  "audio\\a\\b.user.ogg",
  "audio/%2e%2e/b.user.ogg",
  "keys/owner-password",
];

/** Registers the tests. */
export function audioStoreContract(name: string, open: () => StoreUnderTest | Promise<StoreUnderTest>): void {
  const test = (what: string, body: (store: AudioStore) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using under = await open();
      await body(under.store);
    });

  test("what is put is read back, whole and in parts", async (store) => {
    const bytes = noise(200_000);
    await store.put(A, bytes);
    assert.equal(await store.size(A), bytes.length);
    assert.deepEqual(await read(store, A), bytes);
    for (const [start, end] of [[0, 1], [0, 200_000], [199_999, 200_000], [65_535, 65_537], [1000, 150_000]] as const) {
      assert.deepEqual(await read(store, A, { start, end }), bytes.slice(start, end), `${start}-${end}`);
    }
  });

  test("any part of a file is read", async (store) => {
    const bytes = noise(3000);
    await store.put(A, bytes);
    const cut = fc.tuple(fc.nat(3000), fc.nat(3000)).map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));
    await fc.assert(
      fc.asyncProperty(cut, async (range) => assert.deepEqual(await read(store, A, range), bytes.slice(range.start, range.end))),
      { numRuns: 30 },
    );
  });

  test("a file of nothing is a file", async (store) => {
    await store.put(A, new Uint8Array());
    assert.equal(await store.size(A), 0);
    assert.deepEqual(await read(store, A), new Uint8Array());
  });

  test("a file that is put again is the later one", async (store) => {
    await store.put(A, noise(50));
    await store.put(A, noise(20));
    assert.deepEqual(await read(store, A), noise(20));
  });

  test("what is not there is undefined, and removing it is no error", async (store) => {
    assert.equal(await store.size(A), undefined);
    assert.equal(await store.read(A), undefined);
    assert.equal(await store.read(A, { start: 0, end: 1 }), undefined);
    assert.equal(await store.remove([A, B]), 0);
  });

  test("what is removed is gone, and nothing else is", async (store) => {
    for (const path of [A, B, C]) await store.put(path, noise(10));
    assert.equal(await store.remove([A, C, C]), 2);
    assert.deepEqual([await store.size(A), await store.size(B), await store.size(C)], [undefined, 10, undefined]);
  });

  test("everything is listed with its size", async (store) => {
    assert.deepEqual(await Array.fromAsync(store.list()), []);
    const paths = [A, B, C, "audio/id_0123/01KC.user.ogg", "audio/id_0123/01KD.reply.ogg"];
    for (const [index, path] of paths.entries()) await store.put(path, noise(index));
    const listed = await Array.fromAsync(store.list());
    assert.deepEqual(new Map(listed.map(({ path, size }) => [path, size])), new Map(paths.map((path, index) => [path, index])));
    assert.equal(listed.length, paths.length);
    assert.ok(listed.every(({ writtenAt }) => writtenAt > 0));
  });

  test("no path but that of a turn's audio is opened, written, or removed", async (store) => {
    for (const path of BAD_PATHS) {
      const refused = (call: Promise<unknown>) =>
        assert.rejects(call, (error) => error instanceof AudioStoreError && error.code === "audio_bad_path", JSON.stringify(path));
      await refused(store.put(path, noise(1)));
      await refused(store.size(path));
      await refused(store.read(path));
      await refused(store.remove([path]));
    }
  });

  test("a body that nobody reads to its end leaves nothing open", async (store) => {
    await store.put(A, noise(300_000));
    const body = await store.read(A);
    const reader = body?.getReader();
    assert.ok(((await reader?.read())?.value?.length ?? 0) > 0);
    await reader?.cancel();
    await (await store.read(A))?.cancel();
  });
}

/** Bytes that are the same every time. */
export function noise(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => (at * 2_654_435_761 + length) >>> 13);
}

/** Reads a file, or a part. */
export async function read(store: AudioStore, path: string, range?: { start: number; end: number }): Promise<Uint8Array> {
  const body = await store.read(path, range);
  assert.ok(body !== undefined, `${path} is not there`);
  return await new Response(body).bytes();
}
