/**
 * The audio channel: a connection with its hello, as the firmware's WebSocketProtocol keeps it. Checks everything that can be checked
 * without knowing the device's state.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import {
  encodeAudioFrame,
  type KnownServerMessage,
  parseServerMessage,
  type ProtocolVersion,
  protocolVersion,
} from "../../protocol/mod.ts";
import { DeviceError } from "./errors.ts";
import { helloText, iotDescriptorTexts } from "./device_messages.ts";
import { checkDownlink, type DownlinkPacket } from "./downlink_check.ts";
import type { FirmwareProfile } from "./profile.ts";
import { checkServerHello } from "./server_hello_check.ts";
import type { DeviceSocket, DeviceSocketHandlers, OpenSocket, SocketRequest } from "./socket.ts";
import type { TranscriptLog } from "./transcript_log.ts";
import type { ViolationLog } from "./violations.ts";

/** How long the firmware waits for the server's hello (main/protocols/websocket_protocol.cc), milliseconds. */
export const HELLO_TIMEOUT_MS = 10_000;

/** After so long without data from the server the firmware calls the channel dead (main/protocols/protocol.cc), milliseconds. */
export const CHANNEL_TIMEOUT_MS = 120_000;

/** Texts beyond this are parsed in a task with a 4 KB stack on boards with 80 KB of free memory; bytes. */
const MAX_SAFE_TEXT_BYTES = 4096;

/** What a channel tells its owner. */
export interface ChannelEvents {
  /** A message of a known type, other than hello. */
  onMessage(message: KnownServerMessage): void;
  /** A packet that can be played. */
  onPacket(packet: DownlinkPacket): void;
  /** The hello announced this downlink format. */
  onFormat(sampleRate: number, frameMs: number): void;
  /** The server closed the connection or it broke. */
  onLost(): void;
  /** The firmware crashed on a message. */
  onCrash(): void;
}

/** What a channel is made of. */
export interface ChannelOptions {
  readonly profile: FirmwareProfile;
  readonly aec: boolean;
  readonly clock: Clock;
  readonly request: SocketRequest;
  readonly openSocket: OpenSocket;
  readonly violations: ViolationLog;
  readonly transcript: TranscriptLog;
  readonly events: ChannelEvents;
}

/** One channel, opened and dropped any number of times. */
export class Channel {
  readonly #options: ChannelOptions;
  readonly #version: ProtocolVersion;
  #socket: DeviceSocket | undefined;
  #connection = 0;
  #up = false;
  /** The hello did not come: the connection lingers, but no longer counts as open. */
  #failed = false;
  #hellos = 0;
  #lastDataAt = 0;
  #announced = false;
  #sessionId = "";
  #sampleRate = 24_000;
  #frameMs = 60;
  /** The "hello received" bit: only a wait that ends well clears it, so a second hello makes the next wait end at once. */
  #helloBit = false;
  #onHello: (() => void) | undefined;

  constructor(options: ChannelOptions) {
    this.#options = options;
    const version = protocolVersion(options.request.protocolVersion);
    this.#version = options.profile.framings.includes(version) ? version : 1;
  }

  /** Whether the connection is usable, however old. */
  get up(): boolean {
    return this.#up && !this.#failed;
  }

  /** Whether the connection is up, but the server has said nothing for 120 s. */
  get stale(): boolean {
    return this.up && this.#options.clock.now() - this.#lastDataAt > CHANNEL_TIMEOUT_MS;
  }

  /** The id that goes into every message; empty on firmware that does not store it. */
  get sessionId(): string {
    return this.#sessionId;
  }

  /** Whether `listen start` or `detect` has been sent on this connection: before, no `tts start` can be meant for it. */
  get announced(): boolean {
    return this.#announced;
  }

  /** The connection, to simulate a hung device. */
  get socket(): DeviceSocket | undefined {
    return this.#socket;
  }

  /**
   * Connects and exchanges hellos.
   *
   * @throws DeviceError `server_not_connected`, `upgrade_refused`, `bad_url`, `hello_timeout`, `device_crashed`.
   */
  async open(): Promise<void> {
    this.destroy();
    const connection = ++this.#connection;
    this.#hellos = 0;
    this.#failed = false;
    this.#announced = false;
    this.#lastDataAt = this.#options.clock.now();
    // The server's first messages may come with its answer to the upgrade, before the socket is handed over.
    this.#up = true;
    const socket = await this.#connect(connection);
    if (connection !== this.#connection) {
      socket.destroy();
      throw new DeviceError("Device gave up while it was connecting", { code: "server_not_connected" });
    }
    this.#socket = socket;
    this.sendText(helloText(this.#options.profile, this.#version, this.#options.aec));
    await this.#waitForHello(connection);
    if (!this.#options.profile.mcp) { for (const text of iotDescriptorTexts(this.#sessionId)) this.sendText(text); }
  }

  /** Drops the connection without a word. */
  destroy(): void {
    this.#connection++;
    this.#up = false;
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#onHello?.();
  }

  /** Sends a text as it is. `announces` marks those that open a turn. */
  sendText(text: string, announces: boolean = false): void {
    if (!this.#up) return;
    if (announces) this.#announced = true;
    this.#options.transcript.add({ from: "device", kind: "text", text, bytes: new TextEncoder().encode(text).length });
    this.#socket?.sendText(text);
  }

  /** Sends a packet of audio in the framing of this connection. */
  sendAudio(packet: Uint8Array<ArrayBuffer>, timestamp: number): void {
    if (!this.#up) return;
    const message = encodeAudioFrame(this.#version, packet, timestamp);
    this.#options.transcript.add({ from: "device", kind: "audio", bytes: message.length });
    this.#socket?.sendBinary(message);
  }

  async #connect(connection: number): Promise<DeviceSocket> {
    try {
      return await this.#options.openSocket(this.#options.request, this.#handlers(connection));
    } catch (error) {
      if (connection === this.#connection) this.#up = false;
      throw error;
    }
  }

  async #waitForHello(connection: number): Promise<void> {
    const { clock, violations } = this.#options;
    // A disconnect does not end the firmware's wait either.
    if (!this.#helloBit) {
      await new Promise<void>((resolve) => {
        const timer = clock.setTimeout(resolve, HELLO_TIMEOUT_MS);
        this.#onHello = () => {
          clock.clearTimeout(timer);
          resolve();
        };
      });
      this.#onHello = undefined;
    }
    if (connection !== this.#connection) throw new DeviceError("Device gave up while it waited for the hello", { code: "hello_timeout" });
    if (!this.#helloBit) {
      const why = `No usable hello within ${HELLO_TIMEOUT_MS} ms of the upgrade`;
      this.#failed = true;
      violations.add("hello_timeout", why);
      throw new DeviceError(why, { code: "hello_timeout" });
    }
    this.#helloBit = false;
    if (!this.#up) throw new DeviceError("Server closed the connection right after its hello", { code: "server_not_connected" });
  }

  #handlers(connection: number): DeviceSocketHandlers {
    const { transcript, violations, profile, events } = this.#options;
    const guard = <Args extends unknown[]>(handle: (...args: Args) => void) => (...args: Args): void => {
      if (connection === this.#connection) handle(...args);
    };
    return {
      onText: guard((text) => this.#text(text)),
      onBinary: guard((data) => this.#binary(data)),
      onPing: guard(() => {
        transcript.add({ from: "server", kind: "ping" });
        if (!profile.toleratesPing) violations.add("websocket_ping", `Ping to firmware ${profile.version}, which breaks the stream`);
      }),
      onCloseFrame: guard((code, reason) => {
        transcript.add({ from: "server", kind: "close", text: `${code} ${reason}`.trim() });
        this.#up = false;
        events.onLost();
      }),
      onGone: guard(() => {
        const wasUp = this.#up;
        transcript.add({ from: "server", kind: "gone", text: "connection dropped" });
        this.#up = false;
        this.#socket = undefined;
        if (wasUp) events.onLost();
      }),
      onFault: guard((fault, detail) => violations.add(fault, detail)),
    };
  }

  #text(text: string): void {
    const { transcript, violations } = this.#options;
    if (!this.#up) return;
    this.#lastDataAt = this.#options.clock.now();
    const bytes = new TextEncoder().encode(text).length;
    const parsed = parseServerMessage(text);
    const known = parsed.ok && parsed.message.type !== "unknown" ? parsed.message : undefined;
    transcript.add({ from: "server", kind: "text", text, bytes, ...(known === undefined ? {} : { message: known }) });
    if (bytes > MAX_SAFE_TEXT_BYTES) {
      violations.add("text_too_large", `Text message of ${bytes} bytes is larger than ${MAX_SAFE_TEXT_BYTES}`);
    }
    const hello = helloOf(text);
    if (hello !== undefined) return this.#hello(hello);
    if (!parsed.ok) return violations.add("bad_text", parsed.error.message);
    if (parsed.message.type === "unknown") return violations.add("unknown_message", `Message of type ${parsed.message.name} is ignored`);
    this.#options.events.onMessage(parsed.message);
  }

  #hello(hello: Record<string, unknown>): void {
    const { violations, events, profile } = this.#options;
    this.#hellos++;
    if (this.#hellos > 1) violations.add("hello_repeated", `Hello number ${this.#hellos} on one connection`);
    const effect = checkServerHello(hello, violations);
    if (effect.kind === "ignored") return;
    if (effect.kind === "crash") {
      this.destroy();
      return events.onCrash();
    }
    const { sessionId, sampleRate, frameMs } = effect.values;
    if (sessionId !== undefined && profile.storesSessionId) this.#sessionId = sessionId;
    this.#sampleRate = sampleRate ?? this.#sampleRate;
    this.#frameMs = frameMs ?? this.#frameMs;
    events.onFormat(this.#sampleRate, this.#frameMs);
    this.#helloBit = true;
    this.#onHello?.();
  }

  #binary(data: Uint8Array<ArrayBuffer>): void {
    if (!this.#up) return;
    this.#lastDataAt = this.#options.clock.now();
    this.#options.transcript.add({ from: "server", kind: "audio", bytes: data.length });
    const packet = checkDownlink(data, this.#version, this.#frameMs, this.#options.violations);
    if (packet !== undefined) this.#options.events.onPacket(packet);
  }
}

/** The object when the text is a hello, whatever else is wrong with it. */
function helloOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "type" in value && value.type === "hello"
      ? value as Record<string, unknown>
      : undefined;
  } catch {
    return undefined;
  }
}
