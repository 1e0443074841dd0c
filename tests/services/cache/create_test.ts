import assert from "node:assert/strict";
import { systemRandom } from "../../../base/random.ts";
import { createCache } from "../../../services/cache/mod.ts";
import { configWith } from "../../../services/config/mod.ts";
import type { RedisLink } from "../../../services/redis/link.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { linkTo, silent } from "../redis/support.ts";
import { freePort } from "../../support/free_port.ts";

/** Whether a second read is answered from what the first one kept, and whether there is something to tell other nodes. */
async function made(
  options: { readonly enabled: boolean; readonly shared: boolean; readonly redis?: RedisLink },
): Promise<[boolean, boolean]> {
  const { cache, channel } = createCache({
    ...options,
    config: configWith({}).cache,
    clock: new VirtualClock(),
    random: systemRandom(),
    logger: silent,
  });
  const read = () => cache.read("k", { tags: [], parse: (value) => value }, () => Promise.resolve(1));
  await read();
  await read();
  return [cache.counts.hits === 1, channel !== undefined];
}

Deno.test("own data are kept in memory, shared data in Redis or not at all, and nothing where the cache is switched off", async () => {
  await using redis = linkTo(`redis://127.0.0.1:${freePort()}`);
  assert.deepEqual(await made({ enabled: true, shared: false }), [true, false]);
  assert.deepEqual(await made({ enabled: true, shared: false, redis }), [true, false]);
  assert.deepEqual(await made({ enabled: true, shared: true }), [false, false]);
  assert.deepEqual(await made({ enabled: true, shared: true, redis }), [false, true]);
  for (const shared of [true, false]) assert.deepEqual(await made({ enabled: false, shared, redis }), [false, false]);
});
