import assert from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import { createApp } from "../../routes/app.ts";
import { createWsTransport } from "../../routes/transport/ws.ts";
import { listenWs } from "../../routes/ws_listener.ts";
import { captureLogger } from "../support/capture_logger.ts";
import { RawWebSocket } from "../support/raw_websocket.ts";
import { type FixtureOptions, LIMITS, startApp } from "./app_fixture.ts";

const DEVICE = "aa:bb:cc:dd:ee:ff";
const CLIENT = "7b94d69a-9808-4c59-9c9b-704333b38aff";
const HEADERS = { "Device-Id": DEVICE, "Client-Id": CLIENT };
const PATH = "/xiaozhi/v1/";

/** Runs the same play against the door of each transport. */
function onBoth(name: string, options: FixtureOptions, play: (scene: Scene) => Promise<void>): void {
  Deno.test(`native: ${name}`, async () => {
    await using fx = startApp(options);
    await play({ ...fx, token: fx.tokens.issue(CLIENT, DEVICE), messages: () => fx.log.messages().join("\n") });
  });
  Deno.test(`ws: ${name}`, async () => {
    await using fx = startApp(options);
    using log = captureLogger();
    const clock = systemClock();
    let ids = 0;
    const ws = createWsTransport({ limits: LIMITS, logger: log.logger, connectionId: () => `w${++ids}`, clock, closeTimeoutMs: 20 });
    const { door } = createApp({ ...fx.deps, logger: log.logger, transport: { kind: "ws", ws } });
    const listener = await listenWs({
      host: "127.0.0.1",
      port: 0,
      door,
      transport: ws,
      accept: fx.deps.accept,
      clock,
      logger: log.logger,
    });
    try {
      const { port } = listener.address;
      await play({ port, accepted: fx.accepted, token: fx.tokens.issue(CLIENT, DEVICE), messages: () => log.messages().join("\n") });
    } finally {
      await listener.shutdown(200);
    }
  });
}

interface Scene {
  readonly port: number;
  readonly accepted: {
    readonly deviceId: string;
    readonly clientId: string;
    readonly protocolVersion: number;
    readonly remoteAddress: string;
  }[];
  readonly token: string;
  messages(): string;
}

/** Waits until a device has been handed over. */
async function handedOver({ accepted }: Scene, count = 1): Promise<void> {
  while (accepted.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
}

onBoth("any path that ends in /xiaozhi/v1 takes a device, with or without the final slash", {}, async (scene) => {
  for (const path of [PATH, "/xiaozhi/v1", "/home/xiaozhi/v1/", `${PATH}?from=x`]) {
    using socket = await RawWebSocket.connect({ port: scene.port, path, headers: { ...HEADERS, Host: "192.168.1.5" } });
    assert.equal(socket.status, 101, path);
  }
  await handedOver(scene, 4);
  assert.deepEqual(scene.accepted[0], { deviceId: DEVICE, clientId: CLIENT, protocolVersion: 1, remoteAddress: "127.0.0.1" });
});

onBoth("identity comes from headers, in any case, with the version of the framing", {}, async (scene) => {
  const headers = { "Device-Id": DEVICE.toUpperCase(), "Client-Id": CLIENT, "Protocol-Version": "3" };
  using _socket = await RawWebSocket.connect({ port: scene.port, path: PATH, headers });
  await handedOver(scene);
  assert.deepEqual([scene.accepted[0]?.deviceId, scene.accepted[0]?.protocolVersion], [DEVICE, 3]);
});

onBoth("a browser says who it is in the query, and its token is not logged", { devices: { token: "required" } }, async (scene) => {
  const query = new URLSearchParams({ "device-id": DEVICE, "client-id": CLIENT, authorization: `Bearer ${scene.token}` });
  using socket = await RawWebSocket.connect({ port: scene.port, path: `${PATH}?${query}` });
  assert.equal(socket.status, 101);
  await handedOver(scene);
  query.set("authorization", "x".repeat(43) + ".1754640000");
  using refused = await RawWebSocket.connect({ port: scene.port, path: `${PATH}?${query}` });
  assert.equal(refused.status, 401);
  assert.equal(scene.messages().includes(scene.token), false);
  assert.equal(scene.messages().includes("x".repeat(43)), false);
});

onBoth("a device without a good token is refused before the upgrade, with a text", { devices: { token: "required" } }, async (scene) => {
  for (
    const [headers, status] of [
      [HEADERS, 401],
      [{ ...HEADERS, Authorization: "Bearer test-token" }, 401],
      [{ ...HEADERS, "Client-Id": "another", Authorization: `Bearer ${scene.token}` }, 401],
      [{ ...HEADERS, Authorization: `Bearer ${scene.token}` }, 101],
    ] as const
  ) {
    using socket = await RawWebSocket.connect({ port: scene.port, path: PATH, headers: { ...headers, Connection: "Upgrade" } });
    assert.equal(socket.status, status);
    if (status === 401) assert.match(socket.head, /www-authenticate: Bearer/i);
  }
  await handedOver(scene);
  assert.equal(scene.accepted.length, 1);
});

onBoth("no identity is 400, a device outside the list 403", { devices: { allow: "list", list: ["11:22:33:44:55:66"] } }, async (scene) => {
  using nobody = await RawWebSocket.connect({ port: scene.port, path: PATH });
  assert.equal(nobody.status, 400);
  using stranger = await RawWebSocket.connect({ port: scene.port, path: PATH, headers: HEADERS });
  assert.equal(stranger.status, 403);
  assert.equal(scene.accepted.length, 0);
});

onBoth("a plain request is told to upgrade", {}, async (scene) => {
  using plain = await RawWebSocket.connect({ port: scene.port, path: PATH, headers: { ...HEADERS, Connection: "close" }, plain: true });
  assert.equal(plain.status, 426);
  assert.match(await plain.body(), /WebSocket/);
});

onBoth("a full server answers 503 and takes devices again when there is room", { server: { maxConnections: 2 } }, async (scene) => {
  const first = await RawWebSocket.connect({ port: scene.port, path: PATH, headers: HEADERS });
  using _second = await RawWebSocket.connect({ port: scene.port, path: PATH, headers: HEADERS });
  await handedOver(scene, 2);
  using third = await RawWebSocket.connect({ port: scene.port, path: PATH, headers: HEADERS });
  assert.equal(third.status, 503);
  assert.match(third.head, /retry-after: \d+/i);
  first.vanish();
  for (let status = 503; status !== 101;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    using again = await RawWebSocket.connect({ port: scene.port, path: PATH, headers: HEADERS });
    status = again.status;
  }
});

onBoth("a server that is stopping answers 503", { deps: { draining: () => true } }, async (scene) => {
  using socket = await RawWebSocket.connect({ port: scene.port, path: PATH, headers: HEADERS });
  assert.equal(socket.status, 503);
});

onBoth("a handshake that is none is refused and takes no place", {}, async (scene) => {
  using socket = await RawWebSocket.connect({
    port: scene.port,
    path: PATH,
    plain: true,
    headers: { ...HEADERS, Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Version": "7" },
  });
  assert.ok(socket.status === 400 || socket.status === 426, String(socket.status));
  assert.equal(scene.accepted.length, 0);
});

onBoth("the client behind a trusted proxy is named", { server: { trustedProxies: ["127.0.0.1"] } }, async (scene) => {
  const headers = { ...HEADERS, "X-Forwarded-For": "203.0.113.7, 127.0.0.1" };
  using _socket = await RawWebSocket.connect({ port: scene.port, path: PATH, headers });
  await handedOver(scene);
  assert.equal(scene.accepted[0]?.remoteAddress, "203.0.113.7");
});

Deno.test("native: a socket that ended but that TCP still holds takes a place", async () => {
  await using fx = startApp({ server: { maxConnections: 1 } });
  const silent = await RawWebSocket.connect({ port: fx.port, path: PATH, headers: HEADERS });
  while (fx.transport.counts().open === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  fx.transport.closeAll(1001, "");
  assert.deepEqual(fx.transport.counts(), { opening: 0, open: 0, pendingClose: 1 });
  using refused = await RawWebSocket.connect({ port: fx.port, path: PATH, headers: HEADERS });
  assert.equal(refused.status, 503);
  silent.vanish();
});

Deno.test("with the ws transport the main port says where device sockets are", async () => {
  await using fx = startApp();
  const { handler } = createApp({ ...fx.deps, transport: { kind: "ws", ws: fx.transport } });
  const info = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 } } as const;
  const response = await handler(new Request("http://x/xiaozhi/v1/"), info);
  assert.equal(response.status, 421);
  assert.match(await response.text(), /8001/);
});

Deno.test("the port of the ws transport takes device sockets alone, and says so when it is taken", async () => {
  await using fx = startApp();
  using log = captureLogger();
  const clock = systemClock();
  const transport = createWsTransport({ limits: LIMITS, logger: log.logger, connectionId: () => "w", clock });
  const common = { host: "127.0.0.1", door: fx.app.door, transport, accept: fx.deps.accept, clock, logger: log.logger };
  const listener = await listenWs({ ...common, port: 0 });
  try {
    const response = await fetch(`http://127.0.0.1:${listener.address.port}/health`);
    assert.equal(response.status, 404);
    assert.match(await response.text(), /xiaozhi\/v1/);
    await assert.rejects(listenWs({ ...common, port: listener.address.port }), { code: "port_taken", message: /server\.wsPort/ });
  } finally {
    await listener.shutdown(200);
  }
});

onBoth("pages of other origins are no devices, at this machine and with a token too, unless they are listed", {}, async (scene) => {
  const query = new URLSearchParams({ "device-id": DEVICE, "client-id": CLIENT, authorization: scene.token });
  for (const Origin of ["https://evil.example.org", "null", `http://127.0.0.1:${scene.port}`, "file://"]) {
    using refused = await RawWebSocket.connect({ port: scene.port, path: `${PATH}?${query}`, headers: { Origin } });
    assert.equal(refused.status, 403, Origin);
  }
  assert.equal(scene.accepted.length, 0);
});

onBoth(
  "pages of a listed origin are devices like others",
  { devices: { origins: ["http://tools.example:8006"], token: "required" } },
  async (scene) => {
    const headers = { ...HEADERS, Origin: "http://tools.example:8006" };
    using anonymous = await RawWebSocket.connect({ port: scene.port, path: PATH, headers });
    assert.equal(anonymous.status, 401);
    using known = await RawWebSocket.connect({
      port: scene.port,
      path: PATH,
      headers: { ...headers, Authorization: `Bearer ${scene.token}` },
    });
    assert.equal(known.status, 101);
    await handedOver(scene);
  },
);

onBoth("a ticket that nobody issued lets nobody in, whatever else comes with it", {}, async (scene) => {
  using refused = await RawWebSocket.connect({
    port: scene.port,
    path: `${PATH}?ticket=${"x".repeat(43)}`,
    headers: { ...HEADERS, Authorization: `Bearer ${scene.token}` },
  });
  assert.equal(refused.status, 401);
  assert.equal(scene.messages().includes("x".repeat(43)), false);
});
