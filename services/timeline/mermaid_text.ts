/**
 * Texts of anybody in Mermaid diagrams.
 *
 * @module
 */

/** Longer texts are cut: a diagram is no transcript, and Mermaid draws them in one line. */
const MAX_CHARS = 120;

/**
 * A text that Mermaid shows and never reads: everything but letters, digits and harmless signs is written as `#code;`. Never empty, because
 * Mermaid wants something there.
 */
export function mermaidText(text: string): string {
  const chars = [...text.toWellFormed().replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim()];
  const kept = chars.length > MAX_CHARS ? [...chars.slice(0, MAX_CHARS - 1), "…"] : chars;
  const written = kept.map((char) => /[\p{L}\p{M}\p{N} .,()+]/u.test(char) ? char : `#${char.codePointAt(0)};`).join("");
  return written === "" ? "-" : written;
}
