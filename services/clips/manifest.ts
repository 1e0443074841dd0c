/**
 * What clips there are: the list beside the sound files.
 *
 * @module
 */

import { z } from "zod";
import { AppError, messageOf } from "../../base/errors.ts";

/** What a clip is for. */
export const CLIP_NAMES = ["apology", "moment"] as const;

/** What a clip is for: `apology` when no answer can be spoken, `moment` when one takes its time. */
export type ClipName = (typeof CLIP_NAMES)[number];

/** Languages in which clips are spoken. */
export const CLIP_LANGUAGES = ["zh", "en"] as const;

/** A language in which clips are spoken. */
export type ClipLanguage = (typeof CLIP_LANGUAGES)[number];

/** Name of the list in the folder of the clips. */
export const MANIFEST_FILE = "manifest.json";

const clipSchema = z.strictObject({
  name: z.enum(CLIP_NAMES),
  language: z.enum(CLIP_LANGUAGES),
  /** The sound, in the same folder. */
  file: z.string().regex(/^[a-z]+\.[a-z]{2}\.ogg$/),
  /** What is said. */
  text: z.string().min(1).max(200),
  /** Length of the sound in milliseconds, whole packets. */
  durationMs: z.int().positive(),
});

const manifestSchema = z.strictObject({ clips: z.array(clipSchema) }).refine(
  ({ clips }) => CLIP_NAMES.every((name) => CLIP_LANGUAGES.every((language) => clips.filter(same(name, language)).length === 1)),
  { error: `each of ${CLIP_NAMES.join(", ")} must be there once in each of ${CLIP_LANGUAGES.join(", ")}` },
);

/** One clip of the list. */
export type ClipEntry = z.infer<typeof clipSchema>;

/** The list. */
export type ClipManifest = z.infer<typeof manifestSchema>;

/**
 * Reads the list.
 *
 * @throws `AppError` with code `clips_unusable`.
 */
export function parseManifest(text: string): ClipManifest {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new AppError(`List of clips ${MANIFEST_FILE} cannot be used: ${why}`, { code: "clips_unusable", cause });
  }
}

/** Finds the entry of a clip. */
export function same(name: ClipName, language: ClipLanguage): (entry: ClipEntry) => boolean {
  return (entry) => entry.name === name && entry.language === language;
}
