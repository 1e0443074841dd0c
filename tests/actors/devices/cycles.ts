/**
 * Devices that connect, talk and disconnect, again and again, over real sockets: nothing of them may stay.
 *
 * @module
 */

import assert from "node:assert/strict";
import { DeviceSupervisor } from "../../../actors/devices/device_supervisor.ts";
import { deviceSettings } from "../../../actors/device/settings.ts";
import { systemClock } from "../../../base/clock.ts";
import { createIds } from "../../../base/ids.ts";
import { systemRandom } from "../../../base/random.ts";
import { createNativeTransport } from "../../../routes/transport/native.ts";
import { configWith } from "../../../services/config/mod.ts";
import { createLogger } from "../../../services/logging/mod.ts";
import { LIMITS, startApp } from "../../routes/app_fixture.ts";
import { fakeDecoder, fakeEncoder, fakeVad } from "../../support/fake_audio.ts";
import { fakeHistory } from "../../support/fake_history.ts";
import { fakeServer } from "../../support/fake_server.ts";
import { assertNoLeaks } from "../../support/leaks.ts";

/** Devices at a time. */
const AT_ONCE = 25;

/** What the heap may grow by between the first tenth and the end, bytes: the noise of the engine, far below 1 KB a connection. */
const MAX_GROWTH = 4 * 1024 * 1024;

/** Present with `--v8-flags=--expose-gc`. */
const { gc } = globalThis as { readonly gc?: () => void };

/** A device connects, asks, hears an answer, and is gone. */
async function visit(url: string, number: number): Promise<void> {
  const socket = new WebSocket(`${url}?device-id=02:00:00:00:00:${(number % AT_ONCE).toString(16).padStart(2, "0")}&client-id=c`);
  socket.binaryType = "arraybuffer";
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  const heard = Promise.withResolvers<void>();
  socket.addEventListener("error", () => heard.reject(new Error("The socket failed")));
  socket.addEventListener("open", () => {
    const audio = { format: "opus", sample_rate: 16000, channels: 1, frame_duration: 60 };
    socket.send(JSON.stringify({ type: "hello", version: 1, transport: "websocket", audio_params: audio }));
    socket.send(JSON.stringify({ type: "listen", state: "text", text: "hello" }));
  });
  socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    // Every other one leaves in the middle of the answer.
    const ends = number % 2 === 0 ? typeof data !== "string" : typeof data === "string" && /"stop"/.test(data);
    if (ends) heard.resolve();
  });
  await heard.promise;
  socket.close();
  await closed;
}

/** Lets `cycles` devices come and go, {@link AT_ONCE} at a time. */
export async function cycle(cycles: number): Promise<void> {
  await round(AT_ONCE, () => {});
  await assertNoLeaks(async (leaks) => {
    const heaps: number[] = [];
    const supervisor = await round(cycles, (done) => {
      if (gc === undefined || done % Math.max(AT_ONCE, cycles / 10) !== 0) return;
      gc();
      heaps.push(Deno.memoryUsage().heapUsed);
    });
    leaks.pool("sessions", () => supervisor.size);
    if (heaps.length > 2) assert.ok(heaps.at(-1)! - heaps[0]! < MAX_GROWTH, `the heap grows: ${heaps.join(" ")}`);
  });
}

async function round(cycles: number, look: (done: number) => void): Promise<DeviceSupervisor> {
  // Without a sink, nothing is kept.
  const logger = createLogger("cycles");
  const clock = systemClock();
  const history = fakeHistory();
  const settings = { ...deviceSettings(configWith({}), "device"), stopTailMs: 0, leadFrames: 5 };
  const supervisor = new DeviceSupervisor({
    clock,
    logger,
    newTurnId: createIds(clock, systemRandom()),
    newSessionId: () => crypto.randomUUID(),
    loadDecoders: () => Promise.resolve(fakeDecoder),
    vad: fakeVad(),
    encoder: fakeEncoder(),
    server: fakeServer(clock, { saysAfterMs: 0, speaksAfterMs: 0, speaksForMs: () => 60 }),
    history,
    settingsFor: () => settings,
  });
  let ids = 0;
  const transport = createNativeTransport({ limits: LIMITS, logger, connectionId: () => `c${++ids}` });
  const accept = supervisor.accept.bind(supervisor);
  {
    await using app = startApp({
      server: { maxConnections: 1000 },
      devices: { token: "off" },
      deps: { accept, transport: { kind: "native", native: transport } },
    });
    for (let done = 0; done < cycles; done += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => visit(`ws://127.0.0.1:${app.port}/xiaozhi/v1/`, done + index)));
      // What is kept of the devices before is the test's, not the server's.
      for (const kept of [history.turns, history.sessions, history.drafts, history.ended]) kept.length = 0;
      look(done + AT_ONCE);
    }
    while (supervisor.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(transport.counts(), { opening: 0, open: 0, pendingClose: 0 });
  }
  assert.equal(await supervisor.stop(1000), 0);
  assert.deepEqual(supervisor.tree().counts, {});
  return supervisor;
}
