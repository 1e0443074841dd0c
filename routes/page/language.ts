/**
 * Which of its two languages a page speaks.
 *
 * @module
 */

/** Languages of the pages. */
export type PageLanguage = "zh" | "en";

/** The language that an `Accept-Language` header likes best; English where it names neither. */
export function pageLanguage(acceptLanguage: string | null): PageLanguage {
  let best: { language: PageLanguage; weight: number } | undefined;
  for (const part of (acceptLanguage ?? "").split(",")) {
    const [tag = "", ...parameters] = part.trim().toLowerCase().split(";");
    const language = /^(zh|en)(-|$)/.exec(tag)?.[1] as PageLanguage | undefined;
    const quality = parameters.map((text) => /^\s*q=([\d.]+)$/.exec(text)?.[1]).find((value) => value !== undefined);
    const weight = quality === undefined ? 1 : Number(quality);
    if (language !== undefined && weight > 0 && (best === undefined || weight > best.weight)) best = { language, weight };
  }
  return best?.language ?? "en";
}
