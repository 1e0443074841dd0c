import assert from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import { createApp } from "../../routes/app.ts";
import { heldSockets } from "../../routes/transport/census.ts";
import { createWsTransport } from "../../routes/transport/ws.ts";
import { listenWs } from "../../routes/ws_listener.ts";
import { RawWebSocket } from "../support/raw_websocket.ts";
import { LIMITS, startApp } from "./app_fixture.ts";
import { Owner } from "./transport/remembering_owner.ts";

const PATH = "/xiaozhi/v1/";
const HEADERS = { "Device-Id": "aa:bb:cc:dd:ee:ff", "Client-Id": "7b94d69a-9808-4c59-9c9b-704333b38aff" };

/** Takes every device and remembers its socket. */
function owning(owner: Owner) {
  return {
    accept: (link: Owner["link"]) => {
      owner.opened(link);
      return owner;
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("case 20: a text of more than 64 KiB closes the socket with 1009 and reaches nobody", async () => {
  const owner = new Owner();
  await using fx = startApp({ deps: owning(owner) });
  using device = await RawWebSocket.connect({ port: fx.port, path: PATH, headers: HEADERS });
  await device.text("x".repeat(64 * 1024 + 1));
  assert.equal(await device.closeCode(), 1009);
  assert.deepEqual(owner.texts, []);
  assert.deepEqual(owner.ends.map(({ code, byUs }) => [code, byUs]), [[1009, true]]);
});

Deno.test("case 29: a device that never answers the Close frame is over for its owner at once, and counted while TCP lives", async () => {
  const owner = new Owner();
  await using fx = startApp({ deps: owning(owner) });
  using device = await RawWebSocket.connect({ port: fx.port, path: PATH, headers: HEADERS });
  await owner.until(() => owner.link !== undefined);
  owner.link.close(1000, "Idle");
  assert.deepEqual(owner.ends, [{ code: 1000, reason: "Idle", byUs: true }]);
  assert.deepEqual(fx.transport.counts(), { opening: 0, open: 0, pendingClose: 1 });
  assert.equal(await device.closeCode(), 1000);
  device.vanish();
  await until(() => heldSockets(fx.transport.counts()) === 0);
  assert.equal(owner.ends.length, 1);
});

Deno.test("case 29: with the ws transport such a device is cut off", async () => {
  const owner = new Owner();
  const { accept } = owning(owner);
  await using fx = startApp();
  const clock = systemClock();
  const { logger } = fx.log;
  const ws = createWsTransport({ limits: LIMITS, logger, connectionId: () => "w1", clock, closeTimeoutMs: 20 });
  const { door } = createApp({ ...fx.deps, transport: { kind: "ws", ws } });
  const listener = await listenWs({ host: "127.0.0.1", port: 0, door, transport: ws, accept, clock, logger });
  try {
    using device = await RawWebSocket.connect({ port: listener.address.port, path: PATH, headers: HEADERS });
    await owner.until(() => owner.link !== undefined);
    owner.link.close(1000, "Idle");
    assert.deepEqual(owner.ends, [{ code: 1000, reason: "Idle", byUs: true }]);
    await device.ended();
    await until(() => heldSockets(ws.counts()) === 0);
    assert.equal(owner.ends.length, 1);
  } finally {
    await listener.shutdown(200);
  }
});

Deno.test("case 33: an OTA request is answered by its headers, whatever its body; without Device-Id it is a 400", async () => {
  await using fx = startApp();
  const ask = async (headers: Record<string, string>, body: string) => {
    const response = await fetch(`${fx.base}/xiaozhi/ota/`, { method: "POST", headers, body });
    return { status: response.status, answer: await response.json() };
  };
  for (const body of ["", "{", '{"board":{"ssid":"my "net""}}', "null", "[]", "x".repeat(100_000)]) {
    const { status, answer } = await ask(HEADERS, body);
    assert.equal(status, 200, body.slice(0, 40));
    assert.match(answer.websocket.url, /^ws:\/\/127\.0\.0\.1:\d+\/xiaozhi\/v1\/$/);
  }
  const { status, answer } = await ask({ "Client-Id": HEADERS["Client-Id"] }, "{}");
  assert.deepEqual([status, answer.code], [400, "device_id_missing"]);
});

Deno.test("case 36: behind a proxy the device is told the proxy's address and let in through it, by its own address", async () => {
  await using fx = startApp({ server: { trustedProxies: ["127.0.0.1"] } });
  // As nginx sends it: one hop, header values in lower case, a path prefix left in place.
  const forwarded = { "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "voice.example.org", "X-Forwarded-Proto": "https" };
  const headers = { Host: "127.0.0.1:8000", Connection: "close", "Content-Length": "0", ...HEADERS, ...forwarded };
  using asked = await RawWebSocket.connect({ port: fx.port, path: "/xiaozhi/ota/", method: "POST", plain: true, headers });
  assert.equal(JSON.parse(await asked.body()).websocket.url, "wss://voice.example.org:443/xiaozhi/v1/");
  using device = await RawWebSocket.connect({
    port: fx.port,
    path: `/home${PATH}`,
    headers: { ...HEADERS, ...forwarded, Upgrade: "websocket", Connection: "upgrade" },
  });
  assert.match(device.head, /^HTTP\/1\.1 101 /);
  await until(() => fx.accepted.length === 1);
  assert.equal(fx.accepted[0]?.remoteAddress, "203.0.113.7");
});

Deno.test("case 36: without trust in the proxy its headers are not believed", async () => {
  await using fx = startApp();
  const response = await fetch(`${fx.base}/xiaozhi/ota/`, {
    method: "POST",
    headers: { ...HEADERS, "X-Forwarded-Host": "voice.example.org", "X-Forwarded-Proto": "https" },
  });
  assert.equal((await response.json()).websocket.url, `ws://127.0.0.1:${fx.port}/xiaozhi/v1/`);
});
