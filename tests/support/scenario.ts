/**
 * A conversation as a script: who speaks when, what the stages do, and what a finger does to the device. Time is virtual; the microphone
 * sends a packet each 60 ms, of speech where the script says so.
 *
 * @module
 */

import type { ListenMode } from "../../protocol/mod.ts";
import type { TurnRecord } from "../../services/history/store.ts";
import { type Conversation, conversation, type ConversationOptions, type ScriptedDevice } from "./conversation.ts";
import { packet } from "./fake_audio.ts";

const FRAME_MS = 60;

/** What a scenario may have that is different. */
export interface ScenarioOptions extends ConversationOptions {
  readonly mode?: ListenMode;
}

/** What a scenario led to. Disposing of it ends the conversation. */
export interface Played extends AsyncDisposable {
  readonly talk: Conversation;
  readonly device: ScriptedDevice;
  readonly turns: readonly TurnRecord[];
  /** When each turn was committed, milliseconds. */
  readonly committedAt: readonly number[];
}

/** A script under way of being written. Times are milliseconds after `listen start`. */
export class Scenario {
  readonly #options: ScenarioOptions;
  readonly #script: NonNullable<ConversationOptions["script"]> = {};
  readonly #speech: { readonly from: number; readonly to: number }[] = [];
  readonly #actions: { readonly at: number; readonly act: (device: ScriptedDevice, talk: Conversation) => void }[] = [];

  constructor(options: ScenarioOptions = {}) {
    this.#options = options;
  }

  /** The person speaks from `at` on for `ms`. */
  userSpeaks(at: number, ms: number): this {
    this.#speech.push({ from: at, to: at + ms });
    return this;
  }

  /** The recogniser takes `afterMs` for each of these texts; the last one repeats. */
  recogniserHears(afterMs: number, ...texts: (string | Error)[]): this {
    Object.assign(this.#script, { hears: texts, hearsAfterMs: afterMs });
    return this;
  }

  /** The model says these pieces, each after `afterMs`. */
  modelSays(afterMs: number, ...pieces: string[]): this {
    Object.assign(this.#script, { says: () => pieces, saysAfterMs: afterMs });
    return this;
  }

  /** A sentence has `forMs` of audio, which is there after `afterMs`. */
  ttsTakes(afterMs: number, forMs: number): this {
    Object.assign(this.#script, { speaksForMs: () => forMs, speaksAfterMs: afterMs });
    return this;
  }

  /** Something else happens at `at`. */
  at(at: number, act: (device: ScriptedDevice, talk: Conversation) => void): this {
    this.#actions.push({ at, act });
    return this;
  }

  /** Plays the script up to `until`. */
  async play(until: number): Promise<Played> {
    const { mode = "realtime", script, ...options } = this.#options;
    const talk = conversation({ ...options, script: { ...script, ...this.#script } });
    const committedAt: number[] = [];
    talk.history.onCommit = () => {
      committedAt.push(talk.clock.now());
      return Promise.resolve();
    };
    const device = talk.connect();
    await device.hello();
    device.listen(mode);
    const start = talk.clock.now();
    for (const { at, act } of this.#actions) talk.clock.setTimeout(() => act(device, talk), at);
    for (let at = 0; at < until; at += FRAME_MS) {
      const spoken = this.#speech.some(({ from, to }) => at >= from && at < to);
      device.frame(packet(spoken ? "speech" : "silence"));
      await talk.clock.advance(Math.min(FRAME_MS, until - at));
    }
    return {
      talk,
      device,
      turns: talk.history.turns,
      committedAt: committedAt.map((at) => at - start),
      [Symbol.asyncDispose]: () => talk[Symbol.asyncDispose](),
    };
  }
}
