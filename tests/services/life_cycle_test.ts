import assert from "node:assert/strict";
import { openLifeCycle } from "../../services/life_cycle.ts";
import { audioPath } from "../../services/history/audio_files.ts";
import { openSqliteHistory } from "../../services/history/sqlite.ts";
import { DEVICE, SESSION, turnOf } from "../routes/api/api_fixture.ts";
import { captureLogger } from "../support/capture_logger.ts";
import { S3_KEYS, startS3 } from "../support/s3_server.ts";
import { tempDir } from "../support/temp_dir.ts";
import { settle, VirtualClock } from "../support/virtual_clock.ts";

Deno.test("with an S3-compatible store, audio moves there, is read from there, and goes when its turn is erased, also after the store was away", async () => {
  await using dir = tempDir();
  await using server = startS3();
  using log = captureLogger();
  const clock = new VirtualClock(Date.now() + 3_600_000);
  await using store = await openSqliteHistory({ dataDir: dir.path, clock });
  const bytes = new TextEncoder().encode("OggS and more");
  const commit = async (index: number) => {
    const { audioFiles: _, ...turn } = turnOf(index);
    await store.commitTurn({ ...turn, audio: { user: bytes } });
    return audioPath(DEVICE, turn.turnId, "user");
  };
  const [first, second] = [await commit(0), await commit(1)];
  await using lifeCycle = await openLifeCycle({
    archive: store,
    deviceTable: store.deviceTable,
    deviceStore: store,
    history: { retentionDays: 0, audioStore: { kind: "s3", endpoint: server.endpoint, prefix: "home/", ...S3_KEYS } },
    dataDir: dir.path,
    clock,
    logger: log.logger,
  });
  // The rounds begin on the virtual clock; what they do takes real time, during which that clock stands still.
  await clock.advance(60_000);
  while (server.objects.size < 2) await settle();
  assert.deepEqual([...server.objects.keys()].sort(), [`home/${first}`, `home/${second}`].sort());
  while ((await Array.fromAsync(Deno.readDir(dir.join("audio", "11-22-33-aa-bb-cc")))).length > 0) await settle();
  assert.deepEqual(await new Response(await lifeCycle.audio.read(first)).bytes(), bytes);

  assert.equal((await lifeCycle.erase({ turnId: turnOf(0).turnId })).turns, 1);
  assert.deepEqual([...server.objects.keys()], [`home/${second}`]);
  server.failWith = 503;
  assert.equal((await lifeCycle.erase({ sessionId: SESSION.sessionId })).turns, 1);
  assert.equal(server.objects.size, 1);
  server.failWith = undefined;
  await clock.advance(60_000);
  while (server.objects.size > 0) await settle();
  assert.doesNotMatch(log.messages().join("\n"), new RegExp(S3_KEYS.secretAccessKey.slice(0, 8)));
});
