// Runs alone: it counts the server's open files, which a slow machine keeps open for longer.
import assert from "node:assert/strict";
import { RawWebSocket } from "../support/raw_websocket.ts";
import { askServer, deviceOf, eventually, identityOf, statusOf, untilAnswered, untilStatus, within } from "../support/server_device.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";

const quick = { XIAOZHI_ESP32_SERVER_SYNTHESIZE_PROGRAM: "tone" };

/** How long a client without hello is waited for: not long, yet enough for all of them to connect on a busy machine. */
const HELLO_TIMEOUT_MS = "2000";

/** Clients that do as stock devices do: they never answer a Close frame. */
const CLIENTS = 50;

/** A client at the address that OTA announces. It answers nothing by itself. */
async function client(server: ServerProcess, number: number): Promise<RawWebSocket> {
  const { url, token, version } = await askServer(server, number);
  const { port, pathname } = new URL(url);
  const { deviceId, clientId } = identityOf(number);
  const headers = { "Device-Id": deviceId, "Client-Id": clientId, "Protocol-Version": String(version), Authorization: `Bearer ${token}` };
  const socket = await RawWebSocket.connect({ port: Number(port), path: pathname, headers });
  assert.equal(socket.status, 101);
  return socket;
}

async function converse(server: ServerProcess): Promise<void> {
  using device = await deviceOf(server);
  await device.typeText("1 plus 1");
  await untilAnswered(device, 1);
  await untilStatus(server, ({ devices }) => devices[0]?.turns === 1, "the first turn");
  assert.deepEqual(device.violations, []);
  assert.deepEqual(device.turns[0]?.sentences, ["That makes 2."]);
}

async function untilEmpty(server: ServerProcess): Promise<void> {
  await untilStatus(server, ({ sockets, devices }) => {
    return sockets.opening === 0 && sockets.open === 0 && sockets.pendingClose === 0 && devices.length === 0;
  }, "no socket and no device");
}

/** Sockets that the server has open, its listeners included. The kernel lists them; Deno lets no process look there by itself. */
async function openSockets(server: ServerProcess): Promise<number> {
  const { stdout } = await new Deno.Command("ls", { args: ["-l", `/proc/${server.serverPid}/fd`], env: { LC_ALL: "C" } }).output();
  return new TextDecoder().decode(stdout).match(/ -> socket:/g)?.length ?? 0;
}

Deno.test("with the ws transport a device converses at the address that OTA announces", async () => {
  await using server = await startServer({ env: { ...quick, XIAOZHI_SERVER_TRANSPORT: "ws", XIAOZHI_SERVER_WS_PORT: "0" } });
  const announced = new URL((await askServer(server)).url);
  assert.notEqual(Number(announced.port), server.port);
  assert.match(server.output(), new RegExp(`ws://127.0.0.1:${announced.port}/xiaozhi/v1/`));
  await converse(server);
  assert.equal((await statusOf(server)).sockets.transport, "ws");
  using wrong = await RawWebSocket.connect({ port: server.port, path: "/xiaozhi/v1/", headers: { "Device-Id": "02:00:00:00:00:01" } });
  assert.equal(wrong.status, 421);
  assert.equal((await server.stop("SIGTERM")).code, 0);
});

Deno.test({
  ignore: Deno.build.os !== "linux",
  name: "with the ws transport clients that ignore Close frames and vanish leave nothing behind",
  async fn() {
    const env = { XIAOZHI_SERVER_TRANSPORT: "ws", XIAOZHI_SERVER_WS_PORT: "0", XIAOZHI_DEVICES_HELLO_TIMEOUT_MS: HELLO_TIMEOUT_MS };
    await using server = await startServer({ env: { ...quick, ...env } });
    await converse(server);
    await untilEmpty(server);
    const before = await openSockets(server);

    // One after the other, so that all of them ask OTA over one connection that is kept alive.
    const clients: RawWebSocket[] = [];
    for (let number = 1; number <= CLIENTS; number++) clients.push(await client(server, number));
    try {
      assert.ok(await openSockets(server) >= before + CLIENTS / 2, "they are connected");
      // Half of them vanish without a word, some of those before the server gives them up; the rest stay and ignore what they are told.
      for (const gone of clients.slice(0, CLIENTS / 4)) gone.vanish();
      for (const [index, still] of clients.slice(CLIENTS / 4).entries()) {
        assert.equal(await within("a Close frame", still.closeCode()), 1008);
        if (index % 3 === 0) still.vanish();
        else await within("the end of the connection", still.ended());
      }
      await untilEmpty(server);
      await eventually("the sockets of the start", async () => {
        const now = await openSockets(server);
        return { ok: now <= before, value: { before, now } };
      });
    } finally {
      for (const each of clients) each.vanish();
    }
    await converse(server);
  },
});

Deno.test("with the native transport a client that ignores the Close frame is counted until its connection is gone", async () => {
  await using server = await startServer({ env: { ...quick, XIAOZHI_DEVICES_HELLO_TIMEOUT_MS: HELLO_TIMEOUT_MS } });
  await converse(server);
  await untilEmpty(server);
  using deaf = await client(server, 2);
  assert.equal((await statusOf(server)).sockets.open, 1);
  assert.equal(await within("a Close frame", deaf.closeCode()), 1008);
  const { sockets, devices } = await untilStatus(server, ({ sockets }) => sockets.open === 0, "the end of the session");
  assert.deepEqual([sockets.transport, sockets.pendingClose, devices], ["native", 1, []]);
  deaf.vanish();
  await untilEmpty(server);
});
