/**
 * Section `tracing`: what the OpenTelemetry traces of turns hold. Where they go is told to Deno itself, by its `OTEL_` variables.
 *
 * @module
 */

import { z } from "zod";

/** Schema of the section. */
export const tracingSection = z.strictObject({
  content: z.boolean().default(false).meta({
    description: "Let traces hold what people and the assistant said, in attributes whose names begin with xz.pii.",
  }),
});
