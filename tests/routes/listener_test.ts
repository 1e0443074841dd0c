import assert from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import { type HttpServer, listen, ListenError, listenError, type Serve } from "../../routes/listener.ts";
import { captureLogger } from "../support/capture_logger.ts";
import { settle, VirtualClock } from "../support/virtual_clock.ts";

/** A server that fails when told to. */
class FakeServer implements HttpServer {
  readonly addr: { hostname: string; port: number };
  readonly finished: Promise<void>;
  shutdowns = 0;
  end!: () => void;
  fail!: (error: Error) => void;

  constructor(hostname: string, port: number, readonly finishes = true) {
    this.addr = { hostname, port };
    this.finished = new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
    this.finished.catch(() => {});
  }

  shutdown(): Promise<void> {
    this.shutdowns++;
    if (this.finishes) this.end();
    return this.finished;
  }
}

const emfile = () => new Error("Too many open files (os error 24)");
const handler = () => new Response("ok");

function scene(refuse: (call: number) => Error | undefined = () => undefined, finishes = true) {
  const clock = new VirtualClock();
  const log = captureLogger();
  const servers: FakeServer[] = [];
  const asked: number[] = [];
  const serve: Serve = ({ hostname, port }) => {
    asked.push(port);
    const refusal = refuse(asked.length);
    if (refusal !== undefined) throw refusal;
    const server = new FakeServer(hostname, port === 0 ? 4321 : port, finishes);
    servers.push(server);
    return server;
  };
  const start = (port = 0) => listen({ host: "127.0.0.1", port, handler, clock, logger: log.logger, serve });
  return { clock, log, servers, asked, start };
}

Deno.test("a listener that runs out of file descriptors is opened again on the same port after a pause", async () => {
  const { clock, log, servers, asked, start } = scene();
  using _log = log;
  const listener = start();
  servers[0]!.fail(emfile());
  await settle();
  assert.equal(listener.listening(), false);
  await clock.advance(99);
  assert.equal(servers.length, 1);
  await clock.advance(1);
  assert.equal(servers.length, 2);
  assert.deepEqual(asked, [0, 4321]);
  assert.equal(listener.listening(), true);
  assert.match(log.messages("error").join(), /Too many open files/);
  await listener.shutdown(1000);
});

Deno.test("pauses double up to five seconds while it keeps failing, and start anew after a healthy minute", async () => {
  const { clock, log, servers, start } = scene();
  using _log = log;
  const listener = start();
  const pauses: number[] = [];
  const failAndMeasure = async () => {
    const count = servers.length;
    servers.at(-1)!.fail(emfile());
    const from = clock.now();
    while (servers.length === count) await clock.advance(100);
    pauses.push(clock.now() - from);
  };
  for (let i = 0; i < 8; i++) await failAndMeasure();
  assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  await clock.advance(60_000);
  await failAndMeasure();
  assert.equal(pauses.at(-1), 100);
  await listener.shutdown(1000);
});

Deno.test("a port that is not free again at once is tried again", async () => {
  const { clock, log, servers, asked, start } = scene((call) => call === 2 || call === 3 ? new Deno.errors.AddrInUse("in use") : undefined);
  using _log = log;
  const listener = start();
  servers[0]!.fail(emfile());
  await clock.advance(100 + 200 + 400);
  assert.equal(asked.length, 4);
  assert.equal(listener.listening(), true);
  await listener.shutdown(1000);
});

Deno.test("shutdown during the pause opens nothing any more and leaves no timer", async () => {
  const { clock, log, servers, start } = scene();
  using _log = log;
  const listener = start();
  servers[0]!.fail(emfile());
  await settle();
  await listener.shutdown(1000);
  await clock.advance(60_000);
  assert.equal(servers.length, 1);
  assert.equal(clock.armed, 0);
});

Deno.test("shutdown waits for requests no longer than its deadline", async () => {
  const { clock, log, servers, start } = scene(undefined, false);
  using _log = log;
  const listener = start();
  let done = false;
  const stopped = listener.shutdown(4000).then(() => done = true);
  await clock.advance(3999);
  assert.deepEqual([servers[0]!.shutdowns, done], [1, false]);
  await clock.advance(1);
  await stopped;
  assert.equal(clock.armed, 0);
  servers[0]!.end();
});

Deno.test("a taken port is an error that names it and says what to do", async () => {
  using log = captureLogger();
  const common = { host: "127.0.0.1", handler, clock: systemClock(), logger: log.logger };
  const first = listen({ ...common, port: 0 });
  const { port } = first.address;
  assert.throws(() => listen({ ...common, port }), (error: unknown) => {
    assert.ok(error instanceof ListenError);
    assert.equal(error.code, "port_taken");
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}.*server\\.port`));
    return true;
  });
  await first.shutdown(1000);
});

Deno.test("an address of another machine and a port that the user may not open are told apart", () => {
  using log = captureLogger();
  assert.throws(() => listen({ host: "203.0.113.9", port: 0, handler, clock: systemClock(), logger: log.logger }), {
    code: "address_unknown",
  });
  const keys = { host: "server.host", port: "server.port" };
  assert.equal(listenError(new Deno.errors.PermissionDenied("no"), "0.0.0.0", 80, keys).code, "port_forbidden");
  assert.equal(listenError(new Error("odd"), "0.0.0.0", 80, keys).code, "listen_failed");
});

Deno.test("a real listener answers, and after shutdown refuses", async () => {
  using log = captureLogger();
  const listener = listen({ host: "127.0.0.1", port: 0, handler, clock: systemClock(), logger: log.logger });
  const url = `http://127.0.0.1:${listener.address.port}/`;
  assert.equal(await (await fetch(url)).text(), "ok");
  await listener.shutdown(1000);
  await assert.rejects(fetch(url));
  assert.equal(listener.listening(), false);
});

Deno.test("shutdown ends in time, and without an error, beside a request that never ends", async () => {
  using log = captureLogger();
  const begun = Promise.withResolvers<void>();
  const never = async (request: Request) => {
    begun.resolve();
    return new Response(await request.text().catch(() => "cut"));
  };
  const listener = listen({ host: "127.0.0.1", port: 0, handler: never, clock: systemClock(), logger: log.logger });
  const { port } = listener.address;
  const errors: ErrorEvent[] = [];
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    errors.push(event);
  };
  addEventListener("error", onError);
  {
    using client = await Deno.connect({ hostname: "127.0.0.1", port });
    await client.write(new TextEncoder().encode("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nhalf"));
    await begun.promise;
    await listener.shutdown(50);
    await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }));
  }
  await settle();
  removeEventListener("error", onError);
  assert.deepEqual(errors.map((event) => event.message), []);
  assert.match(log.messages("warning").join(), /still running after 50 ms/);
});
