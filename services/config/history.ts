/**
 * Section `history`: what is kept of conversations.
 *
 * @module
 */

import { z } from "zod";

/** A hundred years: a larger number is a mistake of units. */
const MAX_DAYS = 36_500;
/** One MiB, less than which an empty database and a few sentences of audio take. */
const MIN_BYTES = 1_048_576;

/** Schema of the section. */
export const historySection = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Keep the text of conversations in the data directory" }),
  audio: z.enum(["none", "user", "both"]).default("none").meta({
    description: "Which audio is kept as Ogg files: none, the person's, or both sides",
  }),
  maxBytes: z.int().min(MIN_BYTES).default(1_073_741_824).meta({
    description: "Bytes that database and audio in the data directory may take; above it turns are kept without audio, text always",
  }),
  localDays: z.int().min(2).max(MAX_DAYS).default(30).meta({
    description: "Days for which turns that were delivered to another database also stay in the data directory",
  }),
});
