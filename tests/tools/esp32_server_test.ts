import assert from "node:assert/strict";
import { runServer } from "../support/server_process.ts";

/** Long enough for a busy machine to load the program. */
const PATIENCE_MS = 30_000;

function command(...args: readonly string[]): readonly string[] {
  return [Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=serve", "tools/esp32_server.ts", ...args];
}

Deno.test("the contract is served until a signal comes, which ends the program in time beside a request that never ends", async () => {
  await using server = await runServer({ command: command("--port", "0") });
  const [, url = ""] = await server.until(/Serving (http:\S+)/, PATIENCE_MS);
  const answer = await fetch(`${url}/api/chat`, { method: "POST", body: JSON.stringify({ message: "2 plus 3" }) });
  assert.match((await answer.json()).text, /5/);
  using client = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  await client.write(new TextEncoder().encode("POST /api/asr HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nRIFF"));
  // What came after that request was answered, so the request itself is under way.
  await (await fetch(`${url}/health`)).body?.cancel();
  const { code, tookMs } = await server.stop("SIGTERM");
  assert.equal(code, 0);
  assert.ok(tookMs < 5000);
});

Deno.test("an address that cannot be had is named with the option to change, and no stack", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  await using second = await runServer({ command: command("--port", String(port)) });
  assert.equal((await second.ended()).code, 1);
  assert.match(second.output(), new RegExp(`Cannot listen on 127\\.0\\.0\\.1:${port}: .*set --port to a free port`));
  await using elsewhere = await runServer({ command: command("--host", "203.0.113.9", "--port", "0") });
  assert.equal((await elsewhere.ended()).code, 1);
  assert.match(elsewhere.output(), /no address 203\.0\.113\.9; set --host/);
  assert.doesNotMatch(second.output() + elsewhere.output(), /\bat .*\.ts:/);
});

Deno.test("beyond this machine and without a key, it says that everybody may use it", async () => {
  await using server = await runServer({ command: command("--host", "0.0.0.0", "--port", "0") });
  await server.until(/Serving http:\S+/, PATIENCE_MS);
  await server.until(/esp32Server\.apiKey/);
  assert.equal((await server.stop("SIGTERM")).code, 0);
});
