/**
 * Errors of a server, as problem+json (RFC 9457) or whatever else it sends, turned into stage errors.
 *
 * @module
 */

import type { HttpResponse } from "../../near_fetch/mod.ts";
import { StageError, type StageFault, type StageName } from "../errors.ts";
import { readAll } from "./body.ts";
import { MAX_DETAIL_CHARS, MAX_PROBLEM_BYTES } from "./limits.ts";

/** The error that an answer with a status other than 2xx stands for. Reads and ends the body. */
export async function problemOf(stage: StageName, where: string, response: HttpResponse, secret: string): Promise<StageError> {
  const { status } = response;
  const location = response.headers.get("location");
  if (status >= 300 && status < 400 && location !== null) {
    await response.body?.cancel();
    return new StageError(stage, "rejected", `Server redirects ${where} (${status}); set esp32Server.baseUrl to where it really is`);
  }
  const detail = hide(await detailOf(response), secret);
  return new StageError(
    stage,
    faultOf(status),
    `Server answered ${status} to ${where}${detail === "" ? "" : `: ${detail}`}${helpFor(status)}`,
  );
}

/** Leaves a secret out of a text. */
export function hide(text: string, secret: string): string {
  return secret === "" ? text : text.replaceAll(secret, "***");
}

function faultOf(status: number): StageFault {
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 408) return "timeout";
  if (status === 429) return "busy";
  if (status === 413) return "too_large";
  return status >= 500 ? "unavailable" : "rejected";
}

function helpFor(status: number): string {
  if (status === 401 || status === 403) return "; esp32Server.apiKey must be the key of that server";
  if (status === 404) return "; a stock xiaozhi-esp32-server does not serve this route";
  return "";
}

async function detailOf(response: HttpResponse): Promise<string> {
  let text: string;
  try {
    text = new TextDecoder().decode(await readAll(response.body, MAX_PROBLEM_BYTES));
  } catch {
    return "";
  }
  try {
    const problem = JSON.parse(text) as Record<string, unknown> | null;
    for (const key of ["detail", "title", "message", "error"]) {
      const value = problem?.[key];
      if (typeof value === "string" && value !== "") return short(value);
    }
    return "";
  } catch {
    return /html/i.test(response.headers.get("content-type") ?? "") ? "" : short(text);
  }
}

function short(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, MAX_DETAIL_CHARS);
}
