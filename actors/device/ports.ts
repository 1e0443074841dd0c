/**
 * What the device chart does to the world. The chart decides; the session behind these ports acts.
 *
 * @module
 */

import type { Utterance } from "../../audio/types.ts";
import type { ListenMode } from "../../protocol/mod.ts";
import type { TurnDraft } from "../../services/history/store.ts";
import type { ReplyEvent } from "./events.ts";
import type { Turn } from "./turn.ts";

/** What a reply says. */
export type ReplyJob =
  /** An answer of the chat stage. */
  | "chat"
  | "greeting"
  | "farewell"
  /** The turn failed before there was an answer. */
  | "apology"
  /** What the owner has announced. */
  | "say";

/** What is known of a turn when it begins. */
export interface NewTurn {
  /** What was typed, or is to be said. */
  readonly text?: string;
  /** Where the turn was promised to somebody by this id; a new one by default. */
  readonly turnId?: string;
  /** How long ago it began, milliseconds. */
  readonly agoMs?: number;
}

/** The effects of a device actor. None throws; those that can fail return a promise. */
export interface DevicePorts {
  /** Loads what is needed to hear and to speak. */
  prepare(signal: AbortSignal): Promise<void>;
  /** Answers the hello, opens the session, asks the device for its tools. */
  welcome(): void;
  /** Forgets what was heard so far and listens anew. */
  openMic(mode: ListenMode): void;
  /** Listens, where it does not already. */
  resumeMic(mode: ListenMode): void;
  /** Ignores the microphone from now on. */
  closeMic(): void;
  /** Ends the utterance under way; its `SPEECH_ENDED` follows at once. */
  endSpeech(): void;
  /** Begins a turn. The text is the person's, or of a turn that is `say` the owner's. */
  newTurn(source: TurnDraft["source"], details?: NewTurn): Turn;
  /**
   * Begins to work on what may be the whole utterance of a turn; with `answer` on the answer, too. Nothing of it is seen, and `recognize`
   * takes what it can use of it.
   */
  speculate(turn: Turn, utterance: Utterance, options: { readonly answer: boolean }): void;
  /** Gives up what was begun on an utterance. */
  forgetSpeculation(): void;
  /** Recognises an utterance into `turn.userText`. */
  recognize(turn: Turn, utterance: Utterance, signal: AbortSignal): Promise<void>;
  /** Whether the text of a turn asks to end the conversation. */
  isFarewell(turn: Turn): boolean;
  /**
   * Starts a reply. Disposing the result ends it at once, if it is not over: nothing of it is sent afterwards, the device is told
   * `tts stop`, and `turn.heard` says what the person heard.
   */
  startReply(turn: Turn, job: ReplyJob, send: (event: ReplyEvent) => void): Disposable;
  /** Makes the reply under way wait: nothing more of it is sent until it is resumed. */
  holdReply(): void;
  /** Makes the reply go on where it stopped. */
  resumeReply(): void;
  /** From now on replies end with the sentence that the person hears, or hears first. */
  finishSentence(): void;
  /** Tells the device `tts stop`, which is harmless in any state. */
  quiet(): void;
  /** Whether the reply has made no progress since this was last asked. */
  isStuck(): boolean;
  /** Commits the turn. */
  persist(turn: Turn): Promise<void>;
  /** Closes the connection. */
  closeLink(code: number, reason: string): void;
  /** Milliseconds until the device counts as idle. */
  idleInMs(): number;
  /** Restarts the idle time. */
  touch(): void;
  /** Notes something in the recording of the device. */
  note(kind: string, data?: Readonly<Record<string, unknown>>): void;
  /** Notes a failure that the conversation survives. */
  report(what: string, error: unknown): void;
}
