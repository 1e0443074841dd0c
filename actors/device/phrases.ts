/**
 * The few sentences that the runtime says on its own, and the matching of words that have a meaning to it.
 *
 * @module
 */

/** A language that the runtime itself speaks. */
export type SpokenLanguage = "zh" | "en";

/** The names of those sentences. */
export type Phrase = "greeting" | "farewell" | "apology" | "limit";

const PHRASES: Record<Phrase, Record<SpokenLanguage, string>> = {
  greeting: { zh: "我在。", en: "I'm here." },
  farewell: { zh: "再见。", en: "Goodbye." },
  apology: { zh: "抱歉，我这边出了点问题，请再说一遍。", en: "Sorry, something went wrong. Please say that again." },
  limit: { zh: "今天的使用额度已经用完了，明天再聊吧。", en: "We have used up our time for today. Let's talk again tomorrow." },
};

/** What the runtime says on its own. */
export function phrase(name: Phrase, language: SpokenLanguage): string {
  return PHRASES[name][language];
}

/** The language of a text, as far as the runtime tells languages apart: any Han character makes it Chinese. */
export function languageOf(text: string): SpokenLanguage {
  return /\p{Script=Han}/u.test(text) ? "zh" : "en";
}

/** Whether `text` is one of `words` and nothing else; case, spaces and punctuation do not count. */
export function isOneOf(text: string, words: readonly string[]): boolean {
  const said = bare(text);
  return said !== "" && words.some((word) => bare(word) === said);
}

function bare(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}
