/**
 * Actors of devices that crash in each state, over real sockets, beside devices that speak: what these hear is all there, in order, and of those
 * that crashed nothing stays open.
 *
 * @module
 */

import assert from "node:assert/strict";
import { deviceSettings } from "../../actors/device/settings.ts";
import { DeviceSupervisor } from "../../actors/devices/device_supervisor.ts";
import { systemClock } from "../../base/clock.ts";
import { createIds } from "../../base/ids.ts";
import { systemRandom } from "../../base/random.ts";
import { createApp } from "../../routes/app.ts";
import { heldSockets } from "../../routes/transport/census.ts";
import { createNativeTransport } from "../../routes/transport/native.ts";
import { createWsTransport } from "../../routes/transport/ws.ts";
import { listenWs } from "../../routes/ws_listener.ts";
import type { FrameEncoder } from "../../audio/opus/frame_encoder.ts";
import { configWith } from "../../services/config/mod.ts";
import { createLogger } from "../../services/logging/mod.ts";
import { LIMITS, startApp } from "../routes/app_fixture.ts";
import { fakeDecoder, fakeVad, packet } from "../support/fake_audio.ts";
import { fakeHistory } from "../support/fake_history.ts";
import { fakeServer } from "../support/fake_server.ts";
import { assertNoLeaks } from "../support/leaks.ts";
import { eventually, within } from "../support/server_device.ts";

const OTHERS = 5;
const ROUNDS = 3;
/** Frames of the others' replies: ten seconds, in which all crashes happen. */
const FRAMES = 167;
const VICTIM = "02:00:00:00:00:ff";

/** Packets that say which they are. */
const numbering: FrameEncoder = {
  async *encode(_audio, _format, { signal }) {
    for (let number = 0; number < FRAMES; number++) {
      signal.throwIfAborted();
      yield await Promise.resolve(Uint8Array.of(0x58, 0, 0, 0, 0, 0, number >> 8, number & 255));
    }
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** A device of few words over a real socket. */
class Client implements Disposable {
  readonly heard: number[] = [];
  readonly closed: Promise<CloseEvent>;
  stopped = false;
  readonly #socket: WebSocket;

  constructor(port: number, deviceId: string) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}/xiaozhi/v1/?device-id=${deviceId}&client-id=c`);
    this.#socket.binaryType = "arraybuffer";
    this.closed = new Promise((resolve) => this.#socket.addEventListener("close", resolve));
    this.#socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) this.heard.push(new DataView(data).getUint16(6));
      else if (/"state":"stop"/.test(String(data))) this.stopped = true;
    });
  }

  async open(): Promise<this> {
    if (this.#socket.readyState !== WebSocket.OPEN) {
      await new Promise((resolve) => this.#socket.addEventListener("open", resolve, { once: true }));
    }
    return this;
  }

  hello(): void {
    const audio = { format: "opus", sample_rate: 16000, channels: 1, frame_duration: 60 };
    this.say({ type: "hello", version: 1, transport: "websocket", audio_params: audio });
  }

  say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  speak(speech: number, silence: number): void {
    for (let n = 0; n < speech; n++) this.#socket.send(packet("speech"));
    for (let n = 0; n < silence; n++) this.#socket.send(packet("silence"));
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** What gets the victim into a state: what the stages do meanwhile, and how much speech and silence it hears once it listens. */
const WAYS: Readonly<Record<string, { readonly script?: object; readonly says?: readonly [number, number] }>> = {
  connecting: {},
  idle: {},
  listening: {},
  vad: { says: [10, 0] },
  recognizing: { says: [15, 20], script: { hearsAfterMs: 60_000 } },
  thinking: { says: [15, 20], script: { saysAfterMs: 60_000 } },
  speaking: { says: [15, 20] },
};

for (const kind of ["native", "ws"] as const) {
  Deno.test(`${kind}: while devices crash in each state, those that speak lose no frame, and no socket or actor is left`, async () => {
    await crashBeside(kind, 1, 2);
    await assertNoLeaks(() => crashBeside(kind, ROUNDS, OTHERS));
  });
}

async function crashBeside(kind: "native" | "ws", rounds: number, others: number): Promise<void> {
  const logger = createLogger("isolation");
  const clock = systemClock();
  const stages = fakeServer(clock, { hearsAfterMs: 0, saysAfterMs: 0, speaksAfterMs: 0 });
  const settings = deviceSettings(configWith({}), "device");
  let armed = false;
  const trap = () => {
    if (armed) throw new Error("An injected fault");
    return "greet";
  };
  const supervisor = new DeviceSupervisor({
    clock,
    logger,
    newTurnId: createIds(clock, systemRandom()),
    newSessionId: () => crypto.randomUUID(),
    loadDecoders: () => Promise.resolve(fakeDecoder),
    vad: fakeVad(),
    encoder: numbering,
    server: stages,
    history: fakeHistory(),
    settingsFor: (deviceId) => deviceId === VICTIM ? Object.defineProperty({ ...settings }, "wake", { get: trap }) : settings,
  });
  const accept = supervisor.accept.bind(supervisor);
  const options = { limits: LIMITS, logger, clock, connectionId: () => crypto.randomUUID() };
  const native = createNativeTransport(options);
  const ws = createWsTransport(options);
  {
    await using app = startApp({
      server: { maxConnections: 1000 },
      devices: { token: "off" },
      deps: { accept, transport: kind === "native" ? { kind, native } : { kind, ws } },
    });
    await using resources = new AsyncDisposableStack();
    let port = app.port;
    if (kind === "ws") {
      const { door } = createApp(app.deps);
      const listener = await listenWs({ host: "127.0.0.1", port: 0, door, transport: ws, accept, clock, logger });
      resources.defer(() => listener.shutdown(200));
      port = listener.address.port;
    }
    const speaking = await Promise.all(Array.from({ length: others }, async (_, number) => {
      const client = resources.use(await new Client(port, `02:00:00:00:00:0${number}`).open());
      client.hello();
      client.say({ type: "listen", state: "text", text: "Tell me a story" });
      return client;
    }));
    await eventually("all replies", () => Promise.resolve({ ok: speaking.every(({ heard }) => heard.length > 0), value: speaking.length }));
    for (let round = 0; round < rounds; round++) {
      for (const [state, { script, says: [speech, silence] = [0, 0] }] of Object.entries(WAYS)) {
        Object.assign(stages.script, { hearsAfterMs: 0, saysAfterMs: 0 }, script);
        armed = false;
        using victim = await new Client(port, VICTIM).open();
        const now = () => supervisor.which().find(({ deviceId }) => deviceId === VICTIM)?.state;
        const until = (wanted: string) => eventually(wanted, () => Promise.resolve({ ok: now() === wanted, value: now() }));
        if (state !== "connecting") victim.hello();
        if (state !== "connecting" && state !== "idle") {
          victim.say({ type: "listen", state: "start", mode: "realtime" });
          // What is heard before is not used.
          await until("listening");
        }
        victim.speak(speech, silence);
        await until(state);
        armed = true;
        // The chart asks about the wake word in every state but this one.
        if (state === "connecting") victim.hello();
        victim.say({ type: "listen", state: "detect" });
        const { code } = await within(`the end of what crashed in ${state}`, victim.closed);
        assert.equal(code, 1011, state);
      }
    }
    assert.ok(speaking.every(({ stopped }) => !stopped), "all crashes were while the others spoke");
    await eventually("the ends of all replies", () => Promise.resolve({ ok: speaking.every(({ stopped }) => stopped), value: 0 }));
    for (const { heard } of speaking) assert.deepEqual(heard, Array.from({ length: FRAMES }, (_, number) => number));
  }
  assert.equal(await supervisor.stop(1000), 0);
  const { counts } = kind === "native" ? native : ws;
  await eventually("the end of all sockets", () => Promise.resolve({ ok: heldSockets(counts()) === 0, value: counts() }));
  assert.equal(supervisor.size, 0);
}
