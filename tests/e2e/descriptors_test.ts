// Runs alone: it takes many sockets.
import assert from "node:assert/strict";
import { deviceOf, eventually, untilAnswered } from "../support/server_device.ts";
import { startServer } from "../support/server_process.ts";

/** Files that the server may have open: some more than it needs to start. */
const LIMIT = 150;

Deno.test({
  name: "a server that runs out of file descriptors loses its listener, not its devices, and listens again when there are some",
  ignore: Deno.build.os === "windows",
  async fn() {
    const args = ["run", "--quiet", "--no-prompt", "-P=serve", "main.ts"].join(" ");
    await using server = await startServer({
      command: ["sh", "-c", `ulimit -n ${LIMIT}; exec "${Deno.execPath()}" ${args}`],
      env: { XIAOZHI_ESP32_SERVER_SYNTHESIZE_PROGRAM: "tone" },
    });
    using device = await deviceOf(server);
    await device.typeText("1 plus 1");
    await untilAnswered(device, 1);
    {
      using flood = new DisposableStack();
      while (!/The listener on port/.test(server.output())) {
        try {
          flood.use(await Deno.connect({ hostname: "127.0.0.1", port: server.port }));
        } catch {
          // Nobody listens at this moment.
          await server.until(/The listener on port/);
        }
      }
      await server.until(/Too many open files/);
    }
    await eventually("an answer", async () => {
      const ok = await fetch(`${server.url}/health`).then((response) => (response.body?.cancel(), response.ok), () => false);
      return { ok, value: server.output().slice(-500) };
    });
    // The connection from before has outlived the listener.
    await device.typeText("2 plus 2");
    await untilAnswered(device, 2);
    assert.deepEqual(device.violations, []);
    using other = await deviceOf(server, { number: 2 });
    await other.open();
    assert.equal((await server.stop("SIGTERM")).code, 0);
  },
});
