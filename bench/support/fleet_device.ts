/**
 * A device of a fleet: much less strict than the virtual device of tools/, and so cheap that a hundred fit beside the server that they
 * measure.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { DeviceSocket, OpenSocket } from "../../tools/device/mod.ts";
import type { FleetOrder, FleetTurn } from "./fleet_messages.ts";
import { FRAME_MS, type Question } from "./speech.ts";

/** 60 ms of silence as DTX encodes it: one wideband SILK frame without data (RFC 6716 section 3.2). */
const DTX = Uint8Array.of(0x58);

/** A person takes so long before asking, milliseconds: longer than the pre-roll, so that each question stands alone. */
const PAUSE_MS = 900;

/** Half of the time of a device that hears speech (`sound: "speech"`), milliseconds: longer than the silence that ends an utterance. */
const HALF_MS = 2000;

/**
 * Frames for which the clock of a microphone that is off sleeps, where every turn is push-to-talk: thousands of devices then wait for almost
 * nothing. Shorter than {@link PAUSE_MS}, so that no question begins late.
 */
const SLEEP_FRAMES = 8;

/** How the moments of interruptions are strewn over a reply: a prime, so that neighbours differ. */
const ABORT_STEP_MS = 137;

interface OpenTurn {
  askedAt: number;
  readonly frames: number[];
  ended: boolean;
  button?: boolean;
  abortAt?: number;
  stopAt?: number;
}

/** The address that the device of a number gives as its own: a locally administered one. */
export function deviceIdOf(index: number): string {
  return `02:00:00:00:${(index >> 8).toString(16).padStart(2, "0")}:${(index & 255).toString(16).padStart(2, "0")}`;
}

/** Whether it is the turn of `n` where one in `every` is chosen. */
function every(every: number, n: number): boolean {
  return every > 0 && n % every === 0;
}

/** One device. */
export class FleetDevice {
  readonly turns: FleetTurn[] = [];
  lost = false;
  readonly #order: FleetOrder;
  readonly #question: Question;
  readonly #clock: Clock;
  readonly #done = Promise.withResolvers<void>();
  readonly #hello = Promise.withResolvers<void>();
  #socket: DeviceSocket | undefined;
  #turn: OpenTurn | undefined;
  #micOn = false;
  /** Which packet of the question comes next; beyond its end, silence. */
  #at = Infinity;
  #askAt = Infinity;
  #ticks = 0;
  #over = false;
  /** The turn before, to which frames after its end belong. */
  #previous: OpenTurn | undefined;
  /** Questions begun. */
  #asked = 0;
  #button = false;
  /** When the next question is due. */
  #nextAt = 0;
  readonly #index: number;

  constructor(order: FleetOrder, question: Question, clock: Clock, index = 0) {
    this.#index = index;
    this.#order = order;
    this.#question = question;
    this.#clock = clock;
  }

  /** Resolves when all turns are done or the connection is lost. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** Connects, and says hello. */
  async connect(open: OpenSocket): Promise<void> {
    const { mode, url } = this.#order;
    const lose = () => {
      this.lost ||= !this.#over;
      this.#hello.resolve();
      this.#done.resolve();
    };
    this.#socket = await open({ url, token: "", protocolVersion: 1, deviceId: deviceIdOf(this.#index), clientId: crypto.randomUUID() }, {
      onText: (text) => this.#text(text),
      onBinary: () => this.#frame(),
      onPing: () => {},
      onCloseFrame: lose,
      onGone: lose,
      onFault: () => {},
    });
    if (mode === "pacer") {
      this.#turn = { askedAt: 0, frames: [], ended: true };
      return;
    }
    const audio = { format: "opus", sample_rate: 16000, channels: 1, frame_duration: FRAME_MS };
    this.#send({ type: "hello", version: 1, transport: "websocket", features: {}, audio_params: audio });
    await this.#hello.promise;
  }

  /** Begins: the microphone goes on, and runs on its own time from then on. */
  begin(): void {
    if (this.#order.mode === "idle" || this.#order.mode === "pacer") return;
    this.#listen();
    const origin = this.#clock.now();
    const tick = () => {
      if (this.#over || this.lost) return;
      this.#record(origin + this.#ticks * FRAME_MS);
      this.#ticks += this.#micOn || this.#order.conversation?.buttonEvery !== 1 ? 1 : this.#sleepFrames(origin);
      // Due times are absolute: a late timer makes no slow microphone.
      this.#clock.setTimeout(tick, Math.max(0, origin + this.#ticks * FRAME_MS - this.#clock.now()));
    };
    tick();
  }

  /** Frames until the microphone's clock is needed again. */
  #sleepFrames(origin: number): number {
    const untilAsked = Math.ceil((this.#askAt - origin) / FRAME_MS) - this.#ticks;
    return Math.max(1, Math.min(SLEEP_FRAMES, untilAsked));
  }

  /** Leaves as devices do: without a word. */
  leave(): void {
    this.#over = true;
    if (this.#turn !== undefined) this.turns.push(this.#turn);
    this.#turn = undefined;
    this.#socket?.destroy();
  }

  #listen(): void {
    const { mode, conversation } = this.#order;
    this.#askAt = mode === "talk" ? Math.max(this.#clock.now() + PAUSE_MS, this.#nextAt) : Infinity;
    this.#at = Infinity;
    this.#button = every(conversation?.buttonEvery ?? 0, this.#index + this.#asked + 1);
    this.#micOn = !this.#button;
    if (this.#button) return;
    this.#send({ session_id: "", type: "listen", state: "start", mode: "auto" });
  }

  /** Sends the packet that the microphone has completed at `due`. */
  #record(due: number): void {
    if (due >= this.#askAt) {
      this.#askAt = Infinity;
      this.#at = 0;
      this.#asked++;
      this.#nextAt = due + (this.#order.conversation?.cycleMs ?? 0);
      // The packet that is complete now began one frame before.
      const askedAt = this.#wall() + (due - FRAME_MS + this.#question.endMs - this.#clock.now());
      this.#turn = { askedAt, frames: [], ended: false, button: this.#button };
      if (this.#button) this.#send({ session_id: "", type: "listen", state: "start", mode: "manual" });
      this.#micOn = true;
    }
    if (!this.#micOn) return;
    this.#socket?.sendBinary(this.#packet());
    if (!this.#button || this.#at < this.#question.packets.length || this.#turn === undefined) return;
    this.#micOn = false;
    this.#turn.askedAt = this.#wall();
    this.#send({ session_id: "", type: "listen", state: "stop" });
  }

  #frame(): void {
    const turn = this.#turn ?? this.#previous;
    if (turn === undefined) return;
    turn.frames.push(this.#wall());
    const { conversation } = this.#order;
    if (conversation === undefined || turn.frames.length > 1 || !every(conversation.abortEvery, this.#index + this.#asked)) return;
    this.#clock.setTimeout(() => {
      if (this.#over || turn.ended) return;
      turn.abortAt = this.#wall();
      this.#send({ session_id: "", type: "abort" });
    }, (this.#index + this.#asked * 7) * ABORT_STEP_MS % conversation.abortWithinMs);
  }

  #packet(): Uint8Array<ArrayBuffer> {
    const { packets, room } = this.#question;
    const { sound } = this.#order;
    const asked = packets[this.#at++];
    if (asked !== undefined) return asked;
    if (sound === "dtx") return DTX;
    const half = HALF_MS / FRAME_MS;
    if (sound === "speech" && this.#ticks % (2 * half) < half) return packets[this.#ticks % packets.length] ?? DTX;
    return room[this.#ticks % room.length] ?? DTX;
  }

  #text(text: string): void {
    if (text.includes('"hello"')) return this.#hello.resolve();
    if (!text.includes('"tts"')) return;
    const { state } = JSON.parse(text) as { state?: string };
    if (state === "start") this.#micOn = false;
    if (state !== "stop" || this.#turn === undefined || this.#turn.frames.length === 0) return;
    this.#turn.ended = true;
    this.#turn.stopAt = this.#wall();
    this.turns.push(this.#turn);
    this.#previous = this.#turn;
    this.#turn = undefined;
    if (this.turns.length >= this.#order.turns) this.#done.resolve();
    else this.#listen();
  }

  #send(message: object): void {
    this.#socket?.sendText(JSON.stringify(message));
  }

  #wall(): number {
    return performance.timeOrigin + this.#clock.now();
  }
}
