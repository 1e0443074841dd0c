import assert from "node:assert/strict";
import { freePort } from "../../../support/free_port.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";
import { type RunningServer, serve } from "../support.ts";
import { CALLS, client, failure, KEY, never } from "./clients.ts";

const problem = (status: number, detail: string) =>
  new Response(JSON.stringify({ title: "No", status, detail }), { status, headers: { "content-type": "application/problem+json" } });

for (const [prefix, call] of Object.entries(CALLS)) {
  Deno.test(`HTTP ${prefix} turns each refusal into its typed error`, async () => {
    const cases = [
      [401, `${prefix}_unauthorized`, false],
      [404, `${prefix}_rejected`, false],
      [413, `${prefix}_too_large`, false],
      [429, `${prefix}_busy`, true],
      [500, `${prefix}_unavailable`, true],
    ] as const;
    for (const [status, code, retryable] of cases) {
      await using bad = serve(() => problem(status, `Key ${KEY} is not liked`));
      const error = await failure(call(await client(bad.baseUrl), never));
      assert.equal(error.code, code);
      assert.equal(error.retryable, retryable);
      assert.match(error.message, /\*\*\* is not liked/);
    }
  });

  Deno.test(`HTTP ${prefix} says that nobody answers where nobody listens`, async () => {
    const error = await failure(call(await client(`http://user:${KEY}@127.0.0.1:${freePort()}`), never));
    assert.equal(error.code, `${prefix}_unavailable`);
    assert.equal(error.retryable, true);
  });

  Deno.test(`HTTP ${prefix} gives up on a server that hangs, and the server sees it`, async () => {
    await using bad = hangingServer();
    const clock = new VirtualClock();
    const work = failure(call(await client(bad.baseUrl, {}, clock), never));
    await bad.asked;
    await clock.advance(30_000);
    assert.equal((await work).code, `${prefix}_timeout`);
    await bad.left;
    assert.equal(clock.armed, 0);
  });

  Deno.test(`HTTP ${prefix} ends with the caller's reason on abort, and the server sees it`, async () => {
    await using bad = hangingServer();
    const controller = new AbortController();
    const reason = new Error("Enough");
    const work = assert.rejects(call(await client(bad.baseUrl), controller.signal), (error) => error === reason);
    await bad.asked;
    controller.abort(reason);
    await work;
    await bad.left;
  });

  Deno.test(`HTTP ${prefix} refuses an answer that is not what the contract says`, async () => {
    for (const type of ["application/json", "text/html", "audio/mpeg"]) {
      await using bad = serve(() => new Response("<html>{", { headers: { "content-type": type } }));
      assert.equal(
        (await failure(call(await client(bad.baseUrl), never))).code,
        `${prefix}_${prefix === "tts" ? "bad_audio" : "bad_answer"}`,
      );
    }
  });

  Deno.test(`HTTP ${prefix} stops reading an answer without end`, async () => {
    // The largest answer allowed is 64 MB of history: zeros are quick to make and end no event and no value.
    const piece = new Uint8Array(1 << 20).fill(0x20);
    await using bad = serve(() =>
      new Response(new ReadableStream({ pull: (controller) => controller.enqueue(piece) }), {
        headers: {
          "content-type": prefix === "chat" ? "text/event-stream" : prefix === "tts" ? "audio/L16;rate=16000" : "application/json",
        },
      })
    );
    // Sound is given up for its length long before its bytes are too many.
    assert.equal((await failure(call(await client(bad.baseUrl), never))).code, prefix === "tts" ? "tts_bad_audio" : `${prefix}_too_large`);
  });
}

Deno.test("HTTP health says that a server is down instead of failing", async () => {
  const server = await client(`http://127.0.0.1:${freePort()}`);
  const health = await server.health({ signal: never });
  assert.equal(health.length, 4);
  assert.ok(health.every(({ status, note }) => status === "fail" && note !== undefined));
});

Deno.test("HTTP health repeats what a server says of itself", async () => {
  for (const [says, status] of [["healthy", "pass"], ["degraded", "warn"], ["down", "fail"]] as const) {
    await using running = serve(() => Response.json({ status: says }));
    const [first] = await (await client(running.baseUrl)).health({ signal: never });
    assert.equal(first?.status, status);
  }
});

Deno.test("HTTP GETs are tried again, POSTs that reached the server are not", async () => {
  const asked: string[] = [];
  await using bad = serve((request) => {
    asked.push(request.method);
    return asked.length < 3 && request.method === "GET"
      ? problem(503, "Starting")
      : request.method === "GET"
      ? Response.json([])
      : problem(503, "No");
  });
  const server = await client(bad.baseUrl);
  assert.deepEqual(await server.recentHistory(0, { signal: never }), []);
  assert.deepEqual(asked.splice(0), ["GET", "GET", "GET"]);
  await failure(CALLS["asr"]!(server, never));
  await failure(CALLS["chat"]!(server, never));
  assert.deepEqual(asked, ["POST", "POST"]);
});

Deno.test("HTTP POSTs that reached nobody are tried again while a server starts", async () => {
  const port = freePort();
  const work = CALLS["asr"]!(await client(`http://127.0.0.1:${port}`), never);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await using _late = serve(() => Response.json({ text: "hello" }), port);
  assert.deepEqual(await work, { text: "hello" });
});

Deno.test("HTTP calls are not tried again when the connection breaks after something was sent", async () => {
  let connections = 0;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      connections++;
      await connection.read(new Uint8Array(65_536));
      connection.close();
    }
  })();
  for (const stage of ["chat", "tts"]) {
    const error = await failure(CALLS[stage]!(await client(`http://127.0.0.1:${listener.addr.port}`), never));
    assert.equal(error.code, `${stage}_unavailable`);
  }
  listener.close();
  await serving;
  assert.equal(connections, 2);
});

Deno.test("HTTP calls follow no redirect, so that the key stays with its server", async () => {
  let reached = false;
  await using other = serve(() => {
    reached = true;
    return Response.json({ text: "stolen" });
  });
  await using running = serve(() => Response.redirect(`${other.baseUrl}/api/asr`, 307));
  assert.equal((await failure(CALLS["asr"]!(await client(running.baseUrl), never))).code, "asr_rejected");
  assert.equal(reached, false);
});

/** A server that takes a request and never answers; `asked` when it came, `left` when the caller closed the connection. */
function hangingServer(): RunningServer & { readonly asked: Promise<void>; readonly left: Promise<void> } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked = Promise.withResolvers<void>();
  const left = (async () => {
    using connection = await listener.accept();
    // Deno.serve notices late that a caller with a large body has gone, a plain socket at once.
    for await (const _piece of connection.readable) asked.resolve();
  })();
  return {
    baseUrl: `http://127.0.0.1:${listener.addr.port}`,
    asked: asked.promise,
    left,
    [Symbol.asyncDispose]: () => Promise.resolve(listener.close()),
  };
}
