// Runs alone: it measures how long the server takes to go.
import assert from "node:assert/strict";
import { deviceOf, PATIENCE_MS } from "../support/server_device.ts";
import { startServer } from "../support/server_process.ts";
import { drainWhileTalking } from "./drain.ts";

Deno.test("SIGTERM with ten devices talking: all turns are recorded, and the exit is in time with code 0", () => drainWhileTalking(10));

Deno.test("while the server drains it is not ready and takes no socket, and a second signal ends it at once with the signal's code", async () => {
  // It takes connections and never answers.
  using chat = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using server = await startServer({
    env: {
      XIAOZHI_ESP32_SERVER_CHAT_PROVIDER: "openai",
      XIAOZHI_ESP32_SERVER_OPENAI_CHAT_MODEL: "silent",
      XIAOZHI_ESP32_SERVER_OPENAI_BASE_URL: `http://127.0.0.1:${chat.addr.port}/v1`,
      XIAOZHI_SERVER_SHUTDOWN_MS: "60000",
    },
  });
  using device = await deviceOf(server);
  await device.typeText("hello");
  await device.waitFor((it) => it.state === "speaking", { timeoutMs: PATIENCE_MS });
  server.signal("SIGTERM");
  await server.until(/Stopping: /);
  const health = await fetch(`${server.url}/health`);
  assert.deepEqual([health.status, (await health.json()).output], [503, "draining"]);
  using other = await deviceOf(server, { number: 2 });
  await assert.rejects(other.open());
  // What comes right after the first signal is the same signal, passed on.
  server.signal("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.doesNotMatch(server.output(), /second signal/);
  const { code } = await server.stop("SIGINT");
  assert.equal(code, 130);
  assert.match(server.output(), /Stopped at once by a second signal/);
});
