import assert from "node:assert/strict";
import { systemClock } from "../../../base/clock.ts";
import { AudioStoreError } from "../../../services/audio_store/errors.ts";
import { fileAudioStore } from "../../../services/audio_store/files.ts";
import { layeredAudioStore } from "../../../services/audio_store/layered.ts";
import { s3AudioStore } from "../../../services/audio_store/s3.ts";
import { S3_KEYS, type S3Server, startS3 } from "../../support/s3_server.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { audioStoreContract, noise, read } from "./contract.ts";

const PATH = "audio/11-22-33-aa-bb-cc/01KA.user.ogg";

function storeOn(server: S3Server, more: Partial<Parameters<typeof s3AudioStore>[0]> = {}) {
  return s3AudioStore({ endpoint: server.endpoint, prefix: "", clock: systemClock(), ...S3_KEYS, ...more });
}

audioStoreContract("files", () => {
  const dir = tempDir();
  return { store: fileAudioStore(dir.path), [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
});

for (const [name, prefix] of [["S3", ""], ["S3 below a prefix", "home server/xiaozhi/"]] as const) {
  audioStoreContract(name, () => {
    const server = startS3();
    return {
      store: storeOn(server, { prefix }),
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        assert.deepEqual(server.refused, []);
        for (const key of server.objects.keys()) assert.ok(key.startsWith(`${prefix}audio/`), key);
      },
    };
  });
}

audioStoreContract("files in front of S3", () => {
  const server = startS3();
  const dir = tempDir();
  return {
    store: layeredAudioStore(fileAudioStore(dir.path), storeOn(server)),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
});

Deno.test("an S3 store with another key is refused, and says what to check without saying the key", async () => {
  await using server = startS3();
  const store = storeOn(server, { secretAccessKey: "wrong-secret" });
  for (const call of [() => store.put(PATH, noise(1)), () => store.size(PATH), () => Array.fromAsync(store.list())]) {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof AudioStoreError);
      assert.deepEqual([error.code, error.retryable], ["audio_refused", false]);
      assert.match(error.message, /history\.audioStore/);
      assert.doesNotMatch(error.message, /wrong-secret/);
      return true;
    });
  }
  assert.equal(server.objects.size, 0);
});

Deno.test("a bucket that is not there is an error and not an empty one", async () => {
  await using server = startS3();
  const store = storeOn(server, { bucket: "others" });
  await assert.rejects(Array.fromAsync(store.list()), { code: "audio_refused" });
  await assert.rejects(store.put(PATH, noise(1)), { code: "audio_refused" });
});

Deno.test("a store that is busy, gone or silent may be asked again", async () => {
  await using server = startS3();
  server.failWith = 503;
  await assert.rejects(storeOn(server).size(PATH), { code: "audio_unreachable", retryable: true });
  server.failWith = undefined;
  const gone = storeOn(server, { fetch: () => Promise.reject(new TypeError("connection refused")) });
  await assert.rejects(gone.put(PATH, noise(1)), { code: "audio_unreachable", retryable: true });
});

Deno.test("audio that has moved is read from where it is, and removed from both places", async () => {
  await using server = startS3();
  await using dir = tempDir();
  const local = fileAudioStore(dir.path);
  const distant = storeOn(server);
  const store = layeredAudioStore(local, distant);
  await local.put(PATH, noise(100));
  assert.deepEqual(await read(store, PATH, { start: 10, end: 20 }), noise(100).slice(10, 20));
  assert.deepEqual(server.asked, []);
  await distant.put(PATH, noise(100));
  assert.equal((await Array.fromAsync(store.list())).length, 1);
  await local.remove([PATH]);
  assert.deepEqual(await read(store, PATH), noise(100));
  await local.put(PATH, noise(100));
  assert.equal(await store.remove([PATH]), 1);
  assert.deepEqual([await local.size(PATH), server.objects.size], [undefined, 0]);
});

Deno.test("a link among the audio leads nowhere", async () => {
  await using dir = tempDir();
  await Deno.mkdir(dir.join("audio", "a"), { recursive: true });
  await Deno.writeTextFile(dir.join("secret"), "secret");
  await Deno.symlink(dir.join("secret"), dir.join("audio", "a", "b.user.ogg"));
  const store = fileAudioStore(dir.path);
  assert.equal(await store.size("audio/a/b.user.ogg"), undefined);
  assert.equal(await store.read("audio/a/b.user.ogg"), undefined);
});
