/**
 * Turns what a recording kept of a value back into a value that guards decide alike on.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";
import type { Utterance, UtteranceEnd } from "../../audio/types.ts";
import { looksFinal } from "../../actors/device/transcript.ts";

/** Longest text that is made up. */
const MAX_CHARS = 100_000;

/** A value as it was, with a placeholder of the same length for each text that was left out. */
export function revive(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revive);
  const { chars } = value as { chars?: unknown };
  if (typeof chars === "number" && Object.keys(value).length === 1) return placeholder(chars);
  const entries = Object.entries(value).map(([key, item]) => [key, key === "utterance" ? utteranceOf(item) : revive(item)]);
  return Object.fromEntries(entries);
}

/** What was recognised. Where it was left out, or was changed by what is never recorded, its stand-in looks finished where it did. */
export function transcriptOf(text: unknown, final: boolean): string {
  const known = typeof text === "string" ? text : placeholder(numberOf(text, "chars"));
  if (known === "" || looksFinal(known) === final) return known;
  return final ? placeholder(known.length) : `${placeholder(known.length - 1)}…`;
}

/** An error as it was, as far as the chart can tell. */
export function errorOf(data: unknown): Error {
  const { error } = (data ?? {}) as { error?: { message?: unknown; code?: unknown; name?: unknown } };
  const message = typeof error?.message === "string" ? error.message : "An error whose message was not recorded";
  return typeof error?.code === "string" ? new AppError(message, { code: error.code }) : new Error(message);
}

function utteranceOf(value: unknown): Utterance {
  const { end } = (value ?? {}) as { end?: unknown };
  return {
    sampleRate: 16_000,
    durationMs: numberOf(value, "durationMs"),
    speechMs: numberOf(value, "speechMs"),
    trailingSilenceMs: numberOf(value, "trailingSilenceMs"),
    end: (typeof end === "string" ? end : "silence") as UtteranceEnd,
    packets: [],
    pcm: () => new Int16Array(0),
  };
}

function placeholder(chars: number): string {
  return "x".repeat(Math.max(0, Math.min(MAX_CHARS, chars)));
}

function numberOf(value: unknown, key: string): number {
  const found = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof found === "number" ? found : 0;
}
