/**
 * What the API answers with.
 *
 * @module
 */

import { z } from "zod";
import { withoutControls } from "./parameters.ts";
import { sessionShape, turnShape } from "../../services/exchange/line.ts";

const milliseconds = (description: string) => z.number().meta({ description: `${description}, Unix milliseconds` });

/** A session with the number of its turns. */
export const sessionSchema = z.strictObject({
  ...sessionShape,
  turns: z.int().meta({ description: "Number of its turns" }),
  opening: z.string().optional().meta({ description: "The beginning of what was said first, in lists" }),
}).meta({ id: "Session", description: "One connection of one device, from hello to close" });

/** A turn, with the addresses of its audio. */
export const turnSchema = z.strictObject({
  ...turnShape,
  audio: z.strictObject({
    user: z.string().optional().meta({ description: "Address of what the person said" }),
    reply: z.string().optional().meta({ description: "Address of what was answered" }),
  }).meta({ description: "Where its audio is, as far as audio was kept" }),
}).meta({ id: "Turn", description: "One exchange: what was said, what was answered, and how it went" });

/** For how long turns are kept. */
export const retentionSchema = z.strictObject({
  days: z.int().meta({ description: "Days for which turns and their audio are kept; 0 means for ever" }),
  source: z.enum(["device", "default"]).meta({ description: "Whether that is the device's own number or history.retentionDays" }),
}).meta({ id: "Retention", description: "For how long turns of a device are kept" });

/** A flag's name. */
const flagName = z.string().regex(
  /^[a-z][A-Za-z0-9_.-]{0,31}$/,
  "expected a name that begins with a small letter, of at most 32 letters and digits",
);

/** Flags of a device. */
export const flagsSchema = z.record(flagName, z.boolean()).refine((flags) => Object.keys(flags).length <= 32, "expected at most 32 flags");

/** A device. */
export const deviceSchema = z.strictObject({
  deviceId: z.string(),
  clientId: z.string().meta({ description: "What the device called itself last; a UUID on stock firmware, or nothing" }),
  firstSeenAt: milliseconds("Its first contact"),
  lastSeenAt: milliseconds("Its latest OTA request, connection or disconnection"),
  online: z.boolean().meta({ description: "Whether it is connected to this server at this moment" }),
  state: z.string().optional().meta({ description: "What it is doing, such as listening; while it is online" }),
  sessionId: z.string().optional().meta({ description: "Its session; while it is online" }),
  connectedAt: milliseconds("Since when it is online").optional(),
  firmware: z.string().optional().meta({ description: "Version of its firmware" }),
  board: z.string().optional().meta({ description: "Type of its board" }),
  name: z.string().optional().meta({ description: "What people call it" }),
  alias: z.string().optional().meta({ description: "Another name, by which it is called aloud" }),
  room: z.string().optional().meta({ description: "Where it stands" }),
  language: z.string().optional().meta({ description: "What people chose, else the language of its firmware" }),
  flags: z.record(z.string(), z.boolean()).meta({ description: "Flags that people set" }),
  retention: retentionSchema,
}).meta({ id: "Device", description: "A device that this server knows" });

const label = (what: string, max: number) =>
  z.string().trim().min(1).max(max).refine(...withoutControls).nullable().optional()
    .meta({ description: `${what}; null takes it away` });

/** What may be changed of a device. */
export const deviceChangesSchema = z.strictObject({
  name: label("What people call it", 64),
  alias: label("Another name, by which it is called aloud", 64),
  room: label("Where it stands", 64),
  language: label("Its language, instead of that of its firmware", 35),
  flags: flagsSchema.optional().meta({ description: "All its flags" }),
}).refine((changes) => Object.keys(changes).length > 0, "expected at least one of name, alias, room, language, flags")
  .meta({ id: "DeviceChanges", description: "What people say of a device" });

/** What was erased. */
export const erasedSchema = z.strictObject({
  turns: z.int(),
  sessions: z.int(),
  audioFiles: z.int(),
}).meta({ id: "Erased", description: "How many turns, sessions and audio files were erased, for good" });

/** What became of an import. */
export const importReportSchema = z.strictObject({
  added: z.int().meta({ description: "Turns that were not there" }),
  skipped: z.int().meta({ description: "Turns that are there already, or had been erased" }),
  refused: z.int().meta({ description: "Lines that are not as they should be; nothing of them was applied" }),
  refusals: z.array(z.strictObject({ line: z.int(), reason: z.string() })).meta({ description: "The first hundred refused lines" }),
}).meta({ id: "ImportReport", description: "What became of the lines of a file" });

/** A page of `item`s. */
export function pageOf<T extends z.ZodType>(
  item: T,
  id: string,
): z.ZodObject<{ items: z.ZodArray<T>; next: z.ZodOptional<z.ZodString> }, z.core.$strict> {
  return z.strictObject({
    items: z.array(item),
    next: z.string().optional().meta({ description: "The cursor of the next page; absent on the last" }),
  }).meta({ id, description: "A page of a list" });
}
