/**
 * A virtual ESP32 device that is as strict as a real one: it plays, drops, ignores and crashes on what the firmware does, and records every
 * rule that the server breaks. For tests and for the `device` command.
 *
 * @module
 */

import { messageOf } from "../../base/errors.ts";
import type { ListenMode } from "../../protocol/mod.ts";
import { Conversation } from "./conversation.ts";
import { detectText, listenStopText, typedText } from "./device_messages.ts";
import type { VirtualDeviceOptions } from "./device_options.ts";
import type { DropCounts } from "./drops.ts";
import { DeviceError } from "./errors.ts";
import { type Board, standardTools } from "./mcp_tools.ts";
import type { HeardPacket } from "./playback.ts";
import { FIRMWARE_PROFILES, type FirmwareProfile } from "./profile.ts";
import type { DeviceState } from "./state_machine.ts";
import type { TranscriptEntry } from "./transcript_log.ts";
import type { TurnTimes } from "./turn_log.ts";
import type { Violation } from "./violations.ts";
import { Waiting } from "./waiting.ts";

/** Packets in the firmware's wake word buffer of 2 s (main/audio/wake_words/afe_audio_engine.cc). */
const MAX_WAKE_PACKETS = 33;

/** How long `waitFor` waits unless told otherwise, milliseconds. */
const DEFAULT_WAIT_MS = 10_000;

/** A device with its buttons, its person and its instruments. */
export class VirtualDevice implements Disposable {
  /** Settings that the device's tools change. */
  readonly board: Board = { volume: 70, brightness: 75, theme: "light" };
  readonly #options: VirtualDeviceOptions;
  readonly #profile: FirmwareProfile;
  readonly #waiting: Waiting;
  readonly #talk: Conversation;

  constructor(options: VirtualDeviceOptions) {
    const { clock, mode, openSocket, decoder, server } = options;
    this.#options = options;
    this.#profile = typeof options.profile === "string" ? FIRMWARE_PROFILES[options.profile] : options.profile;
    this.#waiting = new Waiting(clock);
    this.#talk = new Conversation({
      profile: this.#profile,
      mode,
      clock,
      openSocket,
      decoder,
      aec: options.aec ?? false,
      request: {
        ...options.identity,
        url: server?.url ?? "ws://127.0.0.1:8000/xiaozhi/v1/",
        token: server?.token ?? "",
        protocolVersion: server?.version ?? 1,
      },
      tools: [...standardTools(this.board), ...(options.tools ?? [])],
      log: options.log ?? (() => {}),
      onActivity: () => this.#waiting.check(),
    });
  }

  /** The state that the firmware is in. */
  get state(): DeviceState {
    return this.#talk.machine.state;
  }

  /** Whether audio is being recorded and sent. */
  get microphoneOn(): boolean {
    return this.#talk.microphone.on;
  }

  /** Whether nothing plays and nothing waits to be played. */
  get silent(): boolean {
    return this.#talk.playback.speaker.silent;
  }

  /** Whether the audio channel is open. */
  get connected(): boolean {
    return this.#talk.channel.up;
  }

  /** The session id of the last hello; empty on firmware that does not store it. */
  get sessionId(): string {
    return this.#talk.channel.sessionId;
  }

  /** Rules that the server broke, oldest first. */
  get violations(): readonly Violation[] {
    return this.#talk.violations.violations;
  }

  /** Things that work but should not be done. */
  get warnings(): readonly Violation[] {
    return this.#talk.violations.warnings;
  }

  /** Everything said, heard and noted, in order. */
  get transcript(): readonly TranscriptEntry[] {
    return this.#talk.transcript.entries;
  }

  /** What came from the server, in order. */
  get received(): readonly TranscriptEntry[] {
    return this.#talk.transcript.received;
  }

  /** What the device sent, in order. */
  get sent(): readonly TranscriptEntry[] {
    return this.#talk.transcript.sent;
  }

  /** Packets that sounded, in order. */
  get played(): readonly HeardPacket[] {
    return this.#talk.playback.played;
  }

  /** Packets that came but never sounded, and those that never went up. */
  get drops(): Readonly<DropCounts> {
    return this.#talk.drops;
  }

  /** Gaps within replies because the queue ran empty. */
  get underruns(): number {
    return this.played.filter((packet) => packet.gapMs > 0).length;
  }

  /** Times of each turn. */
  get turns(): readonly TurnTimes[] {
    return this.#talk.turns.turns;
  }

  /**
   * Opens the audio channel without listening, as before typed text.
   *
   * @throws DeviceError when the server cannot be reached, refuses, or sends no usable hello.
   */
  open(): Promise<void> {
    return this.#press(async () => {
      if (this.state !== "idle" || this.#talk.channel.up) return;
      await this.#connect();
      this.#talk.machine.to("idle");
    });
  }

  /** The chat button: starts, interrupts or ends a conversation. */
  pressToggle(): Promise<void> {
    return this.#press(async () => {
      if (this.state === "idle") await this.#listenFromIdle(this.#options.mode);
      else if (this.state === "speaking") this.#talk.abort();
      else if (this.state === "listening") this.#hangUp();
    });
  }

  /** The push-to-talk button goes down. */
  pressTalk(): Promise<void> {
    return this.#press(async () => {
      if (this.state === "idle") return await this.#listenFromIdle("manual");
      if (this.state !== "speaking") return;
      this.#talk.abort();
      this.#talk.listen("manual", true);
    });
  }

  /** The push-to-talk button comes up. */
  releaseTalk(): Promise<void> {
    return this.#press(() => {
      if (this.state !== "listening") return;
      this.#talk.channel.sendText(listenStopText(this.sessionId));
      this.#talk.turns.speechEnded();
      this.#talk.machine.to("idle");
    });
  }

  /** The person says the wake word. */
  wake(word: string): Promise<void> {
    return this.#press(async () => {
      if (this.state === "idle") return await this.#listenFromIdle(this.#options.mode, word);
      if (this.state === "speaking") {
        this.#talk.abort("wake_word_detected");
        if (this.#profile.wakeWordRelistens) this.#talk.listen(this.#options.mode, true);
      } else if (this.state === "listening" && this.#profile.wakeWordInListening && this.#options.wakeWordInListening === true) {
        this.#talk.abort("wake_word_detected");
        this.#talk.listen(this.#options.mode, true);
      }
    });
  }

  /** Sends typed text, as web clients do; an answer under way is interrupted first. */
  typeText(text: string): Promise<void> {
    return this.#press(async () => {
      if (this.state === "idle" && !this.#usable()) {
        await this.#connect();
        this.#talk.machine.to("idle");
      }
      if (this.state === "speaking") this.#talk.abort("wake_word_detected");
      this.#talk.channel.sendText(typedText(this.sessionId, text), true);
      this.#talk.turns.speechEnded();
    });
  }

  /** The person speaks: one packet each 60 ms, heard while the microphone is on. Resolves when all is said. */
  speak(packets: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
    return this.#talk.microphone.speak(packets);
  }

  /** The person is silent for `ms`, after what was said before. */
  silence(ms: number): Promise<void> {
    return this.#talk.microphone.silence(ms);
  }

  /**
   * Waits for a state, or until a condition holds; it is checked after every event.
   *
   * @throws DeviceError `wait_timeout`, saying what the device was doing instead.
   */
  async waitFor(
    what: DeviceState | ((device: this) => boolean),
    { timeoutMs = DEFAULT_WAIT_MS, name }: { timeoutMs?: number; name?: string } = {},
  ): Promise<void> {
    const condition = typeof what === "string" ? () => this.state === what : () => what(this);
    const wanted = name ?? (typeof what === "string" ? `state ${what}` : "the condition");
    await this.#waiting.until(condition, timeoutMs, () => `Device still waits for ${wanted}, in state ${this.state},`);
  }

  /** The device hangs: it reads nothing from the network any more. */
  hang(): void {
    this.#talk.channel.socket?.stopReading();
  }

  /** Power off: the connection drops without a Close frame, everything stops. The device can be used again afterwards. */
  close(): void {
    this.#talk.powerOff();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Buttons and wake words are handled in the main loop, after whatever blocks it. */
  #press(action: () => Promise<void> | void): Promise<void> {
    if (this.state === "fatal_error") {
      return Promise.reject(new DeviceError("Device has crashed; close it to switch it on again", { code: "device_crashed" }));
    }
    return new Promise((resolve, reject) => {
      const dropped = () => reject(new DeviceError("Device was switched off before it handled the button", { code: "device_off" }));
      this.#talk.loop.run(() => void (async () => await action())().then(resolve, reject), dropped);
    });
  }

  async #listenFromIdle(mode: ListenMode, wakeWord?: string): Promise<void> {
    const stale = this.#talk.channel.stale;
    const usable = this.#usable();
    if (!usable) await this.#connect();
    if (wakeWord !== undefined && (this.#options.uploadsWakeWord ?? true)) {
      if (usable) this.#talk.machine.to("connecting");
      this.#sendWakeWord(wakeWord);
    }
    this.#talk.listen(mode);
    // The old connection's end is handled after the new session began, and takes the device back to idle.
    if (stale) this.#talk.machine.to("idle");
  }

  #sendWakeWord(word: string): void {
    const packets = this.#options.wakePackets ?? new Array<Uint8Array<ArrayBuffer>>(MAX_WAKE_PACKETS).fill(Uint8Array.of(0x58));
    for (const packet of packets.slice(-MAX_WAKE_PACKETS)) this.#talk.channel.sendAudio(packet, 0);
    this.#talk.channel.sendText(detectText(this.sessionId, word), true);
  }

  #usable(): boolean {
    const { channel, violations } = this.#talk;
    if (!channel.stale) return channel.up;
    violations.add("stale_socket", "Connection was left open for more than 120 s without data; the device opens a new one and gets lost");
    return false;
  }

  async #connect(): Promise<void> {
    const { machine, loop, channel, transcript } = this.#talk;
    machine.to("connecting");
    const release = loop.hold();
    this.#talk.connected();
    try {
      await channel.open();
    } catch (error) {
      transcript.note("info", messageOf(error));
      machine.to("idle");
      if (this.state === "fatal_error") {
        throw new DeviceError("Device crashed on the server's hello", { code: "device_crashed", cause: error });
      }
      throw error;
    } finally {
      release();
    }
  }

  #hangUp(): void {
    this.#talk.channel.destroy();
    this.#talk.machine.to("idle");
  }
}
