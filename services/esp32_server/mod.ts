/**
 * The ESP32 server client: picks the providers of each stage, and joins them.
 *
 * @module
 */

import { loadOpus } from "../../audio/opus/libopus.ts";
import { systemRandom } from "../../base/random.ts";
import { Composed, type ComposedEsp32Server, type PartName, type StageProviders } from "./composed.ts";
import { createEmbeddedServer, type EmbeddedServer } from "./embedded/server.ts";
import { HttpServer } from "./http/server.ts";
import { discoverOllama } from "./openai/discover.ts";
import { type Endpoint, endpointOf } from "./openai/endpoint.ts";
import type { OpenAiStage } from "./openai/options.ts";
import { OpenAiServer } from "./openai/server.ts";
import type { Esp32ServerDeps, Esp32ServerOptions, ProviderName, StageChoice } from "./options.ts";

export type { ComposedEsp32Server } from "./composed.ts";
export { StageError, type StageFault, type StageName } from "./errors.ts";
export type { Esp32ServerDeps, Esp32ServerOptions, FallbackName, ProviderName, StageChoice, StageTimeouts } from "./options.ts";
export type { OpenAiOptions, OpenAiSpeechOptions, OpenAiStageOptions } from "./openai/options.ts";
export { HttpServer, type HttpServerOptions } from "./http/server.ts";
export { createEmbeddedServer, EmbeddedServer } from "./embedded/server.ts";
export type { Programs, RunOptions } from "./embedded/programs.ts";
export { machinePrograms } from "./embedded/machine_programs.ts";

/** Synthesis settings where the section `openai` is absent; no stage uses them then. */
const NO_SPEECH = { voice: "", format: "pcm", pcmRate: 24000 } as const;

/**
 * Picks the providers of each stage, loads what they need, and joins them. Never rejects for a model or program that is missing, or a server
 * that is down.
 *
 * @throws AppError with code `openai_incomplete` when a stage is to be done by an OpenAI-compatible server of which the address or the model
 * is not configured.
 */
export async function createEsp32Server(options: Esp32ServerOptions, deps: Esp32ServerDeps): Promise<ComposedEsp32Server> {
  const shared = { clock: deps.clock, logger: deps.logger, fetch: deps.fetch ?? fetch };
  const http = new HttpServer({ ...options, foldContext: options.foldContext ?? false, voice: options.synthesize.voice, ...shared });
  const endpoints = configuredEndpoints(options);
  const { openai: settings } = options;
  const looks = options.chat.provider === "auto" && settings?.discover === true;
  const [found, embedded] = await Promise.all([
    looks ? discoverOllama(settings, shared.clock, shared.fetch) : undefined,
    usesEmbedded(options) ? createEmbeddedServer(withoutUnused(options), deps) : undefined,
  ]);
  const client = (endpoints: Endpoints, chatNote?: string) =>
    Object.keys(endpoints).length === 0 ? undefined : new OpenAiServer({
      ...options,
      endpoints,
      speech: settings?.synthesize ?? NO_SPEECH,
      ...(chatNote === undefined ? {} : { chatNote }),
      ...shared,
    });
  const ollama = found?.endpoint === undefined ? undefined : client({ chat: found.endpoint }, found.note);
  const { providers, helpless } = providersOf(options, ollama !== undefined, embedded);
  return new Composed(providers, {
    http,
    embedded,
    openai: client(endpoints),
    ollama,
    httpOrigin: new URL(options.baseUrl).origin,
    chatNote: found?.note ?? "",
    helpless,
  }, { ...deps, random: deps.random ?? systemRandom(), timeoutMs: options.timeoutMs, opus: loadOpus });
}

type Endpoints = Partial<Record<OpenAiStage, Endpoint>>;

function configuredEndpoints(options: Esp32ServerOptions): Endpoints {
  const endpoints: Endpoints = {};
  for (const stage of ["recognize", "chat", "synthesize"] as const) {
    if (choices(options[stage]).includes("openai")) endpoints[stage] = endpointOf(options.openai, stage);
  }
  return endpoints;
}

/** All that are named for a stage, the first choice first. */
function choices({ provider, fallback = [] }: StageChoice): readonly ProviderName[] {
  return [provider, ...fallback];
}

/** Whether this process does a stage, or stands in for who does. */
function isEmbedded(choice: StageChoice): boolean {
  return choices(choice).some((name) => name === "auto" || name === "embedded");
}

function usesEmbedded({ detectSpeech, recognize, chat, synthesize }: Esp32ServerOptions): boolean {
  return [detectSpeech, recognize, chat, synthesize].some(isEmbedded);
}

/** Models and programs of stages that only servers do are not loaded. */
function withoutUnused(options: Esp32ServerOptions): Esp32ServerOptions {
  const { recognize, synthesize } = options;
  return {
    ...options,
    recognize: isEmbedded(recognize) ? recognize : { ...recognize, modelDir: "", grammar: "", program: "none" },
    synthesize: isEmbedded(synthesize) ? synthesize : { ...synthesize, modelDir: "", program: "tone" },
  };
}

interface Lineup {
  readonly providers: StageProviders;
  /** Stages that the embedded engines were to stand in for and cannot. */
  readonly helpless: readonly string[];
}

function providersOf(options: Esp32ServerOptions, hasOllama: boolean, embedded: EmbeddedServer | undefined): Lineup {
  const { detectSpeech, recognize, chat, synthesize } = options;
  const helpless: string[] = [];
  const order = <T extends PartName>(stage: "detect" | "recognize" | "chat" | "synthesize", choice: StageChoice, auto: T): PartName[] => {
    const [first, ...others] = new Set(choices(choice).map((name) => name === "auto" ? auto : name));
    const able = others.filter((name) => name !== "embedded" || embedded?.canStandIn(stage) === true);
    if (able.length < others.length) helpless.push(stage);
    return [first ?? auto, ...able];
  };
  const checks = detectSpeech.enabled ? order("detect", detectSpeech, "embedded") : [];
  const providers: StageProviders = {
    ...(detectSpeech.enabled ? { detect: checks.filter((name) => name === "embedded" || name === "http") } : {}),
    recognize: order("recognize", recognize, "embedded"),
    chat: order("chat", chat, hasOllama ? "ollama" : "embedded"),
    synthesize: order("synthesize", synthesize, "embedded"),
  };
  return { providers, helpless };
}
