import assert from "node:assert/strict";
import { RawWebSocket } from "../support/raw_websocket.ts";
import { askServer, deviceOf, eventually, identityOf, statusOf, untilAnswered, untilStatus } from "../support/server_device.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";

/** Open to the network, as it is by default, so that devices must show a token; every line of the log is written. */
const open = { XIAOZHI_SERVER_HOST: "0.0.0.0", XIAOZHI_LOG_LEVEL: "trace", XIAOZHI_ESP32_SERVER_SYNTHESIZE_PROGRAM: "tone" };

/** One of these words stands in no message of the server's own. */
const RARE = "marzipan";
const SAID = `tell me about ${RARE}`;

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Asks with any headers, which a library would not send. */
async function ask(server: ServerProcess, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  using request = await RawWebSocket.connect({ port: server.port, path, plain: true, headers: { Connection: "close", ...headers } });
  return { status: request.status, body: await request.body() };
}

async function upgrade(server: ServerProcess, token: string | undefined, number: number): Promise<Answer> {
  const { deviceId, clientId } = identityOf(number);
  const authorization: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const headers = { "Device-Id": deviceId, "Client-Id": clientId, ...authorization };
  using socket = await RawWebSocket.connect({ port: server.port, path: "/xiaozhi/v1/", headers });
  return { status: socket.status, body: socket.head };
}

/** A device has a conversation of one turn, and is gone. Returns the sentences of the reply. */
async function converse(server: ServerProcess): Promise<readonly string[]> {
  using device = await deviceOf(server);
  await device.typeText(SAID);
  await untilAnswered(device, 1);
  await untilStatus(server, ({ devices }) => devices[0]?.turns === 1, "the first turn");
  assert.deepEqual(device.violations, []);
  assert.equal(device.turns[0]?.sttText, SAID);
  const [turn] = server.history().turns;
  assert.equal(turn?.userText, SAID);
  const sentences = device.turns[0]?.sentences ?? [];
  assert.ok(sentences.length > 0 && sentences.every((sentence) => turn.replyText.includes(sentence)));
  return sentences;
}

Deno.test("listening beyond this machine, the server refuses devices without their own token before the upgrade", async () => {
  await using server = await startServer({ env: open });
  const { token } = await askServer(server, 1);
  const { token: others } = await askServer(server, 2);
  assert.notEqual(token, "");
  assert.notEqual(token, others);
  assert.equal((await upgrade(server, undefined, 1)).status, 401);
  assert.equal((await upgrade(server, "wrong", 1)).status, 401);
  assert.equal((await upgrade(server, `${token}x`, 1)).status, 401);
  assert.equal((await upgrade(server, others, 1)).status, 401);
  assert.deepEqual((await statusOf(server)).sockets, { transport: "native", opening: 0, open: 0, pendingClose: 0, max: 1000 });
  assert.equal((await upgrade(server, token, 1)).status, 101);
});

Deno.test("what devices and people say is shown to the owner alone, whatever a page or a proxy pretends", async () => {
  await using server = await startServer({ env: open });
  const reply = await converse(server);
  const pages = ["/", "/api/status", `/debug/devices/${identityOf(1).deviceId}/recording`];
  const strangers: Record<string, string>[] = [
    { Host: "evil.example" },
    { Host: `localhost.evil.example:${server.port}` },
    { Host: `192.168.1.2:${server.port}` },
    { "X-Forwarded-For": "127.0.0.1" },
    { Forwarded: "for=127.0.0.1" },
    { Authorization: `Basic ${btoa("owner:wrong")}`, Host: "evil.example" },
  ];
  for (const path of pages) {
    assert.equal((await ask(server, path)).status, 200, path);
    for (const headers of strangers) {
      const { status, body } = await ask(server, path, headers);
      const what = `${path} with ${JSON.stringify(headers)}`;
      assert.equal(status, path === "/" ? 200 : 401, what);
      for (const secret of [RARE, ...reply, identityOf(1).deviceId]) assert.ok(!body.includes(secret), `${what} tells ${secret}`);
    }
  }
  assert.ok((await ask(server, "/")).body.includes(RARE), "the owner sees what strangers do not");
});

Deno.test("neither the log nor the recording of a whole conversation holds a transcript, a token or the owner's password", async () => {
  await using server = await startServer({ env: open });
  const reply = await converse(server);
  const { token } = await askServer(server);
  const { status, body } = await ask(server, `/debug/devices/${identityOf(1).deviceId}/recording`);
  assert.equal(status, 200);
  assert.ok(body.includes(server.history().turns[0]?.turnId ?? "no turn"), "the turn is recorded");
  const password = (await Deno.readTextFile(`${server.dataDir}/keys/owner-password`)).trim();
  assert.equal((await server.stop("SIGTERM")).code, 0);
  const log = server.output().split("\n").filter((line) => line.startsWith("{"));
  assert.ok(log.length > 3, server.output());
  // The password is printed once, for the person at the terminal; that is no part of the log.
  for (const line of log) assert.ok(!line.includes(password), line);
  for (const secret of [RARE, ...reply, token]) {
    assert.ok(!body.includes(secret), `the recording tells ${secret}`);
    assert.ok(!server.output().includes(secret), `the output tells ${secret}: ${server.output()}`);
  }
});

Deno.test("with log.transcripts the recording holds what was said", async () => {
  await using server = await startServer({ env: { ...open, XIAOZHI_LOG_TRANSCRIPTS: "true" } });
  await converse(server);
  await eventually("the recording of the words", async () => {
    const { body } = await ask(server, `/debug/devices/${identityOf(1).deviceId}/recording`);
    return { ok: body.includes(SAID), value: body };
  });
});
