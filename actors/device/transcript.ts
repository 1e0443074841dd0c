/**
 * What the text of an utterance says about whether its speaker is done.
 *
 * @module
 */

/** Marks that go on: after them, as after no mark that ends a sentence, something is to follow. */
const OPEN_END = /(?:[,，、;；:：–—-]|\.{2,}|…+)$/u;

/** Words that nobody ends a sentence with, and sounds that people make to keep the floor. Only whole words count. */
const OPEN_WORD =
  /(?:^|[^\p{L}\p{N}'])(?:and|but|or|so|because|if|when|while|than|the|a|an|to|of|with|for|from|at|my|your|um+|uh+|er+|hmm+)$/iu;

/** The same in Chinese, where words are not set apart. */
const OPEN_PHRASE = /(?:和|跟|还有|以及|或者|但是|可是|不过|因为|所以|然后|如果|要是|虽然|就是|那个|这个|嗯|呃|额)$/u;

/**
 * Whether a transcript looks complete. Recognisers that write no punctuation are common, so its absence means nothing; only a text that
 * cannot be the end counts as unfinished.
 */
export function looksFinal(text: string): boolean {
  const said = text.trim();
  if (said === "" || OPEN_END.test(said)) return false;
  return !OPEN_WORD.test(said) && !OPEN_PHRASE.test(said);
}
