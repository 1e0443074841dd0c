/**
 * Section `tools`: what the chat stage may call on this server, beside the tools of the device.
 *
 * @module
 */

import { z } from "zod";

/** A tool that takes longer has lost the person's patience, and the device's own tools have no more. */
const MAX_TOOL_MS = 30_000;

/** Schema of the section. */
export const toolsSection = z.strictObject({
  weather: z.strictObject({
    url: z.string().refine(isTemplate).default("").meta({
      description:
        "Address that answers with the weather of {place} as JSON or text; empty offers no weather. May hold a key, so it is not shown",
      expects: "empty, or an http or https URL with {place} in it, such as https://wttr.in/{place}?format=4",
      secret: true,
    }),
    place: z.string().trim().max(100).default("").meta({
      description: "Place that is meant where none is named; empty has the person asked",
    }),
    timeoutMs: z.int().min(100).max(MAX_TOOL_MS).default(5000).meta({ description: "Milliseconds that the weather may take" }),
  }),
});

function isTemplate(text: string): boolean {
  if (text === "") return true;
  const url = URL.parse(text.replaceAll("{place}", "place"));
  // A place in the name of the host would let the person choose whom this server asks.
  const host = URL.parse(text.replaceAll("{place}", "elsewhere"))?.host;
  return url !== null && /^https?:$/.test(url.protocol) && text.includes("{place}") && url.host === host;
}
