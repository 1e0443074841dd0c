/**
 * Parameters that several operations take.
 *
 * @module
 */

import { z } from "zod";
import { DEVICE_ID, RECORD_ID } from "../../services/exchange/line.ts";

/** Items on the largest page: what the archive reads in one go. */
export const MAX_LIMIT = 1000;
/** Longest cursor; theirs have some dozens of characters. */
const MAX_CURSOR = 512;
/** The last instant that a JavaScript Date can hold, milliseconds. */
const MAX_TIME = 8_640_000_000_000_000;

const example = (value: unknown) => ({ param: { example: value } });

/** The id of a device, in any case. */
export const deviceId = z.string().toLowerCase().regex(DEVICE_ID, "expected a device id, such as 11:22:33:aa:bb:cc").meta({
  description: "Id of a device: its MAC address",
  ...example("11:22:33:aa:bb:cc"),
});

/** The id of a session. */
export const sessionId = z.string().regex(RECORD_ID, "expected the id of a session").meta({
  description: "Id of a session",
  ...example("5f6e0c2e-8f0e-4a86-a4a5-3f3a4ac6d3c2"),
});

/** The id of a turn. */
export const turnId = z.string().regex(RECORD_ID, "expected the id of a turn").meta({
  description: "Id of a turn: a ULID, where the turn is this server's own",
  ...example("01K0000000000000000000000A"),
});

/** An ISO 8601 time that names its zone: without one it would mean this server's, which nobody sees. */
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

const instant = z.string().max(40).transform((text, context) => {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : ISO.test(text) ? Date.parse(text) : NaN;
  if (value <= MAX_TIME) return value;
  context.addIssue({ code: "custom", message: "expected Unix milliseconds, or an ISO time with its zone, such as 2026-01-31T08:00:00Z" });
  return z.NEVER;
});

/** A whole number in digits alone: what else JavaScript reads as a number, such as 1e3 or a space, is nobody's intention. */
export function integer(min: number, max: number): z.ZodType<number, string> {
  return z.string().regex(/^\d{1,16}$/, `expected a number from ${min} to ${max}`).transform(Number).pipe(z.int().min(min).max(max));
}

/** What cuts every list. */
export const pageQuery = {
  limit: integer(1, MAX_LIMIT).optional()
    .meta({ description: "Items on a page", type: "integer", minimum: 1, maximum: MAX_LIMIT, default: 50, ...example(20) }),
  cursor: z.string().min(1).max(MAX_CURSOR).optional().meta({ description: "next of the page before" }),
};

/** What narrows lists of sessions and turns. */
export const spanQuery = {
  ...pageQuery,
  deviceId: deviceId.optional(),
  from: instant.optional().meta({
    description: "Those that began then or later: Unix milliseconds or an ISO time with its zone",
    type: "string",
    ...example("2026-01-01T00:00:00Z"),
  }),
  until: instant.optional().meta({
    description: "Those that began before: Unix milliseconds or an ISO time with its zone",
    type: "string",
    ...example("2026-12-31T23:59:59+01:00"),
  }),
};

/** Whether a span has a beginning that is not behind its end, and the words for one that has not. */
export const ordered = [
  ({ from, until }: { readonly from?: number | undefined; readonly until?: number | undefined }) =>
    from === undefined || until === undefined || from <= until,
  "expected from at or before until",
] as const;

/** Whether a text can be stored and shown as it is, and the words for one that cannot. */
export const withoutControls = [
  (text: string) => !/[\p{Cc}\p{Cs}]/u.test(text),
  "expected a text without control characters",
] as const;

/** The values of a query that were given: an optional member is there or it is not. */
export function given<T extends object>(query: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
