/**
 * The device chart alone, on ports that do what a path of steps says: for tests that walk through the chart.
 *
 * @module
 */

import { type Actor, type AnyTransitionDefinition, createActor } from "xstate";
import type { Utterance } from "../../../audio/types.ts";
import type { TimerId } from "../../../base/clock.ts";
import { configWith } from "../../../services/config/mod.ts";
import type { TurnRecord } from "../../../services/history/store.ts";
import type { DeviceActorEvent, ReplyEvent } from "../../../actors/device/events.ts";
import { deviceMachine } from "../../../actors/device/machine.ts";
import type { DevicePorts } from "../../../actors/device/ports.ts";
import { type DeviceSettings, deviceSettings } from "../../../actors/device/settings.ts";
import { Turn } from "../../../actors/device/turn.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

/** A thing that can happen to the chart. */
export interface Step {
  readonly name: string;
  /** Whether it is an event that reaches the chart and nothing else. */
  readonly isEvent?: boolean;
  take(model: ChartModel): void | Promise<void>;
}

/** A clock that knows when its next timer is due. */
class SteppingClock extends VirtualClock {
  readonly #due = new Map<TimerId, number>();

  override setTimeout(callback: () => void, ms: number): TimerId {
    const id = super.setTimeout(() => {
      this.#due.delete(id);
      callback();
    }, ms);
    this.#due.set(id, this.now() + ms);
    return id;
  }

  override clearTimeout(id: TimerId): void {
    this.#due.delete(id);
    super.clearTimeout(id);
  }

  /** Milliseconds until a timer fires; 0 when none is armed. */
  get next(): number {
    return this.#due.size === 0 ? 0 : Math.max(0, Math.min(...this.#due.values()) - this.now());
  }
}

/** Read once: a model is made for every path, and this would take nine tenths of it. */
const DEFAULTS = deviceSettings(configWith({}), "device");

/** What may be different in a model. */
export interface ModelOptions {
  readonly settings: Partial<DeviceSettings>;
  /** Whether replies cannot even be started. */
  readonly replyThrows?: boolean;
}

/** The chart on ports that wait to be told what happens. */
export class ChartModel {
  readonly clock = new SteppingClock();
  readonly actor: Actor<typeof deviceMachine>;
  readonly turns: Turn[] = [];
  /** Turns that began although the connection was to be closed. */
  readonly late = new Set<Turn>();
  /** Turns whose replies were begun. */
  readonly answered: Turn[] = [];
  readonly persisted: TurnRecord[] = [];
  /** What the ports were asked to do since the start. */
  readonly calls: string[] = [];
  readonly taken: AnyTransitionDefinition[] = [];
  failure: unknown;
  /** What the recogniser hears when it is told to finish. */
  farewell = false;
  /** Whether the reply under way has made no progress. */
  stuck = false;
  /** Whether the reply under way was told to wait. */
  held = false;
  readonly #replyThrows: boolean;
  #said = 0;
  #pending: PromiseWithResolvers<void> | undefined;
  #recognizing: Turn | undefined;
  #reply: ((event: ReplyEvent) => void) | undefined;

  /** With `start` false somebody else starts the actor. */
  constructor({ settings, replyThrows = false }: ModelOptions, start = true) {
    this.#replyThrows = replyThrows;
    this.actor = createActor(deviceMachine, {
      clock: this.clock,
      input: { ports: this.#ports(), settings: { ...DEFAULTS, ...settings } },
      inspect: (event) => {
        if (event.type === "@xstate.microstep" && event.actorRef === this.actor) this.taken.push(...event._transitions);
      },
    });
    this.actor.subscribe({ error: (error) => this.failure = error });
    if (start) this.actor.start();
  }

  /** Whether a reply is under way. */
  get replying(): boolean {
    return this.#reply !== undefined;
  }

  /** The context of the chart. */
  get context(): ReturnType<Actor<typeof deviceMachine>["getSnapshot"]>["context"] {
    return this.actor.getSnapshot().context;
  }

  /** The turn that the chart has, or another one's id. */
  get turnId(): string {
    return this.context.turn?.id ?? "none";
  }

  /** Where the chart is, in broad strokes. */
  get place(): string {
    const { value, status } = this.actor.getSnapshot();
    const { mode, turn, pending, nextTurn, closing, utterance } = this.context;
    const heard = turn?.source === "wake" && turn.has("firstFrameMs");
    return JSON.stringify([
      value,
      status,
      mode,
      turn?.farewell,
      pending?.type,
      nextTurn && utterance !== undefined,
      closing !== undefined,
      turn?.source === "wake" && heard,
    ]);
  }

  /** Everything that decides what the chart does next: two models of the same key behave alike. Why the connection is closed does not. */
  get key(): string {
    const { value, status } = this.actor.getSnapshot();
    const { mode, turn, utterance, carried, pending, nextTurn, closing, job } = this.context;
    const age = (turn?.ageMs() ?? 0) < 1000 ? "young" : "old";
    return JSON.stringify([
      value,
      status,
      mode,
      turn && [turn.source, turn.farewell, turn.userText !== "", turn.outcome, turn.has("firstFrameMs"), age],
      utterance !== undefined,
      carried !== undefined,
      pending?.type,
      nextTurn && nextTurn.userText !== "",
      closing !== undefined,
      job,
      this.#reply !== undefined,
    ]);
  }

  /** Tells the chart something. */
  send(event: DeviceActorEvent): void {
    this.actor.send(event);
  }

  /** The owner has something said. */
  say(interrupt: boolean): void {
    this.send({ type: "SAY", text: "text", turnId: `say-${this.#said++}`, interrupt });
  }

  /** What the stage under way is waiting for happens. */
  async finish(text?: string): Promise<void> {
    if (this.#recognizing !== undefined && text !== undefined) this.#recognizing.userText = text;
    this.#pending?.resolve();
    await settle();
  }

  /** The stage under way fails. */
  async fail(): Promise<void> {
    this.#pending?.reject(new Error("The stage failed"));
    await settle();
  }

  /** The reply under way says something of itself, which the actor that runs it passes on. */
  tell(event: ReplyEvent): void {
    this.#reply?.(event);
  }

  /** Time passes until the next timer has fired. */
  wait(): Promise<void> {
    return this.clock.advance(this.clock.next);
  }

  #begin(): Promise<void> {
    this.#pending = Promise.withResolvers<void>();
    // The chart may have stopped listening to a stage that fails.
    this.#pending.promise.catch(() => {});
    return this.#pending.promise;
  }

  #ports(): DevicePorts {
    const call = (name: string) => () => void this.calls.push(name);
    return {
      prepare: () => this.#begin(),
      welcome: call("welcome"),
      openMic: call("openMic"),
      resumeMic: call("resumeMic"),
      closeMic: call("closeMic"),
      endSpeech: call("endSpeech"),
      newTurn: (source, { text = "", turnId = `turn-${this.turns.length}` } = {}) => {
        const turn = new Turn({ turnId, sessionId: "s", deviceId: "d", source, clock: this.clock });
        if (source !== "say") turn.userText = text;
        this.turns.push(turn);
        if (this.context.closing !== undefined) this.late.add(turn);
        return turn;
      },
      speculate: call("speculate"),
      forgetSpeculation: call("forgetSpeculation"),
      recognize: (turn) => {
        this.#recognizing = turn;
        return this.#begin();
      },
      isFarewell: () => this.farewell,
      startReply: (turn, _job, send) => {
        this.answered.push(turn);
        if (this.#replyThrows) throw new Error("The reply cannot be started");
        this.#reply = send;
        this.held = false;
        return {
          [Symbol.dispose]: () => {
            this.#reply = undefined;
            this.held = false;
          },
        };
      },
      holdReply: () => this.held = true,
      resumeReply: () => this.held = false,
      finishSentence: call("finishSentence"),
      quiet: call("quiet"),
      isStuck: () => this.stuck,
      persist: (turn) => {
        this.persisted.push(turn.record());
        return this.#begin();
      },
      closeLink: call("closeLink"),
      idleInMs: () => 60_000,
      touch: call("touch"),
      note: () => {},
      report: call("report"),
    };
  }
}

/** An utterance of so many milliseconds. */
export function utterance(durationMs: number): Utterance {
  return {
    sampleRate: 16_000,
    durationMs,
    speechMs: durationMs,
    trailingSilenceMs: 0,
    end: "silence",
    packets: [],
    pcm: () => new Int16Array(0),
  };
}

const event = (name: string, of: DeviceActorEvent): Step => ({ name, isEvent: true, take: (model) => model.send(of) });

/** Everything that can happen: each event with each content that a guard asks for, each end of a stage, and time. */
export const STEPS: readonly Step[] = [
  event("hello", { type: "HELLO" }),
  event("listen auto", { type: "LISTEN_START", mode: "auto" }),
  event("listen manual", { type: "LISTEN_START", mode: "manual" }),
  event("listen realtime", { type: "LISTEN_START", mode: "realtime" }),
  event("listen stop", { type: "LISTEN_STOP" }),
  event("wake", { type: "WAKE", text: "wake" }),
  event("text", { type: "TEXT", text: "text" }),
  event("abort", { type: "ABORT" }),
  { name: "say", take: (model) => model.say(false) },
  { name: "say now", take: (model) => model.say(true) },
  event("speech starts", { type: "SPEECH_STARTED", agoMs: 100 }),
  event("speech ends", { type: "SPEECH_ENDED", utterance: utterance(600), agoMs: 500 }),
  event("speech pauses", { type: "SPEECH_PAUSED", utterance: utterance(600) }),
  event("speech goes on", { type: "SPEECH_RESUMED" }),
  event("nothing was said", { type: "SPEECH_ENDED", utterance: utterance(0), agoMs: 0 }),
  { name: "the stage is done", take: (model) => model.finish("words") },
  { name: "there is more to come", take: (model) => model.finish("words and") },
  { name: "there were no words", take: (model) => model.finish("") },
  {
    name: "a farewell was heard",
    take: async (model) => {
      model.farewell = true;
      await model.finish("bye");
      model.farewell = false;
    },
  },
  { name: "the stage fails", take: (model) => model.fail() },
  {
    name: "reply heard",
    take: (model) => {
      if (!model.held) model.context.turn?.mark("firstFrameMs");
      model.tell({ type: "REPLY_HEARD", turnId: model.turnId });
    },
  },
  { name: "reply ended", take: (model) => model.tell({ type: "REPLY_ENDED", turnId: model.turnId }) },
  { name: "another reply ended", take: (model) => model.tell({ type: "REPLY_ENDED", turnId: "another" }) },
  { name: "time", take: (model) => model.wait() },
  { name: "a second", take: (model) => model.clock.advance(1000) },
  {
    name: "time without progress",
    take: async (model) => {
      model.stuck = true;
      await model.wait();
      model.stuck = false;
    },
  },
  event("mic silent", { type: "MIC_SILENT" }),
  event("vad failed", { type: "VAD_FAILED" }),
  event("link closed", { type: "LINK_CLOSED", reason: "" }),
  event("drain", { type: "DRAIN" }),
  event("replaced", { type: "STOP", reason: "replaced" }),
];
