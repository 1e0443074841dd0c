/**
 * Section `history`: what is kept of conversations.
 *
 * @module
 */

import { z } from "zod";

/** Schema of the section. */
export const historySection = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Keep the text of conversations in the data directory" }),
  audio: z.enum(["none", "user", "both"]).default("none").meta({
    description: "Which audio is kept as Ogg files: none, the person's, or both sides",
  }),
});
