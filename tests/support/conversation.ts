/**
 * A whole conversation on virtual time: the real supervisor, chart, uplink and playout between a scripted device and a scripted server.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Utterance } from "../../audio/types.ts";
import type { DeviceDeps } from "../../actors/device/deps.ts";
import { DeviceSupervisor } from "../../actors/devices/device_supervisor.ts";
import { type DeviceSettings, deviceSettings } from "../../actors/device/settings.ts";
import { createIds } from "../../base/ids.ts";
import { decodeAudioFrame, type KnownServerMessage, parseServerMessage, type ProtocolVersion } from "../../protocol/mod.ts";
import { configWith } from "../../services/config/mod.ts";
import { type CapturedLogger, captureLogger } from "./capture_logger.ts";
import { fakeDecoder, fakeEncoder, fakeVad, packet } from "./fake_audio.ts";
import { type FakeHistory, fakeHistory } from "./fake_history.ts";
import { fakeServer, type Script } from "./fake_server.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** Something that reached the device. */
export type Arrival =
  | { readonly at: number; readonly message: KnownServerMessage }
  | { readonly at: number; readonly frame: Uint8Array; readonly timestampMs: number };

/** What may be different in a conversation. */
export interface ConversationOptions {
  readonly script?: Partial<Script>;
  readonly settings?: Partial<DeviceSettings>;
  readonly deps?: Partial<DeviceDeps>;
  /** The clock, where the test has one already. */
  readonly clock?: VirtualClock;
}

/** Settings whose endpoint does not follow the person's pauses, for tests that measure something else. */
export const STEADY: Pick<DeviceSettings, "uplink"> = { uplink: { ...deviceSettings(configWith({}), "device").uplink, adaptive: false } };

/** One frame of the device, milliseconds. */
const FRAME_MS = 60;

/** The parts of a conversation. Disposing of it ends what is still connected and fails where a timer is left. */
export interface Conversation extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly server: ReturnType<typeof fakeServer>;
  readonly history: FakeHistory;
  readonly log: CapturedLogger;
  readonly supervisor: DeviceSupervisor;
  /** Connects a device. */
  connect(deviceId?: string): ScriptedDevice;
}

/** The runtime between a scripted device and a scripted server. */
export function conversation(options: ConversationOptions = {}): Conversation {
  const clock = options.clock ?? new VirtualClock();
  const server = fakeServer(clock, options.script);
  const history = fakeHistory();
  const log = captureLogger();
  let ids = 0;
  const supervisor = new DeviceSupervisor({
    clock,
    logger: log.logger,
    newTurnId: createIds(clock, { next: () => 0.5, bytes: (n) => new Uint8Array(n), uuid: () => "uuid" }),
    newSessionId: () => `session-${++ids}`,
    loadDecoders: () => Promise.resolve(fakeDecoder),
    vad: fakeVad(),
    encoder: fakeEncoder(),
    server,
    history,
    settingsFor: (deviceId) => ({ ...deviceSettings(configWith({}), deviceId), ...options.settings }),
    ...options.deps,
  });
  const connect = (deviceId = "aa:bb:cc:dd:ee:ff") => new ScriptedDevice(clock, supervisor, deviceId);
  return {
    clock,
    server,
    history,
    log,
    supervisor,
    connect,
    [Symbol.asyncDispose]: async () => {
      const stopping = supervisor.stop(10_000);
      await clock.advance(10_000);
      await stopping;
      log[Symbol.dispose]();
      assert.equal(clock.armed, 0, "a timer is left");
    },
  };
}

let connections = 0;

/** A device that does exactly what it is told, and notes what arrives. */
export class ScriptedDevice {
  readonly arrivals: Arrival[] = [];
  closed: { code: number; reason: string } | undefined;
  version: ProtocolVersion = 1;
  /** Bytes that the network is said not to have taken. */
  buffered = 0;
  readonly #clock: VirtualClock;
  #handlers: ReturnType<DeviceSupervisor["accept"]> | undefined;
  readonly #supervisor: DeviceSupervisor;
  readonly #connectionId = `connection-${++connections}`;

  constructor(clock: VirtualClock, supervisor: DeviceSupervisor, deviceId: string) {
    this.#clock = clock;
    this.#supervisor = supervisor;
    const link = {
      connectionId: this.#connectionId,
      sendText: (text: string) => {
        if (this.closed !== undefined) return;
        const parsed = parseServerMessage(text);
        if (!parsed.ok || parsed.message.type === "unknown") throw new Error(`The server sent ${text}`);
        this.arrivals.push({ at: clock.now(), message: parsed.message });
      },
      sendBinary: (data: Uint8Array<ArrayBuffer>) => {
        if (this.closed !== undefined) return;
        const frame = decodeAudioFrame(this.version, data);
        if (!frame.ok) throw frame.error;
        this.arrivals.push({ at: clock.now(), frame: frame.packet, timestampMs: frame.timestampMs });
      },
      bufferedAmount: () => this.buffered,
      close: (code: number, reason: string) => this.#close(code, reason, true),
    };
    this.#handlers = supervisor.accept(link, { deviceId, clientId: "client", protocolVersion: 1, remoteAddress: "127.0.0.1" });
    // As a transport does it: who closes inside its own accept had no handlers yet to hear of it.
    if (this.closed !== undefined) this.#handlers.onClosed({ ...this.closed, byUs: true });
  }

  /** The state that the chart is in; `gone` when the actor is over. */
  get state(): string {
    return this.#supervisor.which().find(({ connectionId }) => connectionId === this.#connectionId)?.state ?? "gone";
  }

  /** Says hello and lets the server answer. */
  async hello(features: object = {}, version: ProtocolVersion = 1): Promise<void> {
    this.version = version;
    this.send({
      type: "hello",
      version,
      transport: "websocket",
      features,
      audio_params: { format: "opus", sample_rate: 16000, channels: 1, frame_duration: 60 },
    });
    await this.#clock.advance(0);
  }

  /** Sends a message. */
  send(message: object | string): void {
    this.#handlers?.onText(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** Sends `listen start`. */
  listen(mode: "auto" | "manual" | "realtime" = "auto"): void {
    this.send({ session_id: "", type: "listen", state: "start", mode });
  }

  /** Sends packets of 60 ms at the pace of a microphone. */
  async record(kind: "speech" | "silence", ms: number): Promise<void> {
    for (let at = 0; at < ms; at += FRAME_MS) {
      this.frame(packet(kind));
      await this.#clock.advance(FRAME_MS);
    }
  }

  /** Says something for `ms` milliseconds and falls silent until the endpoint. */
  async say(ms = 900): Promise<void> {
    await this.record("speech", ms);
    await this.record("silence", 600);
  }

  /** Sends a binary message. */
  frame(data: Uint8Array<ArrayBuffer>): void {
    this.#handlers?.onBinary(data);
  }

  /** Vanishes, as devices do: without a word. */
  vanish(): void {
    this.#close(1006, "", false);
  }

  /** What arrived, in short: `stt hello`, `tts start`, `frame`; runs of frames as `frames 3`. */
  log(since = 0): string[] {
    const lines: string[] = [];
    let frames = 0;
    const flush = () => {
      if (frames > 0) lines.push(`frames ${frames}`);
      frames = 0;
    };
    for (const arrival of this.arrivals.slice(since)) {
      if ("frame" in arrival) frames++;
      else {
        flush();
        lines.push(inShort(arrival.message));
      }
    }
    flush();
    return lines;
  }

  /** Times of the frames that arrived, milliseconds. */
  frameTimes(): number[] {
    return this.arrivals.flatMap((arrival) => ("frame" in arrival ? [arrival.at] : []));
  }

  #close(code: number, reason: string, byUs: boolean): void {
    if (this.closed !== undefined) return;
    this.closed = { code, reason };
    this.#handlers?.onClosed({ code, reason, byUs });
  }
}

/** Milliseconds of audio in an utterance that was recognised. */
export function lengthOf(utterance: Utterance | undefined): number {
  return utterance?.durationMs ?? 0;
}

function inShort(message: KnownServerMessage): string {
  switch (message.type) {
    case "stt":
      return `stt ${message.text}`;
    case "tts":
      return message.text === undefined ? `tts ${message.state}` : `tts ${message.state} ${message.text}`;
    case "llm":
      return `llm ${message.emotion}`;
    default:
      return message.type;
  }
}
