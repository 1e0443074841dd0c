/**
 * Which of the two languages a text is in.
 *
 * @module
 */

/** Languages that the embedded stages speak. */
export type SpokenLanguage = "zh" | "en";

/** The language of a text by its script; `fallback` (BCP 47) decides where there are no letters. */
export function languageOf(text: string, fallback: string): SpokenLanguage {
  if (/\p{Script=Han}/u.test(text)) return "zh";
  if (/\p{Script=Latin}/u.test(text)) return "en";
  return /^(zh|cmn|yue)\b/i.test(fallback) ? "zh" : "en";
}
