/**
 * Section `console`: the web console.
 *
 * @module
 */

import { z } from "zod";

/** Schema of the section. */
export const consoleSection = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Serve the web console and its pages" }),
  password: z.string().default("").meta({
    description:
      "Password for the console from other machines; empty generates one, prints it at first start and keeps it in the data directory",
    secret: true,
  }),
  viewerPassword: z.string().default("").meta({
    description:
      "Password with which others may look at the console and change nothing, or its hash from deno task password; empty lets nobody",
    secret: true,
  }),
});
