/**
 * Where a stage is done: server, key and model, with the names of the keys that say so.
 *
 * @module
 */

import { AppError } from "../../../base/errors.ts";
import type { OpenAiOptions, OpenAiStage } from "./options.ts";

/** One stage's server and model. */
export interface Endpoint {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** Empty for none. */
  readonly apiKey: string;
  readonly model: string;
  readonly extraBody: Readonly<Record<string, unknown>>;
  /** The configuration keys that people would change, for error texts. */
  readonly keys: { readonly baseUrl: string; readonly apiKey: string; readonly model: string };
}

const SECTION = "esp32Server.openai";

/**
 * The endpoint of a stage: its own settings, else the shared ones. The shared key goes to no other server than the shared one, where there
 * is one: a key of a paid service has no business at a machine next door.
 *
 * @throws AppError with code `openai_incomplete` when the address or the model is missing.
 */
export function endpointOf(options: OpenAiOptions | undefined, stage: OpenAiStage): Endpoint {
  const own = options?.[stage];
  const baseUrl = own?.baseUrl || options?.baseUrl || "";
  if (options === undefined || own === undefined || URL.parse(baseUrl) === null) {
    throw incomplete(stage, "baseUrl", baseUrl, "the address of an OpenAI-compatible server, such as http://127.0.0.1:11434/v1, is needed");
  }
  if (own.model === "") throw incomplete(stage, "model", "", `the name of a model is needed; GET ${shown(baseUrl)}/models lists them`);
  const shared = own.baseUrl === "" || options.baseUrl === "" || new URL(own.baseUrl).origin === new URL(options.baseUrl).origin;
  return {
    baseUrl: baseUrl.replace(/\/+$/, ""),
    apiKey: own.apiKey || (shared ? options.apiKey : ""),
    model: own.model,
    extraBody: own.extraBody,
    keys: {
      baseUrl: own.baseUrl === "" ? `${SECTION}.baseUrl` : `${SECTION}.${stage}.baseUrl`,
      apiKey: own.apiKey === "" && shared ? `${SECTION}.apiKey` : `${SECTION}.${stage}.apiKey`,
      model: `${SECTION}.${stage}.model`,
    },
  };
}

/** An address as it may be shown: without credentials and what follows its path. */
export function shown(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  return url === null ? baseUrl : `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function incomplete(stage: OpenAiStage, key: string, value: string, right: string): AppError {
  const text = `${SECTION}.${stage}.${key} is ${
    JSON.stringify(value)
  } and esp32Server.${stage}.provider or its fallback is openai; ${right}`;
  return new AppError(text, { code: "openai_incomplete" });
}
