/**
 * How long a text is for a language model, near enough to keep a conversation within its context without the model's own tokenizer.
 *
 * @module
 */

/**
 * Scripts whose characters are about one token each in the tokenizers of common models. Hangul and kana are somewhat cheaper, rare Han
 * characters dearer.
 */
const ONE_EACH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/u;

/** No character before this one is one of those. */
const FIRST_OF_ONE_EACH = "\u1100";

/** Characters of other scripts in a token: English prose has between 4 and 5. */
const CHARS_PER_TOKEN = 4;

/** Tokens of a text by estimate: one for each CJK character, one for every four others. */
export function estimateTokens(text: string): number {
  let cjk = 0;
  let others = 0;
  for (const character of text) {
    // All that a model is told is counted for each answer, while somebody waits for it.
    if (character < FIRST_OF_ONE_EACH || !ONE_EACH.test(character)) others++;
    else cjk++;
  }
  return cjk + Math.ceil(others / CHARS_PER_TOKEN);
}

const SENTENCES = new Intl.Segmenter(undefined, { granularity: "sentence" });
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The longest beginning of a text within `limit` tokens that ends with a sentence; where the first is too long, as much of it as fits. */
export function clipToTokens(text: string, limit: number): string {
  if (estimateTokens(text) <= limit) return text;
  return longest(SENTENCES, text, limit).trimEnd() || longest(GRAPHEMES, text, limit).trimEnd();
}

function longest(segmenter: Intl.Segmenter, text: string, limit: number): string {
  let kept = "";
  let tokens = 0;
  let others = 0;
  for (const { segment } of segmenter.segment(text)) {
    for (const character of segment) {
      if (ONE_EACH.test(character)) tokens++;
      else others++;
    }
    if (tokens + Math.ceil(others / CHARS_PER_TOKEN) > limit) return kept;
    kept += segment;
  }
  return kept;
}
