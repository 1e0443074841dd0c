import assert from "node:assert/strict";
import { watchFile } from "../../../../services/config/live/mod.ts";
import { captureLogger } from "../../../support/capture_logger.ts";
import { tempDir } from "../../../support/temp_dir.ts";
import { systemClock } from "../../../../base/clock.ts";
import { settle, VirtualClock } from "../../../support/virtual_clock.ts";

/** A folder whose events a test makes. */
function folder() {
  const queue: (() => void)[] = [];
  let closed = false;
  const events = {
    close() {
      closed = true;
      queue.splice(0).forEach((wake) => wake());
    },
    async *[Symbol.asyncIterator]() {
      while (!closed) {
        await new Promise<void>((resolve) => queue.push(resolve));
        if (!closed) yield {};
      }
    },
  };
  return { events, event: () => queue.splice(0).forEach((wake) => wake()) };
}

Deno.test("many events in a row are one look, and only another text is a change", async () => {
  using log = captureLogger();
  const clock = new VirtualClock();
  const { events, event } = folder();
  let text = "a";
  let changes = 0;
  await using _ = watchFile({
    file: "/x/config.yaml",
    clock,
    logger: log.logger,
    onChange: () => changes++,
    watch: () => events,
    readText: () => Promise.resolve(text),
  });
  await settle();
  text = "b";
  for (let i = 0; i < 5; i++) {
    event();
    await clock.advance(100);
  }
  assert.equal(changes, 0, "the writing is not over");
  await clock.advance(1000);
  assert.equal(changes, 1);
  event();
  await clock.advance(1000);
  assert.equal(changes, 1, "another file of the folder");
});

Deno.test("a file that an editor replaces is seen", async () => {
  using log = captureLogger();
  await using dir = await tempDir();
  const file = `${dir.path}/config.yaml`;
  await Deno.writeTextFile(file, "a");
  const changed = Promise.withResolvers<void>();
  await using _ = watchFile({
    file,
    clock: systemClock(),
    logger: log.logger,
    onChange: changed.resolve,
    readText: (path) => Deno.readTextFile(path),
  });
  await settle();
  await Deno.writeTextFile(`${file}.tmp`, "b");
  await Deno.rename(`${file}.tmp`, file);
  await changed.promise;
});

Deno.test("where the system cannot watch, that is logged and nothing else happens", async () => {
  using log = captureLogger();
  const watch = () => {
    throw new Error("No space left for watches");
  };
  const options = { file: "/x/y", clock: new VirtualClock(), logger: log.logger, onChange: () => {}, readText: () => Promise.resolve("") };
  await using _ = watchFile({ ...options, watch });
  await settle();
  assert.match(log.messages("warning")[0] ?? "", /send SIGHUP/);
});
