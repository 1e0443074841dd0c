/**
 * Text as people see it: graphemes, words, and which scripts are written without spaces.
 *
 * @module
 */

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const WORDS = new Intl.Segmenter(undefined, { granularity: "word" });

/** Characters that never join. */
const PLAIN = /^[\n\x20-\x7e]*$/;

/** Scripts and marks that are set solid, each character being a place to break. */
const SOLID = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\u3000-\u303f\uff00-\uffef]/u;

/** Below this no character is set solid: the Latin, Greek and Cyrillic alphabets, and many more. */
const FIRST_SOLID = 0x2e80;

/**
 * Usual time of one character in speech: about 270 Chinese characters, or 180 words of English, a minute. Errs high, so that what is
 * derived from it claims less.
 */
const SOLID_CHARACTER_MS = 220;
const OTHER_CHARACTER_MS = 65;

/** About how long a text takes to say, in milliseconds. */
export function usualSpeechMs(characters: Iterable<string>): number {
  let ms = 0;
  for (const one of characters) ms += isSolid(one) ? SOLID_CHARACTER_MS : OTHER_CHARACTER_MS;
  return ms;
}

/** The user-perceived characters of a text. */
export function graphemes(text: string): string[] {
  // Most of what is said in Latin letters needs no segmenter, which takes ten times as long. CR and LF together are one.
  if (PLAIN.test(text)) return text.split("");
  return Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
}

/** Whether a text begins with a character of a script that is written without spaces, or with its punctuation. */
export function isSolid(text: string): boolean {
  if (text.charCodeAt(0) < FIRST_SOLID) return false;
  return SOLID.test(String.fromCodePoint(text.codePointAt(0) ?? 0x20));
}

/**
 * The first part of a text, by share of its graphemes, cut back to the end of a word; in solid scripts to the end of a character. A
 * grapheme is never cut in half.
 *
 * @param share 0 to 1.
 */
export function leadingPart(text: string, share: number): string {
  const all = graphemes(text);
  const limit = all.slice(0, Math.floor(all.length * Math.max(0, Math.min(1, share)) + 1e-9)).join("").length;
  let part = "";
  for (const { segment } of WORDS.segment(text)) {
    if (part.length + segment.length <= limit) {
      part += segment;
      continue;
    }
    if (isSolid(segment)) part += graphemesWithin(segment, limit - part.length);
    break;
  }
  return part;
}

/** Sentences as one text: a space between them where their scripts use spaces. */
export function joinSentences(sentences: readonly string[]): string {
  let joined = "";
  for (const sentence of sentences) {
    const last = graphemes(joined.slice(-8)).at(-1) ?? " ";
    const solid = isSolid(last) || isSolid(sentence) || /\s/u.test(last) || /^\s/u.test(sentence);
    joined += sentence === "" || solid ? sentence : ` ${sentence}`;
  }
  return joined;
}

function graphemesWithin(text: string, length: number): string {
  let part = "";
  for (const grapheme of graphemes(text)) {
    if (part.length + grapheme.length > length) break;
    part += grapheme;
  }
  return part;
}
