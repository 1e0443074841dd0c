/**
 * Section `alerts`: what people are told when something is wrong, and where.
 *
 * @module
 */

import { z } from "zod";
import { isWebhookSecret } from "../alerts/signature.ts";
import { isHttpUrl } from "./url.ts";

/** A day: what may last longer needs no alert. */
const MAX_SECONDS = 86_400;
/** A receiver each for the people on call, for a chat, for a log; more of them are a mistake. */
const MAX_WEBHOOKS = 10;
/** Shorter ones can be guessed from one signed notice. */
const MIN_SECRET_CHARS = 16;

/** A TiB: more than most disks have. */
const MAX_MIB = 1_048_576;

const seconds = z.int().min(1).max(MAX_SECONDS);
const percent = z.number().min(0.1).max(100);

const webhook = z.strictObject({
  url: z.string().refine(isHttpUrl).meta({ expects: "an http or https address" }),
  secret: z.string().min(MIN_SECRET_CHARS).refine(isWebhookSecret).meta({
    expects: `at least ${MIN_SECRET_CHARS} characters; after whsec_ the key in Base64`,
  }),
});

/** Schema of the section. */
export const alertsSection = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Watch health and metrics, and raise alerts in the log, the API and webhooks" }),
  webhooks: z.array(webhook).max(MAX_WEBHOOKS).default([]).meta({
    description: "Where alerts are sent: a list of url and secret, with which each notice is signed as Standard Webhooks has it",
    expects: `a list of url and secret, ${MAX_WEBHOOKS} at most`,
    secret: true,
  }),
  outboxAgeSeconds: seconds.default(300).meta({ description: "Seconds that a turn may wait for its delivery to the database" }),
  syncLagSeconds: seconds.default(600).meta({ description: "Seconds that the history sync may be behind" }),
  turnErrorPercent: percent.default(5).meta({ description: "Turns of a hundred that may fail within 5 minutes" }),
  providerErrorPercent: percent.default(20).meta({ description: "Calls of a hundred to one provider that may fail within 5 minutes" }),
  responseSeconds: z.number().min(0.1).max(8).default(3).meta({
    description: "Seconds from the end of speech to the first frame of the answer that 95 of 100 answers should stay below",
  }),
  crashes: z.int().min(0).max(1000).default(3).meta({ description: "Crashes of one part or of devices within 10 minutes" }),
  stuckSeconds: seconds.default(30).meta({ description: "Seconds that a device may stay in a state beyond the watchdog of that state" }),
  diskFreeMib: z.int().min(1).max(MAX_MIB).default(512).meta({ description: "Free MiB that the disk of the data directory should have" }),
  eventLoopDelayMs: z.int().min(10).max(10_000).default(120).meta({
    description: "Milliseconds that timers may be late for a minute; devices hold two frames of 60 ms in advance",
  }),
});
