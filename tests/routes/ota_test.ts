import assert from "node:assert/strict";
import fc from "fast-check";
import type { FixtureOptions } from "./app_fixture.ts";
import { startApp } from "./app_fixture.ts";
import { RawWebSocket } from "../support/raw_websocket.ts";
import { VirtualClock } from "../support/virtual_clock.ts";

const DEVICE = "aa:bb:cc:dd:ee:ff";
const CLIENT = "7b94d69a-9808-4c59-9c9b-704333b38aff";
const HEADERS = { "Device-Id": DEVICE, "Client-Id": CLIENT, "User-Agent": "bread-compact-wifi/2.4.2" };
const BODY = JSON.stringify({
  version: 2,
  language: "zh-CN",
  application: { name: "xiaozhi", version: "2.4.2" },
  board: { type: "bread-compact-wifi", ssid: "home" },
});

interface Answer {
  server_time: { timestamp: number; timezone_offset: number };
  firmware?: { version: string; url: string };
  websocket: { url: string; token: string; version: number };
}

async function ask(
  options: FixtureOptions,
  headers: Record<string, string> = {},
  body: BodyInit = BODY,
  path = "/xiaozhi/ota/",
) {
  await using fx = startApp(options);
  const response = await fetch(fx.base + path, { method: "POST", headers: { ...HEADERS, ...headers }, body });
  const text = await response.text();
  return { fx, response, json: JSON.parse(text) as Answer, text, port: fx.port };
}

Deno.test("a device gets the time, an echo of its version, and its socket; nothing else", async () => {
  for (const path of ["/xiaozhi/ota/", "/xiaozhi/ota"]) {
    const { fx, response, json, text, port } = await ask({ deps: { clock: new VirtualClock() } }, {}, BODY, path);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal(response.headers.get("content-length"), String(new TextEncoder().encode(text).length));
    assert.deepEqual(json, {
      server_time: { timestamp: Date.UTC(2026, 0, 1), timezone_offset: 480 },
      firmware: { version: "2.4.2", url: "" },
      websocket: { url: `ws://127.0.0.1:${port}/xiaozhi/v1/`, token: fx.tokens.issue(CLIENT, DEVICE), version: 1 },
    });
    assert.deepEqual(fx.seen, [{
      deviceId: DEVICE,
      clientId: CLIENT,
      remoteAddress: "127.0.0.1",
      seenAt: Date.UTC(2026, 0, 1),
      board: "bread-compact-wifi",
      version: "2.4.2",
      language: "zh-CN",
    }]);
  }
});

Deno.test("no body makes a request fail: identity is in the headers", async () => {
  await using fx = startApp();
  const bodies = fc.sample(fc.oneof(fc.json(), fc.string(), fc.constant("")), 60);
  bodies.push('{"board":{"ssid":"my "net""}}', "null", "[]", '{"application":{"version":5},"board":7}', "x".repeat(200_000));
  for (const body of bodies) {
    const response = await fetch(`${fx.base}/xiaozhi/ota/`, { method: "POST", headers: HEADERS, body });
    assert.equal(response.status, 200, body.slice(0, 100));
    const answer = await response.json() as Answer;
    assert.deepEqual(Object.keys(answer.websocket).sort(), ["token", "url", "version"]);
    assert.equal("mqtt" in answer, false);
  }
});

Deno.test("what one part of the body says wrongly spoils no other part", async () => {
  const { fx } = await ask({}, { "User-Agent": "x" }, '{"language":5,"application":null,"board":{"type":"esp-box"}}');
  assert.deepEqual(fx.seen.map(({ board, language, version }) => [board, language, version]), [["esp-box", undefined, undefined]]);
});

Deno.test("a version that the firmware's own comparison would choke on is not echoed", async () => {
  const { fx, json } = await ask({}, {}, '{"application":{"version":"2.4.2-beta"}}');
  assert.equal(json.firmware, undefined);
  assert.equal(fx.seen[0]?.version, "2.4.2-beta");
});

Deno.test("a missing or odd identity is a 400 that says what is wrong, so that the device tries again", async () => {
  const cases: [Record<string, string>, string][] = [
    [{ "Device-Id": "" }, "device_id_missing"],
    [{ "Device-Id": "a b" }, "device_id_invalid"],
    [{ "Device-Id": "../../etc" }, "device_id_invalid"],
    [{ "Device-Id": "a".repeat(129) }, "device_id_invalid"],
    [{ "Client-Id": "a|b" }, "client_id_invalid"],
  ];
  for (const [headers, code] of cases) {
    const { fx, response, text } = await ask({}, headers);
    assert.equal(response.status, 400);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.equal(JSON.parse(text).code, code);
    assert.equal(fx.seen.length, 0);
  }
});

Deno.test("an identity in the query counts for the socket alone, not for OTA", async () => {
  await using fx = startApp();
  const response = await fetch(`${fx.base}/xiaozhi/ota/?device-id=${DEVICE}`, { method: "POST" });
  assert.equal(response.status, 400);
  await response.body?.cancel();
});

Deno.test("a MAC in upper case is the same device", async () => {
  const { fx } = await ask({}, { "Device-Id": DEVICE.toUpperCase() });
  assert.equal(fx.seen[0]?.deviceId, DEVICE);
});

Deno.test("the announced address always has a port, and comes from publicUrl before Host", async () => {
  const url = async (server: FixtureOptions["server"], host = "192.168.1.5:8000", more: Record<string, string> = {}) => {
    await using fx = startApp({ server: server ?? {} });
    using raw = await RawWebSocket.connect({
      port: fx.port,
      path: "/xiaozhi/ota/",
      method: "POST",
      plain: true,
      headers: { Host: host, Connection: "close", "Content-Length": "0", ...HEADERS, ...more },
    });
    return raw.status === 200 ? (JSON.parse(await raw.body()) as Answer).websocket.url : raw.status;
  };
  assert.equal(await url({}), "ws://192.168.1.5:8000/xiaozhi/v1/");
  assert.equal(await url({}, "xiaozhi.lan"), "ws://xiaozhi.lan:80/xiaozhi/v1/");
  assert.equal(await url({}, "a b/c"), 400);
  assert.equal(await url({ publicUrl: "http://voice.lan:9000" }), "ws://voice.lan:9000/xiaozhi/v1/");
  assert.equal(await url({ publicUrl: "http://voice.lan" }), "ws://voice.lan:80/xiaozhi/v1/");
  assert.equal(await url({ publicUrl: "https://voice.example.org/home/" }), "wss://voice.example.org:443/home/xiaozhi/v1/");
  assert.equal(await url({ transport: "ws" }), "ws://192.168.1.5:8001/xiaozhi/v1/");
  assert.equal(await url({ transport: "ws", publicUrl: "http://voice.lan:9000" }), "ws://voice.lan:8001/xiaozhi/v1/");
  assert.equal(await url({ transport: "ws", publicUrl: "https://voice.lan" }), "wss://voice.lan:443/xiaozhi/v1/");
  const forwarded = { "X-Forwarded-Host": "voice.example.org", "X-Forwarded-Proto": "https" };
  assert.equal(await url({}, "inner:8000", forwarded), "ws://inner:8000/xiaozhi/v1/");
  assert.equal(await url({ trustedProxies: ["127.0.0.0/8"] }, "inner:8000", forwarded), "wss://voice.example.org:443/xiaozhi/v1/");
  const withPort = { ...forwarded, "X-Forwarded-Port": "8443" };
  assert.equal(await url({ trustedProxies: ["127.0.0.1"] }, "inner:8000", withPort), "wss://voice.example.org:8443/xiaozhi/v1/");
});

Deno.test("with tokens off, an empty token clears what an earlier server left", async () => {
  assert.equal((await ask({ devices: { token: "off" } })).json.websocket.token, "");
});

Deno.test("devices that are not allowed get a 403 that says how to let them in", async () => {
  const refused = await ask({ devices: { allow: "list", list: ["11:22:33:44:55:66"] } });
  assert.equal(refused.response.status, 403);
  assert.match(refused.text, /devices\.list/);
  assert.equal(refused.fx.seen.length, 0);
  assert.equal((await ask({ devices: { allow: "list", list: [DEVICE.toUpperCase()] } })).response.status, 200);
  assert.equal((await ask({ devices: { allow: "known" } })).response.status, 403);
  const known = { devices: { allow: "known" as const }, deps: { isKnown: (id: string) => Promise.resolve(id === DEVICE) } };
  assert.equal((await ask(known)).response.status, 200);
});

Deno.test("a hook that throws does not keep the device from its answer", async () => {
  const { fx, response } = await ask({ deps: { onDeviceSeen: () => Promise.reject(new Error("disk full")) } });
  assert.equal(response.status, 200);
  assert.match(fx.log.messages("warning").join(), /disk full/);
});

Deno.test("no token reaches the log", async () => {
  const { fx, json } = await ask({});
  assert.ok(json.websocket.token.length > 40);
  assert.equal(JSON.stringify(fx.log.records).includes(json.websocket.token), false);
});

Deno.test("a browser gets a text, web clients get leave to ask from their own pages", async () => {
  await using fx = startApp();
  const page = await fetch(`${fx.base}/xiaozhi/ota/`);
  assert.equal(page.status, 200);
  assert.match(await page.text(), new RegExp(`ws://127\\.0\\.0\\.1:${fx.port}/xiaozhi/v1/`));
  const preflight = await fetch(`${fx.base}/xiaozhi/ota/`, { method: "OPTIONS" });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
  assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /device-id/);
  const put = await fetch(`${fx.base}/xiaozhi/ota/`, { method: "PUT" });
  assert.equal(put.status, 405);
  await put.body?.cancel();
});
