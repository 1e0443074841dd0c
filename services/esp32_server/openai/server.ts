/**
 * The stages done by servers of the OpenAI API: Ollama, llama.cpp, vLLM, speaches, Kokoro-FastAPI, LocalAI, FunASR, and clouds.
 *
 * @module
 */

import type { HttpFetch } from "../../near_fetch/mod.ts";
import type { Logger } from "@logtape/logtape";
import type { SpeechAudio, Utterance } from "../../../audio/types.ts";
import type { Clock } from "../../../base/clock.ts";
import type { StageTimeouts } from "../options.ts";
import type {
  ChatEvent,
  ChatRequest,
  ChatStage,
  RecognizeStage,
  SpeechRequest,
  StageHealth,
  StageOptions,
  SynthesizeStage,
  Transcript,
} from "../stages.ts";
import { OpenAiChat } from "./chat.ts";
import { connect } from "./connection.ts";
import { type Endpoint, shown } from "./endpoint.ts";
import { endpointHealth } from "./health.ts";
import type { OpenAiSpeechOptions, OpenAiStage } from "./options.ts";
import { OpenAiRecognizer } from "./recognize.ts";
import { OpenAiSynthesizer } from "./synthesize.ts";

/** What the client is made with. */
export interface OpenAiServerOptions {
  /** Where each stage is done; only these stages may be called. */
  readonly endpoints: Readonly<Partial<Record<OpenAiStage, Endpoint>>>;
  readonly speech: Pick<OpenAiSpeechOptions, "voice" | "format" | "pcmRate">;
  readonly audioFormat: "wav" | "ogg";
  readonly timeoutMs: StageTimeouts;
  /** Said of the chat model when people ask what does the work. */
  readonly chatNote?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fetch: HttpFetch;
}

/** Client of the OpenAI API. */
export class OpenAiServer implements RecognizeStage, ChatStage, SynthesizeStage {
  readonly #options: OpenAiServerOptions;
  readonly #recognizer: OpenAiRecognizer | undefined;
  readonly #chat: OpenAiChat | undefined;
  readonly #synthesizer: OpenAiSynthesizer | undefined;

  constructor(options: OpenAiServerOptions) {
    this.#options = options;
    const { endpoints: { recognize, chat, synthesize }, clock, fetch, timeoutMs } = options;
    const made = (endpoint: Endpoint) => ({ ...options, endpoint, requester: connect(endpoint, clock, fetch) });
    if (recognize !== undefined) this.#recognizer = new OpenAiRecognizer({ ...made(recognize), timeoutMs: timeoutMs.recognize });
    if (chat !== undefined) this.#chat = new OpenAiChat(made(chat));
    if (synthesize !== undefined) this.#synthesizer = new OpenAiSynthesizer(made(synthesize));
  }

  recognize(utterance: Utterance, { signal, language }: StageOptions & { readonly language: string }): Promise<Transcript> {
    return used(this.#recognizer, "recognize").recognize(utterance, language, signal);
  }

  chat(request: ChatRequest, { signal }: StageOptions): AsyncIterable<ChatEvent> {
    return used(this.#chat, "chat").answer(request, signal);
  }

  synthesize(request: SpeechRequest, { signal }: StageOptions): Promise<SpeechAudio> {
    return used(this.#synthesizer, "synthesize").synthesize(request, signal);
  }

  /** How each of its stages is. */
  health({ signal }: StageOptions): Promise<readonly StageHealth[]> {
    const { endpoints, clock, fetch } = this.#options;
    return Promise.all(
      Object.entries(endpoints).map(([stage, endpoint]) => endpointHealth(stage, endpoint, connect(endpoint, clock, fetch), signal)),
    );
  }

  /** What does a stage, in a few words. */
  engine(stage: OpenAiStage): string {
    const endpoint = this.#options.endpoints[stage];
    return endpoint === undefined ? "nothing" : `model ${endpoint.model} at ${shown(endpoint.baseUrl)}`;
  }

  /** What does the work of a stage; `undefined` for a stage that is not its own. */
  describe(stage: OpenAiStage): string | undefined {
    const { endpoints, chatNote = "" } = this.#options;
    const endpoint = endpoints[stage];
    if (endpoint === undefined) return undefined;
    const title = { recognize: "Recognition", chat: "Chat", synthesize: "Speech" }[stage];
    const line = `${title}: ${this.engine(stage)}`;
    return stage === "chat" && chatNote !== "" ? `${line}, ${chatNote}` : line;
  }
}

function used<T>(stage: T | undefined, name: OpenAiStage): T {
  if (stage === undefined) throw new TypeError(`Stage ${name} is not done by an OpenAI-compatible server; its provider must be openai`);
  return stage;
}
