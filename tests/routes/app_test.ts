import assert from "node:assert/strict";
import { RawWebSocket } from "../support/raw_websocket.ts";
import { type AppFixture, deviceStatus, PASSWORD, startApp, storedTurn } from "./app_fixture.ts";

const ATTACK = `<script>alert("x")</script>'&`;

/** A request of another machine: Host is what counts for who may see what. */
function ask(fx: AppFixture, path: string, headers: Record<string, string> = {}): Promise<{ status: number; head: string; body: string }> {
  return (async () => {
    const all = { Host: "192.168.1.5:8000", Connection: "close", ...headers };
    using client = await RawWebSocket.connect({ port: fx.port, path, plain: true, headers: all });
    return { status: client.status, head: client.head, body: await client.body() };
  })();
}

const basic = (password: string) => ({ Authorization: `Basic ${btoa(`owner:${password}`)}` });

const full = {
  deps: {
    devices: () => [deviceStatus({ deviceId: ATTACK, board: ATTACK, state: "speaking" }), deviceStatus()],
    history: {
      listTurns: () =>
        Promise.resolve([
          storedTurn({ userText: "older question" }),
          storedTurn({ userText: ATTACK, replyText: ATTACK, heardText: ATTACK }),
          storedTurn({ outcome: "interrupted", userText: "a story", replyText: "Heard this. Not that.", heardText: "Heard this." }),
          storedTurn({ outcome: "failed", replyText: "", heardText: "", error: { code: "chat_timeout", message: `late ${ATTACK}` } }),
        ]),
    },
    recording: (id: string) => id === "aa:bb:cc:dd:ee:ff" ? ['{"n":1}', '{"n":2}'] : undefined,
  },
};

Deno.test("everybody sees what this is and the address to type into a device", async () => {
  await using fx = startApp({ server: { host: "0.0.0.0" } });
  const { status, head, body } = await ask(fx, "/");
  assert.equal(status, 200);
  assert.match(body, new RegExp(`http://192\\.168\\.1\\.5:${fx.port}/xiaozhi/ota/`));
  assert.match(body, new RegExp(`ws://192\\.168\\.1\\.5:${fx.port}/xiaozhi/v1/`));
  assert.match(body, /href="\/owner"/);
  assert.match(head, /content-security-policy: default-src 'none'/i);
  assert.match(head, /cache-control: no-store/i);
});

Deno.test("the page loads nothing from elsewhere, and its style and script are the ones that its policy names", async () => {
  await using fx = startApp(full);
  const { head, body } = await ask(fx, "/", basic(PASSWORD));
  assert.doesNotMatch(body, /<(link|img|iframe|object|embed)\b|\b(src|srcset|@import)\s*=|url\(https?:|\son[a-z]+=/i);
  for (const tag of ["style", "script"]) {
    const blocks = [...body.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "g"))];
    assert.equal(blocks.length, 1);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(blocks[0]?.[1]));
    assert.ok(head.includes(`${tag}-src 'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`));
  }
});

Deno.test("the page speaks the visitor's language", async () => {
  await using fx = startApp();
  assert.match((await ask(fx, "/", { "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8" })).body, /<html lang="zh-CN">[\s\S]*连接设备/);
  assert.match((await ask(fx, "/", { "Accept-Language": "de,en;q=0.5" })).body, /<html lang="en">[\s\S]*Connect a device/);
  assert.match((await ask(fx, "/?lang=zh")).body, /连接设备/);
});

Deno.test("a stranger sees no device and no conversation", async () => {
  await using fx = startApp(full);
  const { body } = await ask(fx, "/");
  for (const secret of ["aa:bb:cc", "a story", "older question", "bread-compact"]) assert.equal(body.includes(secret), false, secret);
});

Deno.test("the owner sees devices and turns, newest first, every value escaped, the unheard part struck through", async () => {
  await using fx = startApp(full);
  const { status, body } = await ask(fx, "/", basic(PASSWORD));
  assert.equal(status, 200);
  assert.equal(body.includes(ATTACK), false);
  assert.equal(body.split("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;").length - 1, 5);
  assert.ok(body.indexOf("a story") < body.indexOf("older question"));
  assert.match(body, /Heard this\.<span class="unheard"[^>]*> Not that\.<\/span>/);
  for (const shown of ["speaking · auto", "bread-compact-wifi", "2.4.2", "1.1 s", "late &lt;script"]) {
    assert.ok(body.includes(shown), shown);
  }
});

Deno.test("a history that cannot be read leaves the rest of the page standing", async () => {
  await using fx = startApp({ deps: { history: { listTurns: () => Promise.reject(new Error("locked")) } } });
  const { status, body } = await ask(fx, "/", basic(PASSWORD));
  assert.equal(status, 200);
  assert.match(body, /history cannot be read/);
  assert.match(fx.log.messages("warning").join(), /locked/);
});

Deno.test("the status is the owner's: at this machine, or by password", async () => {
  await using fx = startApp(full);
  const status = async (headers: Record<string, string>) => (await ask(fx, "/api/status", headers)).status;
  for (const host of ["localhost", `localhost:${fx.port}`, "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"]) {
    assert.equal(await status({ Host: host }), 200, host);
  }
  const strangers: Record<string, string>[] = [
    {},
    { Host: "evil.example.org" },
    { Host: "localhost.evil.example.org" },
    { Host: "127.0.0.1.evil.example.org" },
    { Host: "localhost", "X-Forwarded-For": "127.0.0.1" },
    { Host: "localhost", "X-Forwarded-Proto": "https" },
    { Host: "localhost", Forwarded: "for=127.0.0.1" },
    { Host: "localhost", Via: "1.1 proxy" },
    { Host: "localhost", "X-Real-IP": "127.0.0.1" },
    basic("wrong"),
    basic(""),
    { Authorization: "Basic !!!" },
    { Authorization: `Bearer ${PASSWORD}` },
  ];
  for (const headers of strangers) assert.equal(await status(headers), 401, JSON.stringify(headers));
  assert.equal(await status(basic(PASSWORD)), 200);
  assert.equal(await status({ ...basic(PASSWORD), "X-Forwarded-For": "203.0.113.7" }), 200);
});

Deno.test("the status says who is connected and how many sockets there are", async () => {
  await using fx = startApp({ deps: { devices: () => [deviceStatus()] } });
  const response = await fetch(`${fx.base}/api/status`);
  assert.equal(response.headers.get("access-control-allow-origin"), null);
  const { uptimeMs, ...rest } = await response.json();
  assert.ok(uptimeMs >= 0);
  assert.deepEqual(rest, {
    version: "0.1.0",
    draining: false,
    sockets: { transport: "native", opening: 0, open: 0, pendingClose: 0, max: 10 },
    devices: [JSON.parse(JSON.stringify(deviceStatus()))],
  });
});

Deno.test("the status says what waits for its delivery", async () => {
  const delivery = {
    state: "backoff",
    depth: 3,
    sessions: 1,
    oldestAgeMs: 60_000,
    delivered: 5,
    parked: 1,
    lastError: { code: "history_unreachable", message: "Cannot reach it", at: 1 },
    bytesUsed: 4096,
    maxBytes: 1_073_741_824,
    audioRefused: false,
  } as const;
  await using fx = startApp({ deps: { parts: () => Promise.resolve({ delivery }) } });
  assert.deepEqual((await (await fetch(`${fx.base}/api/status`)).json()).delivery, delivery);
});

Deno.test("a challenge asks browsers for the password; /owner leads back to the page", async () => {
  await using fx = startApp();
  const asked = await ask(fx, "/owner");
  assert.equal(asked.status, 401);
  assert.match(asked.head, /www-authenticate: Basic realm=/i);
  const allowed = await ask(fx, "/owner", basic(PASSWORD));
  assert.equal(allowed.status, 303);
  assert.match(allowed.head, /location: \//i);
});

Deno.test("guessing is slowed down: after ten wrong passwords even the right one has to wait", async () => {
  await using fx = startApp();
  for (let i = 0; i < 10; i++) assert.equal((await ask(fx, "/api/status", basic(`guess ${i}`))).status, 401);
  const limited = await ask(fx, "/api/status", basic(PASSWORD));
  assert.equal(limited.status, 429);
  assert.match(limited.head, /retry-after: [1-9]\d?\r/i);
  assert.equal(limited.body.includes(PASSWORD), false);
});

Deno.test("a recording is lines of JSON for the owner alone", async () => {
  await using fx = startApp(full);
  const path = "/debug/devices/AA:BB:CC:DD:EE:FF/recording";
  assert.equal((await ask(fx, path)).status, 401);
  const response = await fetch(fx.base + path);
  assert.equal(response.headers.get("content-type"), "application/x-ndjson");
  assert.equal(await response.text(), '{"n":1}\n{"n":2}\n');
  const none = await fetch(`${fx.base}/debug/devices/nobody/recording`);
  assert.deepEqual([none.status, (await none.json()).code], [404, "recording_not_found"]);
});

Deno.test("with the console off nobody is the owner", async () => {
  await using fx = startApp({ ...full, console: false });
  const page = await (await fetch(`${fx.base}/`)).text();
  assert.equal(page.includes("a story"), false);
  assert.equal(page.includes("/owner"), false);
  const status = await fetch(`${fx.base}/api/status`, { headers: basic(PASSWORD) });
  assert.deepEqual([status.status, (await status.json()).code], [403, "console_off"]);
});

Deno.test("health is simple and for everybody", async () => {
  await using fx = startApp();
  const { status, body } = await ask(fx, "/health");
  assert.equal(status, 200);
  assert.match(body, /\{"status":"pass","version":"0\.1\.0"/);
});

Deno.test("a server that drains says so, and is not ready for more", async () => {
  await using fx = startApp({ deps: { draining: () => true } });
  const { status, body } = await ask(fx, "/health");
  assert.equal(status, 503);
  assert.match(body, /"status":"fail","version":"0\.1\.0","output":"draining"/);
});

Deno.test("what is not there is a problem that says what is", async () => {
  await using fx = startApp();
  const response = await fetch(`${fx.base}/nowhere`, { method: "POST" });
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const problem = await response.json();
  assert.equal(problem.status, 404);
  assert.match(problem.detail, /POST \/nowhere.*\/xiaozhi\/ota\//);
});

Deno.test("what fails inside is logged and told to nobody else", async () => {
  const boom = () => {
    throw new Error("database password is hunter2");
  };
  await using fx = startApp({ devices: { allow: "known" }, deps: { devices: boom, isKnown: boom } });
  const page = await fetch(`${fx.base}/`);
  const status = await fetch(`${fx.base}/api/status`);
  const ota = await fetch(`${fx.base}/xiaozhi/ota/`, { method: "POST", headers: { "Device-Id": "aa" } });
  using device = await RawWebSocket.connect({ port: fx.port, path: "/xiaozhi/v1/", headers: { "Device-Id": "aa" } });
  assert.deepEqual([page.status, status.status, ota.status, device.status], [500, 500, 500, 500]);
  for (const response of [page, status, ota]) assert.doesNotMatch(await response.text(), /hunter2/);
  assert.equal(fx.log.messages("error").length, 4);
});
