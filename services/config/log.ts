/**
 * Section `log`: what the runtime writes about itself.
 *
 * @module
 */

import { z } from "zod";

/** Schema of the section. */
export const logSection = z.strictObject({
  level: z.enum(["trace", "debug", "info", "warning", "error", "fatal"]).default("info").meta({
    description: "Least grave messages that are written",
  }),
  format: z.enum(["auto", "pretty", "json"]).default("auto").meta({
    description: "Lines for people (pretty) or programs (json); auto asks whether a terminal reads them",
  }),
  transcripts: z.boolean().default(false).meta({ description: "Let what people and the assistant say appear in logs" }),
});
