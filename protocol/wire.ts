/**
 * Helpers for the schemas of messages on the wire.
 *
 * @module
 */

import { z } from "zod";
import { type Parsed, type ProtocolErrorCode, refused } from "./protocol_error.ts";

/** `T` with each property that may be undefined made optional instead. */
export type Defined<T> =
  & { [K in keyof T as undefined extends T[K] ? never : K]: T[K] }
  & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** A copy without the properties that are undefined. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;
}

/** A string that may be missing or null. */
export const optionalString: z.ZodType<string | undefined> = z.string().nullish().transform((value) => value ?? undefined);

/** A device's `session_id`: empty from firmware up to 1.6.2, missing from some clients. */
export const sessionIdFromDevice: z.ZodType<string> = z.string().nullish().transform((value) => value ?? "");

/** Any JSON object, kept as it is. */
export const jsonObject: z.ZodType<Readonly<Record<string, unknown>>> = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected an object",
);

/** Checks a value against a schema. Never throws; `what` names the value in the error. */
export function check<T>(schema: z.ZodType<T>, value: unknown, what: string, code: ProtocolErrorCode): Parsed<T> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, message: result.data };
  const issue = result.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.map(String).join(".")}`;
  return refused(code, `${what} has a wrong shape${where}: ${issue?.message ?? "unknown"}`);
}
