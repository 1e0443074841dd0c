import assert from "node:assert/strict";
import { tcpProxy } from "./tcp_proxy.ts";

/** A server that answers each chunk with itself, twice. */
function doubling(): AsyncDisposable & { readonly port: number; readonly heard: () => string } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const conns = new Set<Deno.TcpConn>();
  let heard = "";
  const answer = async (conn: Deno.TcpConn) => {
    conns.add(conn);
    const buffer = new Uint8Array(1024);
    try {
      for (let read = await conn.read(buffer); read !== null; read = await conn.read(buffer)) {
        const text = new TextDecoder().decode(buffer.subarray(0, read));
        heard += text;
        await conn.write(new TextEncoder().encode(text + text));
      }
    } catch {
      // The proxy has cut it off, or the test is over.
    }
    conns.delete(conn);
    try {
      conn.close();
    } catch { /* closed below */ }
  };
  const running: Promise<void>[] = [];
  const serving = (async () => {
    for await (const conn of listener) running.push(answer(conn));
  })().catch(() => {});
  return {
    port: listener.addr.port,
    heard: () => heard,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      for (const conn of conns) conn.close();
      await serving;
      await Promise.all(running);
    },
  };
}

const connect = (port: number) => Deno.connect({ hostname: "127.0.0.1", port });
const say = (conn: Deno.TcpConn, text: string) => conn.write(new TextEncoder().encode(text));

/** Reads until `length` characters have come, or the connection is over. */
async function hear(conn: Deno.TcpConn, length: number): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(1024);
  try {
    while (text.length < length) {
      const read = await conn.read(buffer);
      if (read === null) break;
      text += new TextDecoder().decode(buffer.subarray(0, read));
    }
  } catch {
    // Cut off hard; what came before counts.
  }
  return text;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("bytes pass both ways, and the end of one side reaches the other", async () => {
  await using server = doubling();
  await using proxy = tcpProxy(server);
  using conn = await connect(proxy.port);
  await say(conn, "abc");
  assert.equal(await hear(conn, 6), "abcabc");
  assert.equal(proxy.open, 1);
  await conn.closeWrite();
  assert.equal(await hear(conn, 1), "");
  await until(() => proxy.open === 0);
});

Deno.test("cut closes what is open, and new connections work", async () => {
  await using server = doubling();
  await using proxy = tcpProxy(server);
  using first = await connect(proxy.port);
  await say(first, "a");
  await hear(first, 2);
  proxy.cut();
  assert.equal(await hear(first, 1), "");
  using second = await connect(proxy.port);
  await say(second, "b");
  assert.equal(await hear(second, 2), "bb");
  assert.equal(proxy.accepted, 2);
});

Deno.test("refuse turns connections away until it is healed, on the same port", async () => {
  await using server = doubling();
  await using proxy = tcpProxy(server);
  await proxy.refuse();
  await assert.rejects(connect(proxy.port), Deno.errors.ConnectionRefused);
  proxy.heal();
  using conn = await connect(proxy.port);
  await say(conn, "c");
  assert.equal(await hear(conn, 2), "cc");
});

Deno.test("stall swallows bytes and new connections, and heal lets all of it through in order", async () => {
  await using server = doubling();
  await using proxy = tcpProxy(server);
  using old = await connect(proxy.port);
  await say(old, "1");
  await hear(old, 2);
  proxy.stall();
  await say(old, "2");
  await say(old, "3");
  using fresh = await connect(proxy.port);
  await say(fresh, "4");
  await until(() => proxy.accepted === 2);
  assert.equal(server.heard(), "1");
  proxy.heal();
  assert.equal((await hear(old, 4)).replaceAll("2", "").length, 2);
  assert.equal(await hear(fresh, 2), "44");
});

Deno.test("a stalled connection can be cut, and what it held is lost", async () => {
  await using server = doubling();
  await using proxy = tcpProxy(server);
  using conn = await connect(proxy.port);
  proxy.stall();
  await say(conn, "lost");
  proxy.cut();
  proxy.heal();
  assert.equal(await hear(conn, 1), "");
  assert.equal(server.heard(), "");
});

Deno.test("delay holds every chunk for that long and keeps their order", async () => {
  await using server = doubling();
  await using proxy = tcpProxy(server);
  using conn = await connect(proxy.port);
  proxy.delay(30);
  const from = performance.now();
  await say(conn, "x");
  await say(conn, "y");
  const heard = await hear(conn, 4);
  assert.ok(performance.now() - from >= 60, "there and back");
  assert.ok(heard === "xyxy" || heard === "xxyy", heard);
});

Deno.test("cutAfter ends an answer in its middle, and only that one", async () => {
  await using server = doubling();
  await using proxy = tcpProxy(server);
  using conn = await connect(proxy.port);
  proxy.cutAfter(5);
  await say(conn, "abcd");
  assert.equal(await hear(conn, 8), "abcda");
  assert.equal(server.heard(), "abcd");
  using next = await connect(proxy.port);
  await say(next, "efgh");
  assert.equal(await hear(next, 8), "efghefgh");
});

Deno.test("a server that is not there is a connection that ends at once", async () => {
  const gone = doubling();
  const { port } = gone;
  await gone[Symbol.asyncDispose]();
  await using proxy = tcpProxy({ port });
  using conn = await connect(proxy.port);
  assert.equal(await hear(conn, 1), "");
});

Deno.test("disposing ends everything, stalled and delayed too", async () => {
  await using server = doubling();
  const proxy = tcpProxy(server);
  using conn = await connect(proxy.port);
  proxy.delay(3_600_000);
  await say(conn, "later");
  using stalled = await connect(proxy.port);
  proxy.stall();
  await say(stalled, "never");
  await proxy[Symbol.asyncDispose]();
  assert.equal(await hear(conn, 1), "");
  assert.equal(proxy.open, 0);
});
