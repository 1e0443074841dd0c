/**
 * `POST /api/devices/{id}/say`: has a connected device say something.
 *
 * @module
 */

import { z } from "zod";
import { speakable } from "../audio/sentences.ts";
import { AppError } from "../base/errors.ts";
import { readBounded } from "./bounded_body.ts";
import { API_HEADERS } from "./page/security.ts";
import { type Problem, problemResponse } from "./problem.ts";

/** Longest announcement, characters: half a minute to two minutes of speech, by language. */
const MAX_TEXT_CHARS = 500;

/** Room for the longest text, every character of it escaped. */
const MAX_BODY_BYTES = 16_384;

const sayBody = z.strictObject({
  text: z.string().trim().min(1).max(MAX_TEXT_CHARS).refine((text) => speakable(text) !== "", "expected a text with words in it"),
  interrupt: z.boolean().default(false),
});

/** Has a device say a text: the id of the turn, or why it does not. */
export type Say = (
  deviceId: string,
  text: string,
  interrupt: boolean,
) => { readonly turnId: string } | "unknown" | "busy" | "not_ready";

const REFUSALS: Readonly<Record<"unknown" | "busy" | "not_ready", Problem>> = {
  unknown: {
    status: 404,
    code: "device_not_connected",
    title: "The device is not connected",
    detail: "Devices connect when they are woken up or their button is pressed, and stay until they are idle; see /api/status",
  },
  busy: {
    status: 409,
    code: "device_busy",
    title: "Somebody is speaking",
    detail: 'Ask again later, or with "interrupt": true',
  },
  not_ready: {
    status: 409,
    code: "device_not_ready",
    title: "The device does not take speech now",
    detail: "It has not listened yet since it connected, or is about to be disconnected",
  },
};

/** Answers a request of the owner; 202 with the id of the turn, whose outcome the history tells. */
export async function answerSay(request: Request, deviceId: string, say: Say): Promise<Response> {
  const problem = (what: Problem) => problemResponse(what, API_HEADERS);
  // Pages of other sites cannot send this type without asking first, so that they cannot speak through a browser on this machine.
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get("content-type") ?? "")) {
    return problem({ status: 415, code: "not_json", title: "The body must be JSON", detail: "Send content-type: application/json" });
  }
  let body: unknown;
  try {
    body = JSON.parse(await readBounded(request, MAX_BODY_BYTES));
  } catch (error) {
    if (error instanceof AppError) return problem({ status: 413, code: error.code, title: "The body is too long", detail: error.message });
    return problem({ status: 400, code: "malformed_json", title: "The body is no JSON" });
  }
  const parsed = sayBody.safeParse(body);
  if (!parsed.success) {
    const detail = `${z.prettifyError(parsed.error)}; expected {"text": up to ${MAX_TEXT_CHARS} characters, "interrupt": true or false}`;
    return problem({ status: 422, code: "invalid_body", title: "The body is not as it should be", detail });
  }
  const said = say(deviceId, parsed.data.text, parsed.data.interrupt);
  if (typeof said === "string") return problem(REFUSALS[said]);
  return Response.json({ turn_id: said.turnId }, { status: 202, headers: { "cache-control": "no-store", ...API_HEADERS } });
}
