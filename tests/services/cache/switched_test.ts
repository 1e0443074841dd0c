import assert from "node:assert/strict";
import { createCache } from "../../../services/cache/mod.ts";
import { configWith } from "../../../services/config/mod.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

Deno.test("a cache that is switched off loads every time, and what was invalidated meanwhile does not come back with it", async () => {
  using log = captureLogger();
  let isOn = true;
  const { cache } = createCache({
    config: configWith().cache,
    enabled: () => isOn,
    shared: false,
    clock: new VirtualClock(),
    random: { next: () => 0.5, bytes: (length) => new Uint8Array(length), uuid: () => "" },
    logger: log.logger,
  });
  let value = 1;
  const read = () => cache.read("key", { tags: ["tag"], parse: (found: unknown) => found as number }, () => Promise.resolve(value));
  await read();
  value = 2;
  assert.equal(await read(), 1, "it is kept");
  isOn = false;
  assert.equal(await read(), 2);
  await cache.invalidate(["tag"]);
  isOn = true;
  assert.equal(await read(), 2);
});
