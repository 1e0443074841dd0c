import assert from "node:assert/strict";
import { systemClock } from "../../../base/clock.ts";
import { type DeviceSocketHandlers, type SocketRequest, VirtualDevice } from "../../../tools/device/mod.ts";
import { webSocketClient } from "../../../tools/device/websocket_client.ts";
import { FrameParser } from "../../../tools/device/websocket_frames.ts";
import { parseWebSocketUrl } from "../../../tools/device/websocket_url.ts";
import { GOOD_HELLO } from "./memory_bench.ts";
import { goodAnswer, type RawConnection, type RawFrame, withRawServer } from "./raw_server.ts";

const clock = systemClock();

const request = (url: string, token = "secret"): SocketRequest => ({
  url,
  token,
  protocolVersion: 1,
  deviceId: "02:00:00:00:00:01",
  clientId: "6a0d9a5e-6f0d-4a53-9a8e-0a4a7b1f6f01",
});

/** Handlers that write down what they hear; `heard` resolves when the server's last frame, the text "end", is there. */
function recorder() {
  const events: string[] = [];
  const end = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const handlers: DeviceSocketHandlers = {
    onText: (text) => {
      if (text === "end") end.resolve();
      else events.push(`text ${text}`);
    },
    onBinary: (data) => void events.push(`binary ${[...data]}`),
    onPing: () => void events.push("ping"),
    onCloseFrame: (code, reason) => {
      events.push(`close ${code} ${reason}`.trim());
      end.resolve();
    },
    onGone: () => {
      events.push("gone");
      gone.resolve();
    },
    onFault: (fault) => void events.push(fault),
  };
  return { events, handlers, end: end.promise, gone: gone.promise };
}

/** What a device hears of `frames`, which end with "end" or a Close frame, and all frames that it sends in answer until it drops the connection. */
async function hear(frames: RawFrame[], options: { answerClose?: boolean } = {}): Promise<{ events: string[]; answers: number[] }> {
  const { events, handlers, end } = recorder();
  const answers: number[] = [];
  await withRawServer(async (url, connected) => {
    const socket = await webSocketClient({ clock, ...options })(request(url), handlers);
    const connection = await connected;
    const closing = frames.some(({ opcode }) => opcode === 8);
    await connection.write(...frames, ...(closing ? [] : [{ opcode: 1, payload: "end" }]));
    await end;
    socket.destroy();
    const parser = new FrameParser();
    for (let bytes = await connection.read(); bytes !== undefined; bytes = await connection.read()) {
      answers.push(...parser.push(bytes).map(({ opcode }) => opcode));
    }
  });
  return { events, answers };
}

Deno.test("the upgrade request has exactly the firmware's headers, in its order, Host without the port", async () => {
  await withRawServer(async (url, connected) => {
    const socket = await webSocketClient({ clock })(request(url), recorder().handlers);
    const { request: head } = await connected;
    assert.deepEqual(head.replace(/Key: \S+/, "Key: K").split("\r\n"), [
      "GET /xiaozhi/v1/ HTTP/1.1",
      "Host: 127.0.0.1",
      "Authorization: Bearer secret",
      "Client-Id: 6a0d9a5e-6f0d-4a53-9a8e-0a4a7b1f6f01",
      "Connection: Upgrade",
      "Device-Id: 02:00:00:00:00:01",
      "Protocol-Version: 1",
      "Sec-WebSocket-Key: K",
      "Sec-WebSocket-Version: 13",
      "Upgrade: websocket",
      "",
      "",
    ]);
    socket.destroy();
  });
});

Deno.test("a token with a space is sent as it is, and no token means no header", async () => {
  for (const [token, expected] of [["Basic abc", /\r\nAuthorization: Basic abc\r\n/], ["", /^(?![\s\S]*Authorization)/]] as const) {
    await withRawServer(async (url, connected) => {
      const socket = await webSocketClient({ clock })(request(url, token), recorder().handlers);
      assert.match((await connected).request, expected);
      socket.destroy();
    });
  }
});

Deno.test("well-formed messages arrive without a fault", async () => {
  const { events, answers } = await hear([{ opcode: 1, payload: "hé" }, { opcode: 2, payload: Uint8Array.of(1, 2) }, {
    opcode: 1,
    payload: "x".repeat(300),
  }]);
  assert.deepEqual(events, ["text hé", "binary 1,2", `text ${"x".repeat(300)}`]);
  assert.deepEqual(answers, []);
});

Deno.test("pings are reported and answered with a pong", async () => {
  const { events, answers } = await hear([{ opcode: 9, payload: "p" }]);
  assert.deepEqual(events, ["ping"]);
  assert.deepEqual(answers, [10]);
});

Deno.test("a Close frame is reported and not answered, unless asked for", async () => {
  const close = { opcode: 8, payload: Uint8Array.of(0x03, 0xe8, 0x62, 0x79, 0x65) };
  assert.deepEqual(await hear([close]), { events: ["close 1000 bye"], answers: [] });
  assert.deepEqual(await hear([close], { answerClose: true }), { events: ["close 1000 bye"], answers: [8] });
});

Deno.test("a frame after the Close frame is reported and not delivered", async () => {
  await withRawServer(async (url, connected) => {
    const { events, handlers, gone } = recorder();
    await webSocketClient({ clock })(request(url), handlers);
    const connection = await connected;
    await connection.write({ opcode: 8 }, { opcode: 1, payload: "late" });
    connection.close();
    await gone;
    assert.deepEqual(events, ["close 1005", "websocket_framing", "gone"]);
  });
});

Deno.test("fragments are put together and reported", async () => {
  const { events } = await hear([{ opcode: 1, payload: "a", fin: false }, { opcode: 0, payload: "b", fin: false }, {
    opcode: 0,
    payload: "c",
  }]);
  assert.deepEqual(events, ["websocket_fragmented", "text abc"]);
});

Deno.test("breaches of framing are reported", async () => {
  for (
    const [name, frames] of [
      ["masked", [{ opcode: 2, payload: Uint8Array.of(1), masked: true }]],
      ["reserved bit", [{ opcode: 2, payload: Uint8Array.of(1), reserved: 4 }]],
      ["reserved opcode", [{ opcode: 3 }]],
      ["stray continuation", [{ opcode: 0, payload: "a" }]],
      ["invalid UTF-8", [{ opcode: 1, payload: Uint8Array.of(0xff) }]],
      ["long ping", [{ opcode: 9, payload: "x".repeat(126) }]],
    ] as [string, RawFrame[]][]
  ) {
    assert.ok((await hear(frames)).events.includes("websocket_framing"), name);
  }
});

Deno.test("an answer with an extension, a subprotocol or a wrong accept key is reported and used, as the firmware does", async () => {
  for (
    const answer of [
      (accept: string) => goodAnswer(accept).replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
      (accept: string) => goodAnswer(accept).replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: chat\r\n\r\n"),
      () => goodAnswer("wrong"),
    ]
  ) {
    const { events, handlers } = recorder();
    await withRawServer(async (url) => {
      const socket = await webSocketClient({ clock })(request(url), handlers);
      assert.deepEqual(events, ["websocket_handshake"]);
      socket.destroy();
    }, answer);
  }
});

Deno.test("anything but a 101 refuses the upgrade, naming the status", async () => {
  await withRawServer(async (url) => {
    await assert.rejects(webSocketClient({ clock })(request(url), recorder().handlers), (error: Error & { code?: string }) => {
      assert.equal(error.code, "upgrade_refused");
      assert.match(error.message, /401/);
      return true;
    });
  }, () => "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
});

Deno.test("no server is a clear error", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assert.rejects(webSocketClient({ clock })(request(`ws://127.0.0.1:${port}/`), recorder().handlers), {
    code: "server_not_connected",
  });
});

Deno.test("destroy drops TCP without a Close frame, after what was sent before", async () => {
  await withRawServer(async (url, connected) => {
    const { events, handlers } = recorder();
    const socket = await webSocketClient({ clock })(request(url), handlers);
    const connection = await connected;
    socket.sendText("last words");
    socket.destroy();
    const frames = new FrameParser().push(await readAll(connection));
    assert.deepEqual(frames.map(({ opcode, payload, masked }) => [opcode, new TextDecoder().decode(payload), masked]), [[
      1,
      "last words",
      true,
    ]]);
    assert.deepEqual(events, []);
  });
});

Deno.test("a server that drops the connection is noticed once", async () => {
  await withRawServer(async (url, connected) => {
    const { events, handlers, gone } = recorder();
    await webSocketClient({ clock })(request(url), handlers);
    (await connected).close();
    await gone;
    assert.deepEqual(events, ["gone"]);
  });
});

Deno.test("a client that stopped reading hears nothing any more", async () => {
  await withRawServer(async (url, connected) => {
    const { events, handlers } = recorder();
    const socket = await webSocketClient({ clock })(request(url), handlers);
    const connection = await connected;
    socket.stopReading();
    await connection.write({ opcode: 1, payload: "a" }, { opcode: 1, payload: "b" });
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.deepEqual(events, []);
    socket.destroy();
  });
});

Deno.test("a virtual device blames pings on firmware up to 1.8.9 only, and fragments on all", async () => {
  for (
    const [profile, codes] of [["1.6", ["websocket_ping", "websocket_fragmented"]], ["1.8", ["websocket_ping", "websocket_fragmented"]], [
      "2.1",
      ["websocket_fragmented"],
    ], ["2.4", ["websocket_fragmented"]]] as const
  ) {
    await withRawServer(async (url, connected) => {
      const identity = { deviceId: "02:00:00:00:00:01", clientId: "c" };
      using device = new VirtualDevice({ profile, mode: "auto", identity, clock, openSocket: webSocketClient({ clock }), server: { url } });
      const opened = device.open();
      const connection = await connected;
      await connection.write({ opcode: 1, payload: JSON.stringify(GOOD_HELLO) });
      await opened;
      await connection.write({ opcode: 9 }, { opcode: 1, payload: '{"type":"llm",', fin: false }, {
        opcode: 0,
        payload: '"emotion":"sad"}',
      });
      await device.waitFor(() => device.received.some(({ message }) => message?.type === "llm"));
      assert.deepEqual(device.violations.map(({ code }) => code), codes, profile);
    });
  }
});

Deno.test("addresses are read as the firmware reads them", () => {
  assert.deepEqual(parseWebSocketUrl("ws://host:8000/a?b=c:d"), { secure: false, host: "host", port: 8000, path: "/a?b=c:d" });
  assert.deepEqual(parseWebSocketUrl("wss://host/a"), { secure: true, host: "host", port: 443, path: "/a" });
  assert.deepEqual(parseWebSocketUrl("ws://host"), { secure: false, host: "host", port: 80, path: "/" });
  for (const url of ["ftp://host/", "ws://host/a:b", "ws://[::1]:80/", "ws://host:0/", "ws://:80/", "ws://host:x/"]) {
    assert.throws(() => parseWebSocketUrl(url), { code: "bad_url" }, url);
  }
});

async function readAll(connection: RawConnection): Promise<Uint8Array> {
  const bytes: number[] = [];
  for (let chunk = await connection.read(); chunk !== undefined; chunk = await connection.read()) bytes.push(...chunk);
  return Uint8Array.from(bytes);
}
