import assert from "node:assert/strict";
import fc from "fast-check";
import { connectTcp, createNearFetch, type HttpFetch, type NearFetch } from "../../../services/near_fetch/mod.ts";
import { freePort } from "../../support/free_port.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { rawServer, type Script } from "./raw_server.ts";

const JSON_TYPE = { "content-type": "application/json" };
const ask = (body: string): RequestInit => ({ method: "POST", headers: JSON_TYPE, body, redirect: "manual" });
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const noFetch: HttpFetch = (url) => Promise.reject(new Error(`fetch was asked for ${url}`));

function near(clock = new VirtualClock(), fetch = noFetch): NearFetch {
  return createNearFetch({ clock, connect: connectTcp, fetch });
}

/** What becomes of a call; all failures are one. */
async function outcome(fetch: HttpFetch, url: string): Promise<unknown> {
  try {
    const response = await fetch(url, ask("{}"));
    const { status, ok, headers } = response;
    return { status, ok, type: headers.get("Content-Type"), body: text(await response.bytes()) };
  } catch (error) {
    assert.ok(error instanceof TypeError, `${error}`);
    return "failed";
  }
}

const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

const ANSWERS: Readonly<Record<string, string>> = {
  "a length": `${HEAD}Content-Length: 5\r\n\r\nHello`,
  "no body": `${HEAD}Content-Length: 0\r\n\r\n`,
  "a status without a body": "HTTP/1.1 204 No Content\r\nContent-Type: text/plain\r\n\r\n",
  "a refusal": "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nNo",
  "a redirect that is not followed": "HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n",
  "no reason": "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nOK",
  "the end of the connection": `${HEAD}\r\nHello`,
  "the end of an HTTP/1.0 connection": "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nHello",
  "chunks": `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n7;why=not\r\n, world\r\n0\r\n\r\n`,
  "chunks and a trailer": `${HEAD}Transfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\nTrailer: yes\r\n\r\n`,
  "an interim answer before it": `HTTP/1.1 100 Continue\r\n\r\n${HEAD}Content-Length: 5\r\n\r\nHello`,
  "one length twice": `${HEAD}Content-Length: 5\r\nContent-Length: 5\r\n\r\nHello`,
  "more than its length": `${HEAD}Content-Length: 5\r\n\r\nHello, world`,
  "lines that end without CR": "HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 5\n\nHello",
  "a length that is not reached": `${HEAD}Content-Length: 6\r\n\r\nHello`,
  "chunks that are cut off": `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nHel`,
  "chunks without an end": `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n`,
  "a chunk of no size": `${HEAD}Transfer-Encoding: chunked\r\n\r\nxyz\r\nHello\r\n0\r\n\r\n`,
  "a chunk longer than its size": `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nHello\r\n0\r\n\r\n`,
  "two lengths": `${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\nHello!`,
  "a length that is no number": `${HEAD}Content-Length: five\r\n\r\nHello`,
  "a header without a colon": "HTTP/1.1 200 OK\r\nNonsense\r\nContent-Length: 2\r\n\r\nOK",
  "something that is no HTTP": "220 mail.example.org ESMTP\r\n\r\n",
  "nothing": "",
};

for (const [what, answer] of Object.entries(ANSWERS)) {
  Deno.test(`an answer with ${what} is to near fetch what it is to fetch, in whatever pieces it comes`, async () => {
    await using plain = rawServer(() => [answer, undefined]);
    const expected = await outcome((url, init) => fetch(url, init), plain.url);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat({ max: answer.length }), { maxLength: 4 }), async (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), answer.length];
        const pieces = at.slice(1).map((end, index) => answer.slice(at[index], end)).filter((piece) => piece !== "");
        await using server = rawServer((): Script => [...pieces, undefined]);
        using client = near();
        assert.deepEqual(await outcome(client.fetch, server.url), expected);
      }),
      { numRuns: 8 },
    );
  });
}

Deno.test("an answer that says in two ways where it ends is refused", async () => {
  await using server = rawServer(() => [`${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n`]);
  using client = near();
  assert.equal(await outcome(client.fetch, server.url), "failed");
});

Deno.test("a head, a chunk's line and a trailer without end are refused", async () => {
  for (const endless of [`${HEAD}X: `, `${HEAD}Transfer-Encoding: chunked\r\n\r\n5;`, `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n`]) {
    await using server = rawServer(() => [endless, ...Array.from({ length: 40 }, () => `${"x".repeat(1000)}:\r`)]);
    using client = near();
    assert.equal(await outcome(client.fetch, server.url), "failed");
    await server.left;
  }
});

Deno.test("a request is sent whole, with what fetch would say of it", async () => {
  await using server = rawServer(() => [`${HEAD}Content-Length: 2\r\n\r\nOK`]);
  using client = near();
  const headers = { ...JSON_TYPE, authorization: "Bearer key" };
  await (await client.fetch(`${server.url}/a/b?c=d`, { ...ask("{}"), headers })).bytes();
  const { host } = new URL(server.url);
  const lines = [
    "POST /a/b?c=d HTTP/1.1",
    `host: ${host}`,
    "content-type: application/json",
    "authorization: Bearer key",
    "content-length: 2",
  ];
  const [request = ""] = server.asked;
  assert.deepEqual(request.split("\r\n").slice(0, lines.length), lines);
  assert.ok(request.endsWith("\r\n\r\n{}"));
});

Deno.test("a connection serves one call after the other, and is closed when nobody has used it for 4 s", async () => {
  const clock = new VirtualClock();
  await using server = rawServer(() => [`${HEAD}Content-Length: 2\r\n\r\nOK`]);
  using client = near(clock);
  for (let n = 0; n < 3; n++) assert.deepEqual(text(await (await client.fetch(server.url, ask("{}"))).bytes()), "OK");
  assert.equal(server.connections, 1);
  await clock.advance(8000);
  await server.left;
  assert.equal(clock.armed, 0);
  await outcome(client.fetch, server.url);
  assert.equal(server.connections, 2);
});

for (
  const [what, script] of [["says that it closes", [`${HEAD}Connection: close\r\nContent-Length: 2\r\n\r\nOK`]], [
    "sends more than its answer",
    [`${HEAD}Content-Length: 2\r\n\r\nOKAY`],
  ], ["breaks off", [`${HEAD}Content-Length: 2\r\n\r\nO`, undefined]]] as const
) {
  Deno.test(`a connection whose server ${what} is not used again`, async () => {
    await using server = rawServer(() => script);
    using client = near();
    await outcome(client.fetch, server.url);
    await outcome(client.fetch, server.url);
    assert.equal(server.connections, 2);
  });
}

Deno.test("a connection that the server closes while nobody uses it is replaced", async () => {
  await using server = rawServer(() => [`${HEAD}Content-Length: 2\r\n\r\nOK`]);
  using client = near();
  await outcome(client.fetch, server.url);
  server.hangUp();
  await server.left;
  while (await outcome(client.fetch, server.url) === "failed");
  assert.equal(server.connections, 2);
});

Deno.test("two calls at once have a connection each", async () => {
  await using server = rawServer(() => [`${HEAD}Content-Length: 2\r\n\r\nOK`]);
  using client = near();
  await Promise.all([outcome(client.fetch, server.url), outcome(client.fetch, server.url)]);
  assert.equal(server.connections, 2);
});

Deno.test("an abort ends the call with its reason, before and in the middle of the answer, and the server sees it", async () => {
  for (const script of [[], [HEAD], [`${HEAD}Content-Length: 9\r\n\r\nHello`]]) {
    await using server = rawServer(() => script);
    using client = near();
    const controller = new AbortController();
    const reason = new Error("Barge-in");
    const call = async () => await (await client.fetch(server.url, { ...ask("{}"), signal: controller.signal })).bytes();
    const work = assert.rejects(call(), (error) => error === reason);
    while (server.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort(reason);
    await work;
    await server.left;
    await assert.rejects(client.fetch(server.url, { ...ask("{}"), signal: controller.signal }), (error) => error === reason);
  }
});

Deno.test("a body comes piece by piece, and leaving it closes the connection", async () => {
  await using server = rawServer(() => [`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n`]);
  using client = near();
  const { body } = await client.fetch(server.url, ask("{}"));
  for await (const piece of body ?? []) {
    assert.equal(text(piece), "Hello");
    break;
  }
  await server.left;
});

Deno.test("a server that refuses without reading the whole request is heard", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using conn = await listener.accept();
    await conn.read(new Uint8Array(10));
    await conn.write(new TextEncoder().encode("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"));
    // Until the client has left: bytes that nobody reads would reset the connection.
    while (await conn.read(new Uint8Array(1 << 16)) !== null);
  })();
  using client = near();
  const response = await client.fetch(`http://127.0.0.1:${listener.addr.port}/`, ask("x".repeat(100_000)));
  assert.equal(response.status, 413);
  client[Symbol.dispose]();
  await serving;
  listener.close();
});

Deno.test("whatever is not a simple request to a near server is left to fetch", async () => {
  const simple = ask("{}");
  const cases: readonly (readonly [string, RequestInit])[] = [
    ["https://localhost/", simple],
    ["http://api.example.org/", simple],
    ["http://8.8.8.8/", simple],
    ["http://user:password@localhost/", simple],
    ["http://localhost/", { ...simple, redirect: "follow" }],
    ["http://localhost/", { ...simple, method: "PUT" }],
    ["http://localhost/", { ...simple, body: new FormData() }],
    ["http://localhost/", { ...simple, headers: {} }],
    ["http://localhost/", { ...simple, headers: { ...JSON_TYPE, "x-a": "b\r\nx-c: d" } }],
    ["http://localhost/", { ...simple, headers: { ...JSON_TYPE, "x-a": "é" } }],
    ["http://localhost/", { ...simple, headers: { ...JSON_TYPE, "transfer-encoding": "chunked" } }],
    ["nonsense", simple],
  ];
  for (const [url, init] of cases) {
    using client = createNearFetch({
      clock: new VirtualClock(),
      connect: () => assert.fail(`${url} was connected to`),
      fetch: () => Promise.resolve(new Response("by fetch")),
    });
    assert.equal(text(await (await client.fetch(url, init)).bytes()), "by fetch");
  }
});

Deno.test("near are this machine, private networks and names without a dot", async () => {
  const hosts = ["localhost", "127.0.0.1", "[::1]", "10.1.2.3", "172.20.0.5", "192.168.1.2", "[fd00::5]", "xiaozhi-esp32-server"];
  const asked: string[] = [];
  for (const host of hosts) {
    using client = createNearFetch({
      clock: new VirtualClock(),
      connect: ({ hostname, port }) => Promise.reject(new Error(String(asked.push(`${hostname} ${port}`)))),
      fetch: () => Promise.resolve(new Response()),
    });
    await client.fetch(`http://${host}:8003/api/asr`, ask("{}"));
  }
  assert.deepEqual(asked, hosts.map((host) => `${host.replace(/[[\]]/g, "")} 8003`));
});

Deno.test("where nobody listens, it is fetch that says so", async () => {
  using client = near(new VirtualClock(), (url, init) => fetch(url, init));
  await assert.rejects(
    client.fetch(`http://127.0.0.1:${freePort()}/`, ask("{}")),
    (error: Error) => /Connect/.test(`${error.message} ${error.cause}`),
  );
});
