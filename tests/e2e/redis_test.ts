import assert from "node:assert/strict";
import { noRedis, startRedis } from "../support/redis.ts";
import { startServer } from "../support/server_process.ts";
import { until } from "../services/redis/support.ts";

Deno.test({
  name: "the server starts although its Redis is away, uses it once it is there, and stops although it is frozen",
  ignore: noRedis,
  fn: async () => {
    await using redis = await startRedis();
    await redis.kill();
    await using server = await startServer({ env: { XIAOZHI_REDIS_URL: redis.url, XIAOZHI_DEVICES_ALLOW: "known" } });
    const ota = async () => {
      const headers = { "device-id": "aa:bb:cc:dd:ee:ff", "client-id": "c", "content-type": "application/json" };
      const answer = await fetch(`${server.url}/xiaozhi/ota/`, { method: "POST", headers, body: "{}" });
      await answer.body?.cancel();
      return answer.status;
    };
    const before = await ota();
    assert.ok(before < 500, `${before}`);
    await redis.restart();
    await until(async () => /name=xiaozhi:commands /.test(String(await redis.call("CLIENT", "LIST"))), "the server has connected");
    assert.equal(await ota(), before);
    redis.pause();
    assert.equal(await ota(), before);
    assert.equal((await server.stop("SIGTERM")).code, 0);
    assert.doesNotMatch(server.output(), /not handled|Unhandled|NotCapable/);
  },
});
