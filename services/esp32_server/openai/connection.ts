/**
 * Calls to the server of one stage.
 *
 * @module
 */

import type { HttpFetch } from "../../near_fetch/mod.ts";
import type { Clock } from "../../../base/clock.ts";
import { StageError, type StageName } from "../errors.ts";
import { readAll } from "../http/body.ts";
import { type Answer, Requester } from "../http/requester.ts";
import { type Endpoint, shown } from "./endpoint.ts";
import { refusalOf } from "./refusal.ts";

/** A way to the server of an endpoint. */
export function connect(endpoint: Endpoint, clock: Clock, fetch: HttpFetch): Requester {
  const { baseUrl, apiKey, keys } = endpoint;
  return new Requester({
    baseUrl,
    apiKey,
    clock,
    fetch,
    refusal: (call, response) => refusalOf(call.stage, `${call.method} ${call.path}`, endpoint, response),
    unreachable: (reason) => `${trouble(reason)} ${shown(baseUrl)} (${reason}); start the server there, or correct ${keys.baseUrl}`,
  });
}

/** A whole answer as text, within what is left of the call's time. */
export async function textOf(answer: Answer, maxBytes: number): Promise<string> {
  try {
    return new TextDecoder().decode(await readAll(answer.response.body, maxBytes));
  } catch (error) {
    throw answer.failure(error);
  }
}

/** Whether a text is a page for people: what a proxy, or a path that the API does not have, answers with. */
export function isPage(type: string, text: string): boolean {
  return (/html/i.test(type) ? /^\s*</ : /^\s*<(!doctype|html)/i).test(text);
}

/** The error for a page where an answer was due. */
export function pageInstead(stage: StageName, endpoint: Endpoint): StageError {
  const text = `Server ${
    shown(endpoint.baseUrl)
  } answered with a web page; ${endpoint.keys.baseUrl} must be the address of its API, usually ending in /v1`;
  return new StageError(stage, "bad_answer", text);
}

function trouble(reason: string): string {
  if (/refused/i.test(reason)) return "Nothing listens at";
  return /dns error|lookup/i.test(reason) ? "There is no such host as that of" : "Cannot connect to";
}
