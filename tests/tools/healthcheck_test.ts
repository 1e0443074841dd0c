import assert from "node:assert/strict";
import { ailment } from "../../tools/healthcheck.ts";
import { freePort } from "../support/free_port.ts";

/** Runs `body` against a server that answers `/health` with this. */
async function withServer(
  answer: (request: Request) => Response | Promise<Response>,
  body: (port: string) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  await body(String(server.addr.port));
}

Deno.test("a server that answers 200 on /health is well", async () => {
  await withServer(
    (request) => new Response("{}", { status: new URL(request.url).pathname === "/health" ? 200 : 404 }),
    async (port) => assert.equal(await ailment(port), undefined),
  );
});

Deno.test("a server that answers anything else is not, and says what", async () => {
  await withServer(() => new Response("no", { status: 503 }), async (port) => assert.match(await ailment(port) ?? "", /503, expected 200/));
});

Deno.test("a server that is not there or never answers is not well", async () => {
  assert.match(await ailment(String(freePort())) ?? "", /did not answer/);
  const { promise, resolve } = Promise.withResolvers<Response>();
  await withServer(() => promise, async (port) => {
    assert.match(await ailment(port, 50) ?? "", /did not answer/);
    resolve(new Response());
  });
});
