import assert from "node:assert/strict";
import { ApiError } from "../../../console/api/problem.ts";
import { HELLO_TIMEOUT_MS, type Link, linkOpener, type LinkOptions, type Socket } from "../../../console/browser_device/link.ts";
import { TroubleError } from "../../../console/browser_device/trouble.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

const IDENTITY = { deviceId: "02:00:00:00:00:01", clientId: "c" };
const HELLO = JSON.stringify({
  type: "hello",
  transport: "websocket",
  session_id: "s",
  audio_params: { sample_rate: 16_000, frame_duration: 20 },
});

class FakeSocket implements Socket {
  binaryType: BinaryType = "blob";
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  readyState = 0;
  closed = 0;
  readonly sent: unknown[] = [];
  send(data: unknown): void {
    this.sent.push(data);
  }
  close(): void {
    this.closed++;
  }
  opens(): void {
    this.readyState = 1;
    this.onopen?.call(this as unknown as WebSocket, new Event("open"));
  }
  says(data: string | ArrayBuffer): void {
    this.onmessage?.call(this as unknown as WebSocket, new MessageEvent("message", { data }));
  }
  ends(code: number, reason = ""): void {
    this.onclose?.call(this as unknown as WebSocket, new CloseEvent("close", { code, reason }));
  }
}

function scene(more: Partial<LinkOptions> = {}) {
  const clock = new VirtualClock();
  const socket = new FakeSocket();
  const news: unknown[] = [];
  const asked: { url: string; init: RequestInit }[] = [];
  let url = "";
  const abort = new AbortController();
  const open = linkOpener({
    clock,
    identity: IDENTITY,
    version: "1.2.3",
    language: "zh-CN",
    fetch: (input, init) => {
      asked.push({ url: input, init });
      return Promise.resolve(new Response("{}"));
    },
    ticket: () => Promise.resolve({ ticket: "t" }),
    openSocket: (to) => {
      url = to;
      return socket;
    },
    location: { protocol: "http:", hostname: "xiaozhi.example", host: "xiaozhi.example:8000" },
    ...more,
  });
  const opened = open({
    text: (text, message) => void news.push(["text", text, message?.type]),
    packet: (packet) => void news.push(["packet", [...packet]]),
    sent: () => void news.push("sent"),
    lost: (code, reason) => void news.push(["lost", code, reason]),
  }, abort.signal);
  // Every test waits for it; until then a refusal is nobody's.
  opened.catch(() => {});
  return { clock, socket, news, asked, abort, opened, url: () => url };
}

async function troubleOf(opened: Promise<Link>): Promise<[string, string]> {
  const error = await opened.then(() => assert.fail("opened"), (reason) => reason);
  assert.ok(error instanceof TroubleError, String(error));
  return [error.trouble, error.message];
}

Deno.test("a connection asks OTA as a device does, shows its ticket, and is there once the server has said hello", async () => {
  const { socket, news, asked, opened, url } = scene();
  await settle();
  assert.equal(asked[0]?.url, "/xiaozhi/ota/");
  assert.deepEqual(asked[0]?.init.headers, { "content-type": "application/json", "device-id": "02:00:00:00:00:01", "client-id": "c" });
  assert.match(String(asked[0]?.init.body), /"version":"1.2.3".*"type":"browser"/);
  assert.equal(url(), "ws://xiaozhi.example:8000/xiaozhi/v1/?device-id=02%3A00%3A00%3A00%3A00%3A01&client-id=c&ticket=t");
  socket.opens();
  assert.match(String(socket.sent[0]), /"type":"hello"/);
  socket.says('{"type":"mcp","payload":{}}');
  socket.says(HELLO);
  const link = await opened;
  assert.deepEqual(link.hello, { sessionId: "s", sampleRate: 16_000, frameMs: 20 });
  assert.equal(link.url, "ws://xiaozhi.example:8000/xiaozhi/v1/");
  socket.says(Uint8Array.of(1, 2).buffer);
  link.sendAudio(Uint8Array.of(3));
  assert.deepEqual(news.at(-1), ["packet", [1, 2]]);
  assert.deepEqual(socket.sent.at(-1), Uint8Array.of(3));
  socket.ends(1011, "broken");
  assert.deepEqual(news.at(-1), ["lost", 1011, "broken"]);
  link.sendText("late");
  assert.equal(socket.sent.length, 2);
});

Deno.test("a connection that was ended here tells nobody of its end", async () => {
  const { socket, news, opened } = scene();
  await settle();
  socket.opens();
  socket.says(HELLO);
  (await opened).close();
  socket.ends(1000);
  socket.says(HELLO);
  assert.equal(socket.closed, 1);
  assert.equal(news.filter((item) => Array.isArray(item) && item[0] === "lost").length, 0);
});

Deno.test("device sockets with a port of their own are found there, and behind https at the proxy", async () => {
  const ticket = () => Promise.resolve({ ticket: "t", port: 8001 });
  const plain = scene({ ticket });
  await settle();
  assert.match(plain.url(), /^ws:\/\/xiaozhi\.example:8001\/xiaozhi\/v1\/\?/);
  const secure = scene({ ticket, location: { protocol: "https:", hostname: "xiaozhi.example", host: "xiaozhi.example" } });
  await settle();
  assert.match(secure.url(), /^wss:\/\/xiaozhi\.example\/xiaozhi\/v1\/\?/);
  for (const { abort, opened } of [plain, secure]) {
    abort.abort();
    assert.deepEqual(await troubleOf(opened), ["ended", ""]);
  }
});

Deno.test("what keeps a connection from coming about has a name, and the server's own words", async () => {
  const answer = (status: number, title: string) => () => Promise.resolve(Response.json({ title, code: "x" }, { status }));
  assert.deepEqual(await troubleOf(scene({ fetch: answer(403, "Not in the list") }).opened), ["not_allowed", "Not in the list"]);
  assert.deepEqual(await troubleOf(scene({ fetch: answer(429, "Too often") }).opened), ["refused", "Too often"]);
  assert.deepEqual(await troubleOf(scene({ fetch: () => Promise.reject(new TypeError("x")) }).opened), ["unreachable", ""]);
  const ticket = (status: number, code: string) => () => Promise.reject(new ApiError("No", { status, code }));
  assert.deepEqual(await troubleOf(scene({ ticket: ticket(403, "viewer_only") }).opened), ["not_operator", "No"]);
  assert.deepEqual(await troubleOf(scene({ ticket: ticket(0, "unreachable") }).opened), ["unreachable", ""]);
  assert.deepEqual(await troubleOf(scene({ ticket: ticket(503, "x") }).opened), ["refused", "No"]);
});

Deno.test("a socket that is refused, ends before the hello, or says nothing is given up", async () => {
  const refused = scene();
  await settle();
  refused.socket.ends(1006);
  assert.deepEqual(await troubleOf(refused.opened), ["refused", ""]);
  const ended = scene();
  await settle();
  ended.socket.opens();
  ended.socket.ends(1011, "Too busy");
  assert.deepEqual(await troubleOf(ended.opened), ["no_hello", "Too busy"]);
  for (const [opens, trouble] of [[true, "no_hello"], [false, "unreachable"]] as const) {
    const { socket, clock, opened } = scene();
    await settle();
    if (opens) socket.opens();
    socket.says('{"type":"hello","transport":"udp"}');
    await clock.advance(HELLO_TIMEOUT_MS);
    assert.deepEqual(await troubleOf(opened), [trouble, ""]);
    assert.equal(socket.closed, 1);
  }
});
