/**
 * One ESP32 server made of the providers of each stage.
 *
 * @module
 */

import type { SpeechAudio, Utterance } from "../../audio/types.ts";
import type { EmbeddedServer } from "./embedded/server.ts";
import type { HttpServer } from "./http/server.ts";
import type { OpenAiServer } from "./openai/server.ts";
import { resilient, type ResilientOptions, type ResilientStages } from "./resilience/mod.ts";
import type { ChatEvent, ChatRequest, Esp32Server, RemoteRecord, SpeechRequest, StageHealth, StageOptions, Transcript } from "./stages.ts";
import { joined } from "./standing_in.ts";

/** An ESP32 server that can say what it is made of. */
export interface ComposedEsp32Server extends Esp32Server {
  /** Whether the chat stage is a language model, which does what it is told; the embedded assistant gives fixed answers. */
  readonly followsInstructions: boolean;
  /** One line a stage for people: what does the work, who stands in, who does it now where that is another, and how to get better. */
  describe(): readonly string[];
  /** Who does each stage. */
  readonly providers: StageProviders;
}

/** Names of the parts that do stages. `ollama` is the server of the OpenAI API that was found on this machine. */
export type PartName = "embedded" | "http" | "openai" | "ollama";

/** Who does each stage, the first choice first: nobody checks for speech where `detect` is absent. */
export interface StageProviders {
  readonly detect?: readonly ("embedded" | "http")[];
  readonly recognize: readonly PartName[];
  readonly chat: readonly PartName[];
  readonly synthesize: readonly PartName[];
}

/** What the stages are put together from. All but `http` are there where a stage is theirs. */
export interface Parts {
  readonly http: HttpServer;
  readonly embedded: EmbeddedServer | undefined;
  readonly openai: OpenAiServer | undefined;
  readonly ollama: OpenAiServer | undefined;
  /** Address that `http` stages are described with. */
  readonly httpOrigin: string;
  /** Said of the embedded chat beside its own words; empty for nothing. */
  readonly chatNote: string;
  /** Stages that the embedded engines were to stand in for and cannot. */
  readonly helpless: readonly string[];
}

const TITLES = { recognize: "Recognition", chat: "Chat", synthesize: "Speech" } as const;

type Told = keyof typeof TITLES;

/** Hands each call to a provider of its stage. */
export class Composed implements ComposedEsp32Server {
  readonly providers: StageProviders;
  readonly #parts: Parts;
  readonly #stages: ResilientStages;

  constructor(providers: StageProviders, parts: Parts, resilience: ResilientOptions) {
    this.providers = providers;
    this.#parts = parts;
    const all = (names: readonly PartName[]) => names.map((name) => ({ name, stage: parts[name] ?? parts.http }));
    this.#stages = resilient({
      detect: (providers.detect ?? []).map((name) => ({ name, stage: parts[name] ?? parts.http })),
      recognize: all(providers.recognize),
      chat: all(providers.chat),
      synthesize: all(providers.synthesize),
    }, resilience);
  }

  get followsInstructions(): boolean {
    return this.providers.chat[0] !== "embedded";
  }

  /** True without a check where the check is off. */
  detectSpeech(utterance: Utterance, options: StageOptions): Promise<boolean> {
    return this.#stages.detectSpeech(utterance, options);
  }

  recognize(utterance: Utterance, options: StageOptions & { readonly language: string }): Promise<Transcript> {
    return this.#stages.recognize(utterance, options);
  }

  chat(request: ChatRequest, options: StageOptions): AsyncIterable<ChatEvent> {
    return this.#stages.chat(request, options);
  }

  synthesize(request: SpeechRequest, options: StageOptions): Promise<SpeechAudio> {
    return this.#stages.synthesize(request, options);
  }

  /** From the server at `baseUrl` whoever does the stages: only that has a history that is not this process's own. */
  recentHistory(since: number, options: StageOptions): Promise<readonly RemoteRecord[]> {
    return this.#parts.http.recentHistory(since, options);
  }

  async health(options: StageOptions): Promise<readonly StageHealth[]> {
    const stages: readonly (readonly [string, readonly PartName[]])[] = Object.entries(this.providers);
    const names = [...new Set(stages.flatMap(([, providers]) => providers))];
    const asked = await Promise.all(names.map(async (name) => [name, await (this.#parts[name]?.health(options) ?? [])] as const));
    const own = new Map(asked);
    for (const [name, found] of asked) {
      for (const { stage, status } of found) this.#stages.checked(stage, name, status !== "fail");
    }
    const seen = this.#stages.health();
    return stages.map(([stage, providers]) =>
      joined(
        stage,
        providers.map((name) => ({ name, health: own.get(name)?.find((health) => health.stage === stage) })),
        seen.find((each) => each.stage === stage)?.order ?? [],
      )
    );
  }

  describe(): readonly string[] {
    const seen = this.#stages.health();
    return (["recognize", "chat", "synthesize"] as const).map((stage) => {
      const [first = "http", ...others] = this.providers[stage];
      const standIns = others.length === 0 ? "" : `; where that fails: ${others.map((name) => this.#engine(name, stage)).join(", then ")}`;
      const now = seen.find((each) => each.stage === stage)?.order?.find(({ breaker }) => breaker !== "open")?.provider;
      const serving = others.find((name) => name === now);
      const instead = serving === undefined ? "" : `; now: ${this.#engine(serving, stage)}`;
      const helpless = this.#parts.helpless.includes(stage) ? "; embedded cannot stand in, as no engine for it is installed" : "";
      return this.#line(first, stage) + standIns + instead + helpless;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.embedded?.[Symbol.asyncDispose]();
    await this.#parts.http[Symbol.asyncDispose]();
  }

  #line(name: PartName, stage: Told): string {
    const { embedded, httpOrigin, chatNote } = this.#parts;
    if (name === "http") return `${TITLES[stage]}: ${httpOrigin}`;
    const line = (name === "embedded" ? embedded : this.#parts[name])?.describe(stage) ?? TITLES[stage];
    return name === "embedded" && stage === "chat" && chatNote !== "" ? `${line}; ${chatNote}` : line;
  }

  #engine(name: PartName, stage: Told): string {
    if (name === "http") return this.#parts.httpOrigin;
    return this.#parts[name]?.engine(stage) ?? name;
  }
}
