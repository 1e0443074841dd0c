/**
 * Looks for an Ollama on this machine, so that a newcomer who has one talks to it without configuring anything.
 *
 * @module
 */

import type { HttpFetch } from "../../near_fetch/mod.ts";
import type { Clock } from "../../../base/clock.ts";
import { AppError, messageOf } from "../../../base/errors.ts";
import { Deadline } from "../deadline.ts";
import { readAll } from "../http/body.ts";
import { MAX_JSON_BYTES } from "../http/limits.ts";
import type { Endpoint } from "./endpoint.ts";
import type { OpenAiOptions } from "./options.ts";

/** Where Ollama listens unless told otherwise. Only this machine is asked: what is said here is not for a network. */
export const OLLAMA = "http://127.0.0.1:11434";

/** Longest time that the start waits: a local server answers within some milliseconds, and who has none should not notice. */
export const DISCOVERY_MS = 300;

/** Most models named to people. */
const MAX_NAMED = 5;

/** Models that give vectors or rankings, by name or family. */
const NO_CHAT = /embed|rerank|minilm|\bbge\b|\be5\b|bert/i;

/** What was found. */
export interface Discovery {
  /** The model to chat with; absent where there is none to use. */
  readonly endpoint?: Endpoint;
  /** For people: what was found, and how to choose. */
  readonly note: string;
}

/** Asks Ollama for its models. Never rejects, and never takes longer than {@link DISCOVERY_MS}. */
export async function discoverOllama(options: OpenAiOptions, clock: Clock, fetch: HttpFetch): Promise<Discovery> {
  const done = new AbortController();
  using deadline = new Deadline(clock, done.signal);
  deadline.arm(DISCOVERY_MS, () => new AppError(`No answer within ${DISCOVERY_MS} ms`, { code: "discovery_timeout" }));
  try {
    // The race is for a fetch that does not hear its signal at once.
    return choose(await deadline.race(modelsOf(fetch, deadline.signal)), options);
  } catch (error) {
    const reason = /refused/i.test(`${messageOf(error)} ${messageOf((error as Error).cause)}`) ? "" : ` (${messageOf(error)})`;
    return { note: `no Ollama at ${OLLAMA}${reason}; one that runs there is used from the next start on` };
  }
}

async function modelsOf(fetch: HttpFetch, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(`${OLLAMA}/api/tags`, { signal, redirect: "manual", headers: { accept: "application/json" } });
  const body = await readAll(response.body, MAX_JSON_BYTES);
  if (!response.ok) throw new AppError(`It answered ${response.status}`, { code: "discovery_refused" });
  return JSON.parse(new TextDecoder().decode(body));
}

/** The model that is configured, else the one that was changed last, which is what Ollama puts first and people want to try. */
function choose(answer: unknown, { chat }: OpenAiOptions): Discovery {
  const names = chatModels(answer);
  const model = chat.model === "" ? names[0] : names.find((name) => name === chat.model || name === `${chat.model}:latest`);
  const listed = names.slice(0, MAX_NAMED).join(", ");
  if (model === undefined) {
    const missing = chat.model === ""
      ? "has no chat model; get one with: ollama pull <model>"
      : `has no model "${chat.model}", which esp32Server.openai.chat.model names`;
    return { note: `Ollama at ${OLLAMA} ${missing}${listed === "" ? "" : `; it has ${listed}`}` };
  }
  const keys = {
    baseUrl: "esp32Server.openai.chat.baseUrl",
    apiKey: "esp32Server.openai.chat.apiKey",
    model: "esp32Server.openai.chat.model",
  };
  return {
    endpoint: { baseUrl: `${OLLAMA}/v1`, apiKey: "", model, extraBody: chat.extraBody, keys },
    note: `found by itself${
      names.length > 1 ? ` among ${listed}` : ""
    }; choose with esp32Server.openai.chat.model, or set esp32Server.chat.provider`,
  };
}

/** Names of the models that can chat and run here: models in Ollama's cloud would carry what is said off this machine. */
function chatModels(answer: unknown): string[] {
  const { models } = Object(answer) as { models?: unknown };
  if (!Array.isArray(models)) throw new AppError("It sent no list of models", { code: "discovery_refused" });
  const usable = models.flatMap((entry) => {
    const { name, remote_host: host, remote_model: remote, modified_at: at, details } = Object(entry) as Record<string, unknown>;
    const { family } = Object(details) as { family?: unknown };
    if (typeof name !== "string" || name === "" || host || remote || /[:-]cloud$/.test(name)) return [];
    if (NO_CHAT.test(name) || NO_CHAT.test(String(family ?? ""))) return [];
    const changed = typeof at === "string" ? Date.parse(at) : NaN;
    return [{ name, changed: Number.isNaN(changed) ? 0 : changed }];
  });
  return usable.toSorted((a, b) => b.changed - a.changed).map(({ name }) => name);
}
