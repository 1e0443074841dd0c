import assert from "node:assert/strict";
import type { AudioStore } from "../../../services/audio_store/audio_store.ts";
import { fileAudioStore } from "../../../services/audio_store/files.ts";
import { openAudioRemovals } from "../../../services/audio_store/removals.ts";
import { AudioShipper } from "../../../services/audio_store/shipper.ts";
import { AudioStoreError } from "../../../services/audio_store/errors.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";
import { noise, read } from "./contract.ts";

const MINUTE = 60_000;
const path = (index: number) => `audio/device/turn${index}.user.ogg`;

/** A store that is away while `away.now` is true. */
function unsteady(store: AudioStore, away: { now: boolean }): AudioStore {
  const guard = () => {
    if (away.now) throw new AudioStoreError("The store is away", "audio_unreachable");
  };
  return {
    ...store,
    put: async (...args) => (guard(), await store.put(...args)),
    remove: async (...args) => (guard(), await store.remove(...args)),
  };
}

Deno.test("audio moves when its turn was long committed, and stays while the store is away", async () => {
  using log = captureLogger();
  await using here = tempDir();
  await using there = tempDir();
  const local = fileAudioStore(here.path);
  const away = { now: true };
  const distant = unsteady(fileAudioStore(there.path), away);
  const clock = new VirtualClock(Date.now());
  for (let index = 0; index < 3; index++) await local.put(path(index), noise(index + 1));
  await using shipper = new AudioShipper({ local, distant, clock, logger: log.logger });
  assert.equal(await shipper.ship(), 0);
  assert.equal(await local.size(path(0)), 1);
  await clock.advance(11 * MINUTE);
  await assert.rejects(shipper.ship(), { code: "audio_unreachable" });
  assert.equal((await Array.fromAsync(local.list())).length, 3);
  away.now = false;
  assert.equal(await shipper.ship(), 3);
  assert.deepEqual(await Array.fromAsync(local.list()), []);
  for (let index = 0; index < 3; index++) assert.deepEqual(await read(distant, path(index)), noise(index + 1));
});

Deno.test("audio that is erased while it moves is nowhere afterwards", async () => {
  using log = captureLogger();
  await using here = tempDir();
  await using there = tempDir();
  const local = fileAudioStore(here.path);
  const distant = fileAudioStore(there.path);
  const racing: AudioStore = {
    ...distant,
    async put(...args) {
      await distant.put(...args);
      await local.remove([args[0]]);
    },
  };
  const clock = new VirtualClock(Date.now() + 11 * MINUTE);
  await local.put(path(0), noise(5));
  await using shipper = new AudioShipper({ local, distant: racing, clock, logger: log.logger });
  assert.equal(await shipper.ship(), 0);
  assert.equal(await distant.size(path(0)), undefined);
});

Deno.test("what is to be removed is removed when the store is back, also after a restart, and the list is empty then", async () => {
  using log = captureLogger();
  await using dir = tempDir();
  const files = fileAudioStore(dir.path);
  const away = { now: true };
  const store = unsteady(files, away);
  const clock = new VirtualClock();
  const options = { store, journal: dir.join("audio-removals.jsonl"), clock, logger: log.logger };
  for (let index = 0; index < 3; index++) await files.put(path(index), noise(5));
  {
    await using removals = await openAudioRemovals(options);
    await removals.remove([path(0), path(1)]);
    assert.equal(removals.waiting, 2);
  }
  await Deno.writeTextFile(options.journal, '["audio/device/tur', { append: true });
  await using removals = await openAudioRemovals(options);
  assert.equal(removals.waiting, 2);
  away.now = false;
  // Files are removed in real time, so the round is over only when it is.
  for (let wait = 0; wait < 1000 && removals.waiting > 0; wait++) await clock.advance(MINUTE);
  while ((await Deno.stat(options.journal)).size > 0) await settle();
  assert.deepEqual((await Array.fromAsync(files.list())).map((file) => file.path), [path(2)]);
});

Deno.test("a list of removals cannot name anything but audio", async () => {
  using log = captureLogger();
  await using dir = tempDir();
  await Deno.writeTextFile(dir.join("history.db"), "kept");
  await Deno.writeTextFile(dir.join("list"), '["history.db","../x","audio/../history.db"]\n{"a":1}\n5\n');
  await using removals = await openAudioRemovals({
    store: fileAudioStore(dir.path),
    journal: dir.join("list"),
    clock: new VirtualClock(),
    logger: log.logger,
  });
  await removals.remove(["history.db", "/etc/passwd"]);
  assert.equal(removals.waiting, 0);
  assert.equal(await Deno.readTextFile(dir.join("history.db")), "kept");
});
