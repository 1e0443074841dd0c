/**
 * A program that logs more than any pipe holds, for tests of what that does to it.
 *
 * @module
 */

import { configureLogging, createLogger } from "../../../services/logging/mod.ts";

/** Lines, of about 200 bytes each: together thirty times what a pipe of Linux holds. */
const LINES = 10_000;

if (import.meta.main) {
  const logging = configureLogging({ level: "info", format: "json" });
  const logger = createLogger("flood");
  for (let line = 0; line < LINES; line++) {
    logger.info("Line {line} of a flood, which says nothing at some length so that the pipe is full before long", { line });
    // As between the frames of a conversation.
    if (line % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await Deno.stderr.write(new TextEncoder().encode("logged all\n"));
  await logging[Symbol.asyncDispose]();
  await Deno.stderr.write(new TextEncoder().encode("ended\n"));
  Deno.exit(0);
}
