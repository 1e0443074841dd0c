/**
 * A virtual device and a scripted server on one virtual clock.
 *
 * @module
 */

import type { DeviceLink } from "../../../actors/device/link.ts";
import { delay } from "../../../base/clock.ts";
import type { AcceptDevice } from "../../../routes/transport/transport.ts";
import { connectInMemory, VirtualDevice, type VirtualDeviceOptions } from "../../../tools/device/mod.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

/** A 60 ms packet by its TOC: one wideband SILK frame. */
export const PACKET_60MS = Uint8Array.of(0x58, 1, 2, 3, 4, 5);

/** A 20 ms packet by its TOC. */
export const PACKET_20MS = Uint8Array.of(0x48, 1, 2, 3, 4, 5);

/** A hello that every firmware accepts. */
export const GOOD_HELLO = {
  type: "hello",
  transport: "websocket",
  version: 1,
  session_id: "s1",
  audio_params: { format: "opus", sample_rate: 24_000, channels: 1, frame_duration: 60 },
};

/** A server that does what the test says, through the latest connection. */
export class ScriptedServer {
  readonly texts: Record<string, unknown>[] = [];
  readonly rawTexts: string[] = [];
  readonly packets: { readonly atMs: number; readonly data: Uint8Array }[] = [];
  /** Each connection's end. */
  readonly closed: { readonly code: number; readonly byUs: boolean }[] = [];
  /** What answers a device's hello. */
  hello: object[] = [GOOD_HELLO];
  connections = 0;
  readonly #clock: VirtualClock;
  #link: DeviceLink | undefined;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  readonly accept: AcceptDevice = (link) => {
    this.#link = link;
    this.connections++;
    return {
      onText: (text) => this.#onText(text),
      onBinary: (data) => void this.packets.push({ atMs: this.#clock.now(), data }),
      onClosed: ({ code, byUs }) => void this.closed.push({ code, byUs }),
    };
  };

  get link(): DeviceLink {
    if (this.#link === undefined) throw new Error("No device has connected");
    return this.#link;
  }

  send(...messages: object[]): void {
    for (const message of messages) this.link.sendText(JSON.stringify(message));
  }

  tts(state: "start" | "stop"): void {
    this.send({ type: "tts", state });
  }

  frames(count: number, packet: Uint8Array<ArrayBuffer> = PACKET_60MS): void {
    for (let i = 0; i < count; i++) this.link.sendBinary(packet);
  }

  /** A reply as a good server speaks it: 100 ms after `tts start`, two frames ahead, `tts stop` after the playout. */
  async speak(frames: number): Promise<void> {
    this.tts("start");
    this.send({ type: "llm", emotion: "happy", text: "🙂" });
    await delay(this.#clock, 100);
    this.send({ type: "tts", state: "sentence_start", text: "Hello." });
    this.frames(Math.min(3, frames));
    for (let i = 3; i < frames; i++) {
      await delay(this.#clock, 60);
      this.frames(1);
    }
    await delay(this.#clock, 2 * 60 + 60 + 240);
    this.tts("stop");
  }

  /** Texts of the device of one type and, where given, state. */
  of(type: string, state?: string): Record<string, unknown>[] {
    return this.texts.filter((text) => text.type === type && (state === undefined || text.state === state));
  }

  #onText(text: string): void {
    this.rawTexts.push(text);
    try {
      this.texts.push(JSON.parse(text));
    } catch {
      return;
    }
    if (this.texts.at(-1)?.type === "hello") this.send(...this.hello);
  }
}

/** A device, its server and their clock. */
export interface Bench extends Disposable {
  readonly clock: VirtualClock;
  readonly server: ScriptedServer;
  readonly device: VirtualDevice;
  /** Starts `action`, moves the clock on, and gives its outcome. */
  run<T>(action: Promise<T> | (() => Promise<T>), ms?: number): Promise<T>;
  /** Codes of the violations so far. */
  codes(): string[];
}

/** Puts a device and a server together. */
export function bench(options: Partial<VirtualDeviceOptions> = {}): Bench {
  const clock = new VirtualClock();
  const server = new ScriptedServer(clock);
  const device = new VirtualDevice({
    profile: "2.4",
    mode: "auto",
    identity: { deviceId: "02:00:00:00:00:01", clientId: "6a0d9a5e-6f0d-4a53-9a8e-0a4a7b1f6f01" },
    clock,
    openSocket: connectInMemory(server.accept, { clock }),
    ...options,
  });
  return {
    clock,
    server,
    device,
    run: async (action, ms = 50) => {
      const outcome = typeof action === "function" ? action() : action;
      outcome.catch(() => {});
      await clock.advance(ms);
      return await outcome;
    },
    codes: () => device.violations.map((violation) => violation.code),
    [Symbol.dispose]: () => device.close(),
  };
}

/** `count` packets of speech. */
export function speech(count: number): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: count }, () => PACKET_60MS);
}
