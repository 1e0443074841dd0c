/**
 * Section `history`: what is kept of conversations.
 *
 * @module
 */

import { z } from "zod";
import { isHttpUrl } from "./url.ts";

/** Ten thousand days are 27 years: a larger number is a mistake of units. */
const MAX_RETENTION_DAYS = 10_000;

/** A hundred years: a larger number is a mistake of units. */
const MAX_DAYS = 36_500;
/** One MiB, less than which an empty database and a few sentences of audio take. */
const MIN_BYTES = 1_048_576;

/** Schema of the section. */
export const historySection = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Keep the text of conversations in the data directory" }),
  audio: z.enum(["none", "user", "both"]).default("none").meta({
    description: "Which audio is kept as Ogg files: none, the person's, or both sides",
  }),
  maxBytes: z.int().min(MIN_BYTES).default(1_073_741_824).meta({
    description: "Bytes that database and audio in the data directory may take; above it turns are kept without audio, text always",
  }),
  localDays: z.int().min(2).max(MAX_DAYS).default(30).meta({
    description: "Days for which turns that were delivered to another database also stay in the data directory",
  }),
  retentionDays: z.int().min(0).max(MAX_RETENTION_DAYS).default(0).meta({
    description: "Days for which turns and their audio are kept, where a device has no number of its own; 0 means for ever",
  }),
  audioStore: z.strictObject({
    kind: z.enum(["files", "s3"]).default("files").meta({
      description: "Where audio is kept: in files of the data directory, or in an S3-compatible store to which it moves within minutes",
    }),
    endpoint: z.string().refine((text) => text === "" || isHttpUrl(text)).default("").meta({
      description: "Address of the S3-compatible store, such as http://minio:9000",
      expects: "an http or https address, such as http://minio:9000, or nothing",
    }),
    region: z.string().min(1).default("us-east-1").meta({ description: "Region of the bucket; most stores but Amazon's do not care" }),
    bucket: z.string().default("").meta({ description: "Name of the bucket, which must exist" }),
    prefix: z.string().regex(/^([\w-][\w.-]*\/)*$/).default("").meta({
      description: "Put before the name of every file in the bucket, such as xiaozhi/",
      expects: "names, each followed by a slash, such as xiaozhi/",
    }),
    accessKeyId: z.string().default("").meta({ description: "Id of the key of the store", secret: true }),
    secretAccessKey: z.string().default("").meta({ description: "The key of the store", secret: true }),
  }),
});
