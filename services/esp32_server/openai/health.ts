/**
 * How the server of a stage is: whether it answers, takes the key, and has the model.
 *
 * @module
 */

import { messageOf } from "../../../base/errors.ts";
import { HEALTH_MS, MAX_JSON_BYTES } from "../http/limits.ts";
import type { Requester } from "../http/requester.ts";
import type { StageHealth } from "../stages.ts";
import type { Endpoint } from "./endpoint.ts";
import { Refusal } from "./refusal.ts";

/** Most models named to people. */
const MAX_NAMED = 5;

/** Asks for the list of models. Never rejects for a server that is down; after an abort it rejects with the signal's reason. */
export async function endpointHealth(
  stage: string,
  endpoint: Endpoint,
  requester: Requester,
  signal: AbortSignal,
): Promise<StageHealth> {
  const provider = `openai (${endpoint.model} at ${new URL(endpoint.baseUrl).host})`;
  try {
    using answer = await requester.send(
      { stage: "health", method: "GET", path: "/models", accept: "application/json", timeoutMs: HEALTH_MS },
      signal,
    );
    const note = noteOn(await answer.json(MAX_JSON_BYTES), endpoint);
    return note === undefined ? { stage, status: "pass", provider } : { stage, status: "warn", provider, note };
  } catch (error) {
    signal.throwIfAborted();
    // Servers of one model have no list; they are there all the same.
    if (error instanceof Refusal && (error.status === 404 || error.status === 405)) return { stage, status: "pass", provider };
    return { stage, status: "fail", provider, note: messageOf(error) };
  }
}

function noteOn(answer: unknown, { model, keys }: Endpoint): string | undefined {
  const { data } = Object(answer) as { data?: unknown };
  const ids = (Array.isArray(data) ? data : []).map((entry) => (Object(entry) as { id?: unknown }).id).filter((id) =>
    typeof id === "string"
  );
  if (ids.length === 0 || ids.includes(model) || ids.includes(`${model}:latest`)) return undefined;
  const more = ids.length > MAX_NAMED ? " and others" : "";
  return `Server does not list the model "${model}" of ${keys.model}; it lists ${ids.slice(0, MAX_NAMED).join(", ")}${more}`;
}
