import assert from "node:assert/strict";
import { createFrameEncoder } from "../../audio/opus/worker_encoder.ts";
import { createSileroEngine } from "../../audio/vad/silero.ts";
import { systemClock } from "../../base/clock.ts";
import { createApp } from "../../routes/app.ts";
import { heldSockets } from "../../routes/transport/census.ts";
import { createWsTransport } from "../../routes/transport/ws.ts";
import { listenWs } from "../../routes/ws_listener.ts";
import { openSqliteHistory } from "../../services/history/sqlite.ts";
import { LIMITS, startApp } from "../routes/app_fixture.ts";
import { assertNoLeaks } from "../support/leaks.ts";
import { RawWebSocket } from "../support/raw_websocket.ts";
import { tempDir } from "../support/temp_dir.ts";

const PATH = "/xiaozhi/v1/";
const HEADERS = { "Device-Id": "aa:bb:cc:dd:ee:ff", "Client-Id": "c" };
const FORMAT = { sampleRate: 24_000, frameMs: 60 } as const;

/** Loads what is loaded once for the process and stays: onnxruntime's library, node:http. */
async function once(body: () => Promise<void>): Promise<void> {
  await body();
  await assertNoLeaks(body);
}

Deno.test("speech detection that was used and disposed of leaves no worker and no file", async () => {
  await once(async () => {
    await using engine = createSileroEngine();
    const heard = Promise.withResolvers<void>();
    using stream = engine.open(() => heard.resolve(), heard.reject);
    stream.push(new Int16Array(512));
    await heard.promise;
  });
});

Deno.test("an encoder that was used and disposed of leaves no worker, and no stream of a reply that was broken off", async () => {
  await assertNoLeaks(async (leaks) => {
    await using encoder = createFrameEncoder({ workers: 2, complexity: 0, bitrate: 24_000 });
    leaks.pool("encoder streams", () => encoder.activeStreams);
    const audio = { kind: "pcm", sampleRate: 24_000, chunks: ReadableStream.from([new Int16Array(24_000)]) } as const;
    for await (const packet of encoder.encode(audio, FORMAT, { signal: new AbortController().signal })) {
      assert.ok(packet.length > 0);
      break;
    }
  });
});

Deno.test("a history that was used and closed leaves no file open", async () => {
  await using dir = tempDir();
  await assertNoLeaks(async () => {
    await using history = await openSqliteHistory({ dataDir: dir.path, clock: systemClock() });
    await history.openSession({ sessionId: "s", deviceId: "d", clientId: "c", startedAt: 0 });
    await history.listSessions();
  });
});

Deno.test("the native transport keeps no socket of clients that ignored the Close frame, once they are gone", async () => {
  await once(async () => {
    await using fx = startApp({ deps: { accept: (link) => (link.close(1000, "Bye"), silent) } });
    for (let index = 0; index < 5; index++) {
      using device = await RawWebSocket.connect({ port: fx.port, path: PATH, headers: HEADERS });
      assert.equal(await device.closeCode(), 1000);
    }
  });
});

Deno.test("the ws transport keeps no socket of clients that ignore the Close frame, were refused, or never ask, while they stay", async () => {
  await once(async () => {
    await using fx = startApp();
    const { logger } = fx.log;
    const clock = systemClock();
    const ws = createWsTransport({ limits: LIMITS, logger, connectionId: () => "w", clock, closeTimeoutMs: 20 });
    const { door } = createApp({ ...fx.deps, transport: { kind: "ws", ws } });
    const accept = (link: { close(code: number, reason: string): void }) => (link.close(1000, "Bye"), silent);
    const listener = await listenWs({ host: "127.0.0.1", port: 0, door, transport: ws, accept, clock, logger });
    const { port } = listener.address;
    using ignoring = await RawWebSocket.connect({ port, path: PATH, headers: HEADERS });
    assert.equal(await ignoring.closeCode(), 1000);
    using refused = await RawWebSocket.connect({ port, path: PATH });
    assert.equal(refused.status, 400);
    using _mute = await Deno.connect({ hostname: "127.0.0.1", port });
    while (heldSockets(ws.counts()) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await listener.shutdown(200);
    assert.deepEqual(ws.counts(), { opening: 0, open: 0, pendingClose: 0 });
  });
});

const silent = { onText: () => {}, onBinary: () => {}, onClosed: () => {} };
