/**
 * What the runtime asks of an ESP32 server: the stages of a turn. Every implementation (embedded, http, later openai and relay) is held
 * to the same contract test.
 *
 * @module
 */

import type { SpeechAudio, Utterance } from "../../audio/types.ts";

/** Options of every stage call. */
export interface StageOptions {
  /** Ends the call; the stage frees what it holds and rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /**
   * Whether a failure at this moment would be met again, because the same is then asked for once more: it is counted and told of then.
   * @default {false}
   */
  readonly tentative?: () => boolean;
}

/** The answer of {@link RecognizeStage.recognize}. */
export interface Transcript {
  /** What was said; empty when no words were found. */
  readonly text: string;
  /** BCP 47 language, where the recogniser knows it. */
  readonly language?: string;
}

/** A function that the chat stage may ask for. */
export interface ToolSpec {
  /** A name of `[A-Za-z0-9_-]`, at most 64 characters. */
  readonly name: string;
  /** What it does, for the model. */
  readonly description: string;
  /** JSON schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** One message of a conversation. */
export type ChatMessage =
  | { readonly role: "system" | "user"; readonly content: string }
  | { readonly role: "assistant"; readonly content: string; readonly toolCalls?: readonly ToolCall[] }
  | { readonly role: "tool"; readonly content: string; readonly toolCallId: string; readonly isError?: boolean };

/** A call of a tool that the chat stage asks for. */
export interface ToolCall {
  /** Unique within the turn. */
  readonly id: string;
  /** Name from the {@link ToolSpec} offered. */
  readonly name: string;
  /** Arguments as the schema wants them. */
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A request to the chat stage. The last message is the user's, or a tool's answer. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolSpec[];
  readonly sessionId: string;
  readonly deviceId: string;
  /** Preferred language of the answer, BCP 47. */
  readonly language: string;
}

/** One piece of a chat answer. When `tool_call`s came, the caller runs them and asks again with their answers. */
export type ChatEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_call"; readonly call: ToolCall }
  /** One of the firmware's 21 emotion names. */
  | { readonly type: "emotion"; readonly emotion: string };

/** A request to the synthesis stage. */
export interface SpeechRequest {
  /** One sentence or less. */
  readonly text: string;
  /** BCP 47 language of the text. */
  readonly language: string;
  /** Voice name as the provider knows it; the provider's default when absent. */
  readonly voice?: string;
}

/** A record of the HTTP contract's history endpoint. */
export interface RemoteRecord {
  readonly id: string;
  readonly sessionId: string;
  readonly deviceId?: string;
  readonly turnId?: string;
  readonly userText: string;
  readonly replyText: string;
  /** Unix milliseconds. */
  readonly createdAt?: number;
}

/** How a stage is. */
export interface StageHealth {
  readonly stage: string;
  readonly status: "pass" | "warn" | "fail";
  /** Which provider and engine does the work, for people. */
  readonly provider: string;
  /** Why it is not `pass`, and what would help. */
  readonly note?: string;
  /** All who may do it, the first choice first, where their failures are counted. */
  readonly order?: readonly ProviderState[];
}

/** How a provider of a stage is, as far as calls have shown. */
export interface ProviderState {
  readonly provider: string;
  /** State of its circuit breaker: `open` where it failed too often and is left alone. */
  readonly breaker: "closed" | "open" | "half_open";
  /** Milliseconds until it is tried again, where it is left alone. */
  readonly retryInMs?: number;
}

/** Checks a whole utterance for speech, before recognition is paid for. */
export interface DetectStage {
  /** Whether the utterance holds speech. */
  detectSpeech(utterance: Utterance, options: StageOptions): Promise<boolean>;
}

/** Turns speech into text. */
export interface RecognizeStage {
  /** @throws `StageError` */
  recognize(utterance: Utterance, options: StageOptions & { readonly language: string }): Promise<Transcript>;
}

/** Answers a conversation. */
export interface ChatStage {
  /** Streams the answer. Iteration throws `StageError`. */
  chat(request: ChatRequest, options: StageOptions): AsyncIterable<ChatEvent>;
}

/** Turns text into speech. */
export interface SynthesizeStage {
  /** Resolves when the format is known; the audio then streams. Both may throw `StageError`. */
  synthesize(request: SpeechRequest, options: StageOptions): Promise<SpeechAudio>;
}

/** The ESP32 server client: every stage, each possibly by another provider. */
export interface Esp32Server extends DetectStage, RecognizeStage, ChatStage, SynthesizeStage, AsyncDisposable {
  /** Chat records since `since` (Unix milliseconds), oldest first. */
  recentHistory(since: number, options: StageOptions): Promise<readonly RemoteRecord[]>;
  /** How each stage is. Never rejects for a stage that is down. */
  health(options: StageOptions): Promise<readonly StageHealth[]>;
}
