/**
 * Section `limits`: how much a device may use in a day.
 *
 * @module
 */

import { z } from "zod";

/** More questions than a day has seconds are a mistake of units. */
const MAX_TURNS = 86_400;
/** A day. */
const MAX_SECONDS = 86_400;

/** Schema of the section. */
export const limitsSection = z.strictObject({
  turnsPerDay: z.int().min(0).max(MAX_TURNS).default(0).meta({
    description:
      "Questions of one device that are answered in a day of server.timezone; 0 is no limit. Wake words and failures do not count",
  }),
  spokenSecondsPerDay: z.int().min(0).max(MAX_SECONDS).default(0).meta({
    description: "Seconds of answers that one device may play in a day of server.timezone; 0 is no limit. Announcements do not count",
  }),
});
