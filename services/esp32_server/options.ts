/**
 * What an ESP32 server is made of: the section `esp32Server` of the configuration, and what is handed in.
 *
 * @module
 */

import type { HttpFetch } from "../near_fetch/mod.ts";
import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Files } from "./embedded/files.ts";
import type { Programs } from "./embedded/programs.ts";
import type { ResilienceEvent } from "./resilience/events.ts";
import type { SherpaBinding } from "./embedded/sherpa/binding.ts";
import type { OpenAiOptions } from "./openai/options.ts";

/**
 * Who does the work of a stage; `auto` is `embedded`, because only that needs nothing else. For chat it is a local Ollama, where one runs.
 */
export type ProviderName = "auto" | "embedded" | "http" | "openai";

/** Who may stand in for the provider of a stage. */
export type FallbackName = Exclude<ProviderName, "auto">;

/** Times allowed, in milliseconds. */
export interface StageTimeouts {
  readonly detect: number;
  readonly recognize: number;
  readonly chatFirstToken: number;
  readonly chatIdle: number;
  readonly synthesizeFirstAudio: number;
  readonly synthesizeIdle: number;
}

/** Who does a stage. */
export interface StageChoice<P extends ProviderName = ProviderName> {
  readonly provider: P;
  /** Who stands in where that fails before its answer begins, in this order; nobody by default. */
  readonly fallback?: readonly Exclude<P, "auto">[];
}

/** The section `esp32Server` of the configuration. */
export interface Esp32ServerOptions {
  /** Where the `http` stages are served. */
  readonly baseUrl: string;
  /** Sent as a Bearer token; empty for none. */
  readonly apiKey: string;
  readonly timeoutMs: StageTimeouts;
  /** How utterances are sent to the `http` and `openai` stages. */
  readonly audioFormat: "wav" | "ogg";
  /** Whether the `http` chat folds earlier turns into `message`, for servers that ignore `messages`; false by default. */
  readonly foldContext?: boolean;
  /** Servers of the OpenAI API; without it no stage may be `openai`, and no Ollama is looked for. */
  readonly openai?: OpenAiOptions;
  readonly detectSpeech: StageChoice<Exclude<ProviderName, "openai">> & { readonly enabled: boolean };
  readonly recognize: StageChoice & { readonly modelDir: string; readonly grammar: string; readonly program: string };
  readonly chat: StageChoice;
  readonly synthesize: StageChoice & { readonly modelDir: string; readonly voice: string; readonly program: string };
}

/** What the stages work with. */
export interface Esp32ServerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** IANA name for the assistant's time of day; the machine's when empty. */
  readonly timezone?: string;
  /** Folder for files that live for one call; without it macOS `say` is not used. */
  readonly tempDir?: string;
  /** Told of everything that providers do. Must not throw. */
  readonly onEvent?: (event: ResilienceEvent) => void;
  /** The machine's by default. */
  readonly random?: Random;
  /** The machine's `fetch` by default. */
  readonly fetch?: HttpFetch;
  /** The machine's programs by default. */
  readonly programs?: Programs;
  /** The machine's files by default. */
  readonly files?: Files;
  /** Loads sherpa-onnx; the npm package by default. Called only where a model folder is configured. */
  readonly sherpa?: () => Promise<SherpaBinding>;
}
