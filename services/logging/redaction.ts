/**
 * Which properties of log records must not be written.
 *
 * @module
 */

/** Names of properties that hold secrets, at any depth, in any spelling: `apiKey`, `api_key`, `Authorization`, `deviceToken`. */
export const SECRET_FIELDS: readonly RegExp[] = [
  /pass(word|wd|phrase|code)/i,
  /secret/i,
  /token$/i,
  /api[-_]?key/i,
  /private[-_]?key/i,
  /authori[sz]ation/i,
  /credential/i,
  /cookie/i,
  /signature/i,
  // Headers carry half of the above, and nobody needs them in a log.
  /^headers$/i,
];

/** Names of properties that hold what people or the assistant said. */
export const TRANSCRIPT_FIELDS: readonly RegExp[] = [
  /^(text|transcript|sentence|prompt|reply|persona|messages)$/i,
  /^(user|reply|heard|spoken)[-_]?(text)?$/i,
];

/** What stands in the place of a secret or a transcript. */
export const REDACTED = "[redacted]";
