/**
 * The section `esp32Server.openai` of the configuration.
 *
 * @module
 */

/** The stages that a server of the OpenAI API can do. */
export type OpenAiStage = "recognize" | "chat" | "synthesize";

/** How the sound of a sentence is asked for: raw samples begin to sound first, WAV says its rate, Opus is the smallest. */
export type SpeechFormat = "pcm" | "wav" | "opus";

/** What every stage has of its own. */
export interface OpenAiStageOptions {
  /** Address up to the version, such as `http://127.0.0.1:11434/v1`; empty takes the shared one. */
  readonly baseUrl: string;
  /** Sent as a Bearer token; empty takes the shared one, where the stage's server is the shared one. */
  readonly apiKey: string;
  /** Model by the server's name for it. There is no default: names come and go. */
  readonly model: string;
  /** Fields added to each request, such as `temperature`. */
  readonly extraBody: Readonly<Record<string, unknown>>;
}

/** What synthesis has beyond that. */
export interface OpenAiSpeechOptions extends OpenAiStageOptions {
  /** Voice where a request names none; empty leaves the field out. */
  readonly voice: string;
  readonly format: SpeechFormat;
  /** Samples per second of raw samples whose rate the answer does not state. */
  readonly pcmRate: number;
}

/** The section. */
export interface OpenAiOptions {
  /** Address of the server of the stages that name none; empty for none. */
  readonly baseUrl: string;
  /** Its key; empty for none. */
  readonly apiKey: string;
  /** Whether chat looks for an Ollama on this machine where its provider is `auto`. */
  readonly discover: boolean;
  readonly recognize: OpenAiStageOptions;
  readonly chat: OpenAiStageOptions;
  readonly synthesize: OpenAiSpeechOptions;
}
