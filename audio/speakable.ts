/**
 * Text as it should be spoken: without markdown, emoji, tags and addresses' tails, which a synthesiser would read out.
 *
 * @module
 */

const KEYCAP = /([0-9#*])\ufe0f?\u20e3/gu;
const EMOJI = /\p{RGI_Emoji}|(?![©®™])\p{Extended_Pictographic}|\p{Regional_Indicator}|[\ufe0e\ufe0f\u200d]|\p{Emoji_Modifier}/gv;

/** Rules in the order in which they are applied. */
const MARKDOWN: readonly (readonly [RegExp, string])[] = [
  [/<\/?[a-z][^<>]*>/gi, " "],
  [/!?\[([^\]]*)\]\([^)\s]*(?:\s+"[^"]*")?\)/g, "$1"],
  // Of an address the host is worth saying; the rest is for eyes.
  [/\bhttps?:\/\/([\p{L}\p{N}.-]*[\p{L}\p{N}])(?::\d+)?(?:[/?#][\w\-./?%&=#~+:@!$]*[\w/=&#])?/giu, "$1"],
  [/^\s*(?:`{3,}|~{3,})\s*\S*\s*$/gm, " "],
  [/^\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?)?\s*$/gm, " "],
  [/^\s*(?:[-*_]\s*){3,}$/gm, " "],
  [/^\s*#{1,6}\s+/gm, ""],
  [/^\s*(?:>\s*)+/gm, ""],
  [/^\s*[-*+•]\s+/gm, ""],
  [/\*{2,}|_{2,}|~{2,}|`+/g, ""],
  // Single marks are emphasis at the edge of a word, and signs of their own elsewhere, as in "2 * 3" and snake_case.
  [/(?<![\p{L}\p{N}\s])\*(?=\S)|(?<=^|\s)\*(?=\S)|(?<=[^\s\p{N}])\*/gmu, ""],
  [/(?<![\p{L}\p{N}])_(?=\S)|(?<=\S)_(?![\p{L}\p{N}])/gu, ""],
  [/\s*\|\s*/g, " "],
];

/** What of a text is to be spoken; empty when no letter or digit is left. */
export function speakable(text: string): string {
  let spoken = text.replace(KEYCAP, "$1").replace(EMOJI, "");
  for (const [pattern, replacement] of MARKDOWN) spoken = spoken.replace(pattern, replacement);
  spoken = spoken.replace(/\s+/gu, " ").trim();
  return /[\p{L}\p{N}]/u.test(spoken) ? spoken : "";
}
