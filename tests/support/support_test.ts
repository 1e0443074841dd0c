import assert from "node:assert/strict";
import { captureLogger } from "./capture_logger.ts";
import { freePort } from "./free_port.ts";
import { tempDir } from "./temp_dir.ts";

Deno.test("a temporary folder is gone after the block, even when the test removed it itself", async () => {
  let path = "";
  {
    await using dir = tempDir();
    path = dir.path;
    await Deno.writeTextFile(dir.join("a.txt"), "x");
  }
  await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
  await using dir = tempDir();
  await Deno.remove(dir.path);
});

Deno.test("a free port can be listened on", () => {
  const port = freePort();
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  assert.equal(listener.addr.port, port);
  listener.close();
});

Deno.test("captured loggers hear their own records, children's too, with properties filled in", () => {
  using one = captureLogger();
  using two = captureLogger();
  one.logger.info("Device {deviceId} connected", { deviceId: "aa" });
  one.logger.getChild("link").with({ n: 1 }).debug("Got {n}");
  two.logger.error("Broken");
  assert.deepEqual(one.messages(), ["Device aa connected", "Got 1"]);
  assert.deepEqual(one.messages("debug"), ["Got 1"]);
  assert.deepEqual(two.records.map((record) => record.level), ["error"]);
});

Deno.test("nothing is captured after disposal", () => {
  const log = captureLogger();
  log[Symbol.dispose]();
  log.logger.info("Late");
  assert.deepEqual(log.records, []);
});
