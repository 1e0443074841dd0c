/**
 * Section `recorder`: the flight recorder of each device.
 *
 * @module
 */

import { z } from "zod";

/** A million records of one device are a log, not a recording. */
const MAX_RECORDS = 1_000_000;
const KIBIBYTE = 1024;

/** Schema of the section. */
export const recorderSection = z.strictObject({
  records: z.int().min(16).max(MAX_RECORDS).default(2048).meta({ description: "Latest events kept for each device" }),
  bytes: z.int().min(16 * KIBIBYTE).max(256 * KIBIBYTE * KIBIBYTE).default(256 * KIBIBYTE).meta({
    description: "Most memory that the events of one device may take, in bytes",
  }),
});
