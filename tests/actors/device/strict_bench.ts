/**
 * The whole runtime on one side, the strict virtual device on the other, one virtual clock for both.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { ListenMode } from "../../../protocol/mod.ts";
import type { TurnRecord } from "../../../services/history/store.ts";
import {
  connectInMemory,
  type FirmwareName,
  type OpenSocket,
  VirtualDevice,
  type VirtualDeviceOptions,
} from "../../../tools/device/mod.ts";
import { type Conversation, conversation, type ConversationOptions } from "../../support/conversation.ts";
import { packet } from "../../support/fake_audio.ts";
import { TURN_MARKS } from "../../support/turn_marks.ts";

/** What the scripted server answers unless a test says otherwise: three sentences of 900 ms. */
export const ANSWER = ["One is here. ", "Two is here. ", "Three is here."];

/** Above the device's own patience with a server that says nothing, milliseconds. */
const PATIENCE_MS = 120_000;

/** What may be different. */
export interface StrictOptions extends ConversationOptions {
  readonly firmware?: FirmwareName;
  readonly mode?: ListenMode;
  readonly latencyMs?: number;
  /** Longest that anything may take before the device counts as stuck, milliseconds. */
  readonly patienceMs?: number;
  readonly device?: Partial<VirtualDeviceOptions>;
}

/** A device with its person, and the server. */
export class StrictBench implements AsyncDisposable {
  readonly talk: Conversation;
  readonly device: VirtualDevice;
  readonly mode: ListenMode;
  readonly #options: StrictOptions;
  readonly #openSocket: OpenSocket;
  readonly #patienceMs: number;

  constructor(options: StrictOptions = {}) {
    this.#options = options;
    this.mode = options.mode ?? "auto";
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    const { hears = ["hello"], ...script } = options.script ?? {};
    this.talk = conversation({
      ...options,
      script: { says: () => ANSWER, speaksForMs: () => 900, ...script, hears: [...hears] },
    });
    const { clock, supervisor } = this.talk;
    this.#openSocket = connectInMemory((link, identity) => supervisor.accept(link, identity), {
      clock,
      latencyMs: options.latencyMs ?? 0,
    });
    this.device = this.newDevice();
  }

  /** The turns that the history has. */
  get turns(): readonly TurnRecord[] {
    return this.talk.history.turns;
  }

  /** The state of the server's chart; `gone` where the device is not connected. */
  get serverState(): string {
    return this.talk.supervisor.which()[0]?.state ?? "gone";
  }

  /** Another device of the same id. */
  newDevice(): VirtualDevice {
    const { firmware = "2.4", device = {} } = this.#options;
    return new VirtualDevice({
      profile: firmware,
      mode: this.mode,
      identity: { deviceId: "02:00:00:00:00:01", clientId: "6a0d9a5e-6f0d-4a53-9a8e-0a4a7b1f6f01" },
      clock: this.talk.clock,
      openSocket: this.#openSocket,
      ...device,
    });
  }

  /** Lets time pass until `action` is done. */
  async run<T>(action: Promise<T>): Promise<T> {
    let over = false;
    const end = () => over = true;
    action.then(end, end);
    const { clock } = this.talk;
    for (const start = clock.now(); !over && clock.now() - start < this.#patienceMs;) await clock.advance(20);
    if (!over) throw new Error(`Nothing more happens: ${this.tail()}`);
    return await action;
  }

  /** Lets time pass until a condition holds. */
  async until(name: string, condition: () => boolean): Promise<void> {
    const { clock } = this.talk;
    for (const start = clock.now(); !condition();) {
      if (clock.now() - start >= this.#patienceMs) throw new Error(`Waited in vain for ${name}: ${this.tail()}`);
      await clock.advance(20);
    }
  }

  /** The person begins a conversation where there is none, and says something for `ms`; it ends where push-to-talk says so. */
  async say(ms: number = 900, device: VirtualDevice = this.device): Promise<void> {
    if (this.mode === "manual") await this.run(device.pressTalk());
    else if (device.state === "idle") await this.run(device.pressToggle());
    await this.until("the microphone", () => device.microphoneOn);
    await this.run(device.speak(Array.from({ length: Math.ceil(ms / 60) }, () => packet("speech"))));
    if (this.mode === "manual") await this.run(device.releaseTalk());
  }

  /** Waits until the answer sounds, and `ms` more. */
  async answered(ms = 0): Promise<void> {
    const before = this.device.played.length;
    await this.until("the answer", () => this.device.played.length > before && this.serverState === "speaking");
    await this.talk.clock.advance(ms);
  }

  /** Waits until nothing is said and both sides know it. */
  async rest(device: VirtualDevice = this.device): Promise<void> {
    const rests = () => device.silent && ["listening", "idle", "gone"].includes(this.serverState) && device.state !== "speaking";
    await this.until("rest", rests);
    await this.talk.clock.advance(600);
    await this.until("rest", rests);
  }

  /** One whole turn. */
  async turn(device: VirtualDevice = this.device): Promise<void> {
    const before = this.turns.length;
    await this.say(900, device);
    await this.until("a turn in the history", () => this.turns.length > before);
    await this.rest(device);
    assert.equal(this.turns.at(-1)?.outcome, "completed", this.tail());
  }

  /** The end of the device's log and where the server is. */
  tail(): string {
    const { transcript, state } = this.device;
    const lines = transcript.slice(-25).map((entry) => `${entry.atMs} ${entry.from} ${entry.kind} ${entry.text ?? ""}`);
    return `the server is ${this.serverState}, the device ${state}\n${lines.join("\n")}`;
  }

  /** What holds after any conversation: no rule was broken, what was heard is of what was said, times run forward. */
  check(): void {
    assert.deepEqual(this.device.violations, [], this.tail());
    assert.deepEqual(this.device.warnings, [], this.tail());
    checkTurns(this.turns);
    for (const { source, outcome, heardText, replyText } of this.turns) {
      // A greeting and an apology are heard, but nobody's reply.
      if (outcome === "failed" || source === "wake") continue;
      assert.ok(bare(replyText).startsWith(bare(heardText)), `heard "${heardText}" of "${replyText}"`);
      if (outcome === "completed") assert.equal(bare(heardText), bare(replyText));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.device.close();
    await this.talk.clock.advance(1000);
    await this.talk[Symbol.asyncDispose]();
  }
}

/** What holds for every turn in a history. */
export function checkTurns(turns: readonly TurnRecord[]): void {
  assert.equal(new Set(turns.map(({ turnId }) => turnId)).size, turns.length, "a turn was committed twice");
  for (const turn of turns) {
    assert.notEqual(turn.outcome, "crashed");
    const marks = TURN_MARKS.map((name) => turn.timings[name]).filter((mark) => mark !== undefined);
    assert.deepEqual(marks, marks.toSorted((a, b) => a - b), `the marks of a turn are out of order: ${JSON.stringify(turn.timings)}`);
    assert.ok(turn.endedAt >= turn.startedAt + (marks.at(-1) ?? 0) - 1, "a turn ended before its last mark");
  }
}

function bare(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, "");
}
