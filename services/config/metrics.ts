/**
 * Section `metrics`: who reads `/metrics` and the details of `/health`.
 *
 * @module
 */

import { z } from "zod";

/** A token shorter than this can be guessed. */
const MIN_TOKEN = 16;

/** A git commit is 40 characters; tags are no longer than this. */
const MAX_COMMIT = 64;

/** Schema of the section. */
export const metricsSection = z.strictObject({
  token: z.string().refine((text) => text === "" || text.length >= MIN_TOKEN).default("").meta({
    description:
      "Token with which /metrics and the details of /health are read from other machines, sent as `Authorization: Bearer`; empty leaves them to this machine and to the owner's password",
    expects: `at least ${MIN_TOKEN} characters, or nothing`,
    secret: true,
  }),
  commit: z.string().regex(/^[0-9A-Za-z_.-]*$/).max(MAX_COMMIT).default("").meta({
    description: "Commit that this build is of, for xz_build_info; image builds set it",
    expects: `up to ${MAX_COMMIT} letters, digits, _, . or -`,
  }),
});
