/**
 * Section `load`: what the server refuses, and when, to go on serving those whom it serves.
 *
 * @module
 */

import { z } from "zod";

/** A hundred a second are a flood and no device. */
const MAX_DEVICE_PER_MINUTE = 6000;
/** More than a process can take in a minute. */
const MAX_ADDRESS_PER_MINUTE = 1_000_000;
/** Ten seconds of standstill are a fault of another kind. */
const MAX_LOOP_DELAY_MS = 10_000;
/** A tebibyte. */
const MAX_MIB = 1_048_576;
/** Devices give a silent channel up after this long. */
const MAX_SLOW_MS = 120_000;

/** Schema of the section. */
export const loadSection = z.strictObject({
  devicePerMinute: z.int().min(0).max(MAX_DEVICE_PER_MINUTE).default(30).meta({
    description: "Connections, and OTA requests, of one device in a minute; more are refused with 429. 0 is no limit",
  }),
  addressPerMinute: z.int().min(0).max(MAX_ADDRESS_PER_MINUTE).default(600).meta({
    description: "Connections from one address, or one /64 network, in a minute; this machine has no limit. 0 is no limit",
  }),
  otaPerMinute: z.int().min(0).max(MAX_ADDRESS_PER_MINUTE).default(600).meta({
    description: "OTA requests from one address, or one /64 network, in a minute; this machine has no limit. 0 is no limit",
  }),
  maxLoopDelayMs: z.int().min(0).max(MAX_LOOP_DELAY_MS).default(300).meta({
    description:
      "Milliseconds that the process may stand still; after 5 s of that in each second new devices are refused, after 10 s extras are left out",
  }),
  softMemoryMiB: z.int().min(0).max(MAX_MIB).default(0).meta({
    description:
      "MiB of memory of the process above which new devices are refused; 0 looks at the JavaScript heap alone, from 85 percent on",
  }),
  hardMemoryMiB: z.int().min(0).max(MAX_MIB).default(0).meta({
    description:
      "MiB of memory of the process above which it ends in good order with exit code 71, to be started again; 0 looks at the heap alone, from 95 percent on",
  }),
  slowNoticeMs: z.int().min(500).max(MAX_SLOW_MS).default(3000).meta({
    description: "Milliseconds for which a device may take audio too slowly before it is told and the log says so",
  }),
  slowCloseMs: z.int().min(1000).max(MAX_SLOW_MS).default(20_000).meta({
    description: "Milliseconds for which a device may take audio too slowly before its connection is closed",
  }),
});
