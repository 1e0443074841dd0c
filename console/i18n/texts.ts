/**
 * What the console says, in each of its languages. Each page has its own words, in a `texts.ts` beside it.
 *
 * @module
 */

export { fill } from "../../base/fill.ts";

/** The languages of the console. */
export const LANGUAGES = ["en", "zh"] as const;

/** A language of the console. */
export type Language = (typeof LANGUAGES)[number];

/** The words of one part of the console: a text, or a map of texts, by key. */
export interface Words {
  readonly [key: string]: string | Readonly<Record<string, string>>;
}

type SameKeys<T extends Words> = { readonly [K in keyof T]: T[K] extends string ? string : { readonly [L in keyof T[K]]: string } };

/** The words of one part in all languages; a key that one language lacks is a fault of types. */
export interface Texts<T extends Words = Words> {
  readonly en: SameKeys<T>;
  readonly zh: SameKeys<T>;
}

/** The words of a part. `{name}` stands for what {@link fill} puts in. */
export function texts<const T extends Words>(en: T, zh: SameKeys<NoInfer<T>>): Texts<T> {
  return { en: en as SameKeys<T>, zh };
}

/** The language of a browser that prefers `languages`, best first. */
export function preferredLanguage(languages: readonly string[]): Language {
  for (const each of languages) {
    const base = each.toLowerCase().split("-")[0];
    const found = LANGUAGES.find((language) => language === base);
    if (found !== undefined) return found;
  }
  return "en";
}
