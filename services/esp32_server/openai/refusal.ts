/**
 * Answers other than 2xx, and errors inside of answers, turned into stage errors that say which setting to change.
 *
 * @module
 */

import type { HttpResponse } from "../../near_fetch/mod.ts";
import { StageError, type StageFault, type StageName } from "../errors.ts";
import { readAll } from "../http/body.ts";
import { MAX_DETAIL_CHARS, MAX_PROBLEM_BYTES } from "../http/limits.ts";
import { hide } from "../http/problem.ts";
import { type Endpoint, shown } from "./endpoint.ts";

/** A server said no. */
export class Refusal extends StageError {
  /** HTTP status. */
  readonly status: number;
  /** The server's own words, cut; empty where it said nothing. */
  readonly detail: string;

  constructor(stage: StageName, fault: StageFault, message: string, status: number, detail: string) {
    super(stage, fault, message);
    this.status = status;
    this.detail = detail;
  }
}

/** The error that an answer with a status other than 2xx stands for. Reads and ends the body. */
export async function refusalOf(stage: StageName, where: string, endpoint: Endpoint, response: HttpResponse): Promise<Refusal> {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    const text = `Server redirects ${where} (${status}); set ${endpoint.keys.baseUrl} to where it really is`;
    return new Refusal(stage, "rejected", text, status, "");
  }
  const detail = hide(await detailOf(response), endpoint.apiKey);
  const said = detail === "" ? "" : `: ${detail}`;
  const message = `Server ${shown(endpoint.baseUrl)} answered ${status} to ${where}${said}${helpFor(status, headers, endpoint)}`;
  return new Refusal(stage, faultOf(status), message, status, detail);
}

/**
 * The words of an error as servers send it: `{"error": {"message"}}` of OpenAI, `{"error": "…"}` of Ollama, `{"object": "error",
 * "message"}` of vLLM, `{"detail"}` of FastAPI. `undefined` where the value is no error.
 */
export function errorWords(value: unknown): string | undefined {
  const { error, detail, message, object, choices } = Object(value) as Record<string, unknown>;
  if (error !== undefined && error !== null && error !== false) return words(error) ?? "";
  if (choices !== undefined) return undefined;
  if (detail !== undefined) return words(detail) ?? "";
  return object === "error" || typeof message === "string" ? words(message) ?? "" : undefined;
}

function words(value: unknown): string | undefined {
  if (typeof value === "string") return value.replace(/\s+/g, " ").trim().slice(0, MAX_DETAIL_CHARS);
  const { message, msg, detail } = Object(Array.isArray(value) ? value[0] : value) as Record<string, unknown>;
  const inner = message ?? msg ?? detail;
  return typeof inner === "string" ? words(inner) : undefined;
}

async function detailOf(response: HttpResponse): Promise<string> {
  try {
    const text = new TextDecoder().decode(await readAll(response.body, MAX_PROBLEM_BYTES));
    if (/html/i.test(response.headers.get("content-type") ?? "")) return "";
    return errorWords(jsonOf(text)) ?? words(text) ?? "";
  } catch {
    // A body that cannot be read says no more than the status does.
    return "";
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function faultOf(status: number): StageFault {
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 408) return "timeout";
  if (status === 429) return "busy";
  if (status === 413) return "too_large";
  return status >= 500 ? "unavailable" : "rejected";
}

function helpFor(status: number, headers: HttpResponse["headers"], { keys, model, baseUrl, apiKey }: Endpoint): string {
  if (status === 401 || status === 403) return `; ${keys.apiKey}${apiKey === "" ? " is empty and" : ""} must be a key of that server`;
  if (status === 404) {
    const base = /\/v\d+$/.test(baseUrl) ? "" : `, and ${keys.baseUrl} usually ends in /v1`;
    return `; the model is "${model}" (${keys.model}), GET ${shown(baseUrl)}/models lists what the server has${base}`;
  }
  const wait = headers.get("retry-after")?.slice(0, 40);
  return (status === 429 || status === 503) && wait ? `; it asks to wait ${/^\d+$/.test(wait) ? `${wait} s` : `until ${wait}`}` : "";
}
