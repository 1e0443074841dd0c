/**
 * Section `metrics`: who reads `/metrics` and the details of `/health`.
 *
 * @module
 */

import { z } from "zod";

/** What a header takes without being quoted; a token shorter than 16 characters can be guessed. */
const TOKEN = /^(?:[\x21-\x7e]{16,})?$/;

/** A git commit is 40 characters; tags are no longer than this. */
const MAX_COMMIT = 64;

/** Schema of the section. */
export const metricsSection = z.strictObject({
  token: z.string().regex(TOKEN).default("").meta({
    description:
      "Token with which /metrics and the details of /health are read from other machines, sent as `Authorization: Bearer`; empty leaves them to this machine and to the owner's password",
    expects: "at least 16 letters, digits or signs without spaces, or nothing",
    secret: true,
  }),
  commit: z.string().regex(/^[0-9A-Za-z_.-]*$/).max(MAX_COMMIT).default("").meta({
    description: "Commit that this build is of, for xz_build_info; image builds set it",
    expects: `up to ${MAX_COMMIT} letters, digits, _, . or -`,
  }),
});
