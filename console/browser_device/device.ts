/**
 * The device that a browser is: its states and what moves it from one to the next, as the firmware has them (78/xiaozhi-esp32
 * main/application.cc). Sound, socket and clock are handed to it.
 *
 * @module
 */

import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ListenMode } from "../../protocol/listen.ts";
import { type Board, createBoard } from "./board.ts";
import { CALM, type Display, shown } from "./display.ts";
import { FRAME_MS } from "./format.ts";
import type { HelloFacts, Link, OpenLink } from "./link.ts";
import { MessageLog } from "./log.ts";
import { answerMcp } from "./mcp.ts";
import { abort, detect, listenStart, listenStop, mcp } from "./messages.ts";
import type { FromServer } from "./server_message.ts";
import { Sound, type SoundParts } from "./sound.ts";
import { type Trouble, TroubleError } from "./trouble.ts";

/** What the device does. */
export type DeviceState = "idle" | "connecting" | "listening" | "speaking";

/** What is known of the connection. */
export interface LinkFacts extends HelloFacts {
  readonly url: string;
  /** Unix milliseconds. */
  readonly since: number;
}

/** What the device is made of. */
export interface DeviceParts extends SoundParts {
  /** Of the page, as that of a firmware. */
  readonly version: string;
  readonly openLink: OpenLink;
}

/** Between two looks whether an answer has played out, milliseconds: not noticed beside the quarter of a second of a person's own pause. */
const DRAIN_LOOK_MS = 50;

/** The longest that an answer may play out before the microphone opens again, milliseconds: above all that the loudspeaker holds. */
const MAX_DRAIN_MS = 3000;

/** The button comes up with the last sound, which is in the frame that is being filled or in the one that is being encoded, milliseconds. */
const RELEASE_TAIL_MS = 2 * FRAME_MS;

/** The normal end of a connection (RFC 6455, 7.4.1), and that of a server that goes away. */
const GOOD_ENDS = [1000, 1001];

/** The device. */
export class BrowserDevice {
  readonly board: Board = createBoard();
  readonly log: MessageLog;
  readonly sound: Sound;
  readonly #parts: DeviceParts;
  readonly #mode: Signal<ListenMode> = signal("auto");
  readonly #trouble = signal<{ readonly kind: Trouble; readonly detail: string } | undefined>(undefined);
  readonly #state = signal<DeviceState>("idle");
  readonly #display = signal<Display>(CALM);
  readonly #facts = signal<LinkFacts | undefined>(undefined);
  #link: Link | undefined;
  /** How the microphone was last opened on this connection; undefined before. */
  #listening: ListenMode | undefined;
  /** Ends what is under way when the person hangs up. */
  #session = new AbortController();
  #held = false;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    this.log = new MessageLog(parts.clock);
    this.sound = new Sound(parts, this.board.volume, {
      packet: (packet) => {
        if (this.#link === undefined) return;
        this.#link.sendAudio(packet);
        this.log.audio("device");
      },
      broken: () => {
        this.hangUp();
        this.#trouble.value = { kind: "no_codec", detail: "" };
      },
    });
  }

  /** What it does. */
  get state(): ReadonlySignal<DeviceState> {
    return this.#state;
  }

  /** How it listens. */
  get mode(): ReadonlySignal<ListenMode> {
    return this.#mode;
  }

  /** What its display shows. */
  get display(): ReadonlySignal<Display> {
    return this.#display;
  }

  /** The connection; undefined while there is none. */
  get facts(): ReadonlySignal<LinkFacts | undefined> {
    return this.#facts;
  }

  /** What went wrong last, until something is tried again; `detail` is the server's own sentence, or empty. */
  get trouble(): ReadonlySignal<{ readonly kind: Trouble; readonly detail: string } | undefined> {
    return this.#trouble;
  }

  /** The chat button: begins a conversation, interrupts the answer, or ends the conversation. */
  async press(): Promise<void> {
    const state = this.#state.peek();
    if (state === "connecting" || state === "listening") return this.hangUp();
    if (state === "speaking") return this.interrupt();
    const mode = this.#mode.peek();
    if (await this.#ready(true)) this.#listen(mode === "manual" ? "auto" : mode);
  }

  /** The talk button goes down. */
  async hold(): Promise<void> {
    if (this.#held) return;
    this.#held = true;
    const state = this.#state.peek();
    if (state === "speaking") this.interrupt();
    else if (state !== "idle") return;
    if (await this.#ready(true) && this.#held) this.#listen("manual");
  }

  /** The talk button comes up. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    const { signal } = this.#session;
    this.#parts.clock.setTimeout(() => {
      if (signal.aborted || this.#held || this.#state.peek() !== "listening") return;
      this.sound.listen(false);
      this.#send(listenStop(this.#sessionId));
      this.#to("idle");
    }, RELEASE_TAIL_MS);
  }

  /** Somebody says the wake word. Without a microphone the server hears of it all the same. */
  async wake(word: string): Promise<void> {
    const state = this.#state.peek();
    if (state === "connecting") return;
    const mode = this.#mode.peek() === "realtime" ? "realtime" : "auto";
    if (state === "speaking") {
      this.#send(abort(this.#sessionId, "wake_word_detected"));
      return this.#listen(mode);
    }
    const hears = await this.#ready(true);
    const deaf = this.#trouble.peek();
    if (!hears && !await this.#ready(false)) return;
    this.#trouble.value = deaf;
    this.#send(detect(this.#sessionId, word));
    if (hears) this.#listen(mode);
  }

  /** Somebody types instead of speaking. */
  async type(text: string): Promise<void> {
    if (this.#state.peek() === "connecting" || !await this.#ready(false)) return;
    if (this.#state.peek() === "speaking") this.#send(abort(this.#sessionId, "wake_word_detected"));
    this.#send(detect(this.#sessionId, text));
  }

  /** Somebody interrupts the answer. The server's own end of it moves the device on. */
  interrupt(): void {
    this.#send(abort(this.#sessionId));
  }

  /** Chooses how it listens. A conversation that is under way ends, as on hardware. */
  setMode(mode: ListenMode): void {
    if (mode === this.#mode.peek()) return;
    this.hangUp();
    this.#mode.value = mode;
  }

  /** Ends the conversation without a word, as hardware does. */
  hangUp(): void {
    this.#session.abort();
    this.#session = new AbortController();
    this.#link?.close();
    this.sound.flush();
    this.#gone();
  }

  /** Switched off for good. */
  close(): void {
    this.hangUp();
    this.sound.close();
  }

  get #sessionId(): string {
    return this.#link?.hello.sessionId ?? "";
  }

  /** Opens what a conversation needs and is not open yet; false where it cannot be had, and then {@link trouble} says why. */
  async #ready(hears: boolean): Promise<boolean> {
    const { signal } = this.#session;
    this.#trouble.value = undefined;
    if (this.#link !== undefined && (!hears || this.sound.hears)) return true;
    if (this.#state.peek() === "idle") this.#to("connecting");
    try {
      // A loudspeaker needs the person's gesture, which is over once the microphone was asked for.
      await this.sound.openSpeaker();
      if (hears) await this.sound.openMicrophone(signal);
      if (this.#link === undefined && !signal.aborted) await this.#connect(signal);
    } catch (error) {
      if (signal.aborted) return false;
      this.#trouble.value = error instanceof TroubleError
        ? { kind: error.trouble, detail: error.message }
        : { kind: "lost", detail: String(error) };
      if (this.#link === undefined) this.#gone();
    }
    if (signal.aborted) return false;
    if (this.#state.peek() === "connecting") this.#to("idle");
    return this.#trouble.peek() === undefined;
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const link = await this.#parts.openLink({
      text: (text, message) => {
        this.log.add("server", text);
        if (message !== undefined && !signal.aborted) batch(() => this.#on(message));
      },
      packet: (packet) => {
        this.log.audio("server");
        // Packets are for a device that speaks; others lose them.
        if (this.#state.peek() === "speaking") this.sound.play(packet);
        else this.sound.drop();
      },
      sent: (text) => this.log.add("device", text),
      lost: (code, reason) => {
        if (signal.aborted) return;
        this.#trouble.value = { kind: GOOD_ENDS.includes(code) ? "ended" : "lost", detail: reason === "" ? "" : `${reason} (${code})` };
        this.#gone();
      },
    }, signal);
    if (signal.aborted) return link.close();
    this.#link = link;
    this.#facts.value = { url: link.url, ...link.hello, since: this.#parts.clock.wall() };
  }

  #on(message: FromServer): void {
    this.#display.value = shown(this.#display.peek(), message);
    if (message.type === "tts" && message.state === "start") this.#begin();
    if (message.type === "tts" && message.state === "stop") this.#end();
    if (message.type === "mcp") {
      const answer = answerMcp(message.payload, { board: this.board, version: this.#parts.version });
      if (answer !== undefined) this.#send(mcp(this.#sessionId, answer));
    }
    if (message.type === "system" && message.command === "reboot") this.hangUp();
  }

  /** The server begins to speak. */
  #begin(): void {
    const state = this.#state.peek();
    if (state !== "listening" && state !== "idle") return;
    this.sound.flush();
    if (this.#listening !== "realtime") this.sound.listen(false);
    this.#to("speaking");
    this.sound.measure(() => this.#state.peek() === "speaking");
  }

  /** The server has spoken. */
  #end(): void {
    if (this.#state.peek() !== "speaking") return;
    if (this.#listening === undefined || this.#listening === "manual") return this.#to("idle");
    this.#to("listening");
    if (this.#listening === "auto") this.#listenWhenSilent(this.#parts.clock.now() + MAX_DRAIN_MS);
  }

  /** In auto mode the microphone opens when the answer has played out, or it would hear it. */
  #listenWhenSilent(deadline: number): void {
    const { clock } = this.#parts;
    const { signal } = this.#session;
    clock.setTimeout(() => {
      if (signal.aborted || this.#state.peek() !== "listening" || this.sound.microphoneOn) return;
      if (!this.sound.silent && clock.now() < deadline) return this.#listenWhenSilent(deadline);
      this.#listen("auto");
    }, DRAIN_LOOK_MS);
  }

  #listen(mode: ListenMode): void {
    if (!this.sound.hears || this.#link === undefined) return;
    this.#listening = mode;
    this.#to("listening");
    this.#send(listenStart(this.#sessionId, mode));
    this.sound.listen(true);
  }

  #send(text: string): void {
    this.#link?.sendText(text);
  }

  #to(state: DeviceState): void {
    this.#state.value = state;
    // Every state but speaking has the calm face; what was said stays to be read.
    if (state !== "speaking") this.#display.value = { ...this.#display.peek(), emotion: CALM.emotion };
  }

  /** The connection is over, whoever ended it. */
  #gone(): void {
    this.sound.giveBack();
    this.#link = this.#listening = undefined;
    this.#facts.value = undefined;
    this.#held = false;
    this.#to("idle");
  }
}
