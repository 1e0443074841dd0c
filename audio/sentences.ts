/**
 * A stream of chat text as sentences to be spoken, each as soon as it is certain to have ended.
 *
 * @module
 */

import { isEnd, isWeakEnd, markRun } from "./sentence_marks.ts";
import { graphemes, usualSpeechMs } from "./text.ts";

export { speakable } from "./speakable.ts";

/**
 * The first piece may end at a comma when it takes this long to say: the person hears an answer early, and there is time to synthesise the
 * next piece meanwhile.
 */
const FIRST_PIECE_MS = 1200;

/** Longest piece in speech: more would keep the person waiting, and is more than some synthesisers take at once. */
const MAX_PIECE_MS = 15_000;

const NEWLINE = /^[\n\r\u2028\u2029]/;
const SPACE = /^\s/u;
const SPOKEN = /[\p{L}\p{N}]/u;

/**
 * Cuts text into sentences. The pieces joined are the text, unchanged; where they are cut does not depend on how the text arrives. White
 * space between sentences begins the later one. Pieces without a letter or digit occur only at the end.
 */
export async function* splitSentences(text: AsyncIterable<string>): AsyncGenerator<string, void, void> {
  const splitter = new SentenceSplitter();
  for await (const part of text) yield* splitter.push(part);
  yield* splitter.flush();
}

/** {@link splitSentences} fed by hand. */
export class SentenceSplitter {
  #pending: string[] = [];
  /** The first half of a character of two UTF-16 units, when a piece of text ends inside it. */
  #half = "";
  #first = true;

  /** Takes more text; gives the sentences that are certain to have ended. */
  push(text: string): string[] {
    const joined = this.#half + text;
    this.#half = /[\ud800-\udbff]$/.exec(joined)?.[0] ?? "";
    this.#append(joined.slice(0, joined.length - this.#half.length));
    return this.#take(false);
  }

  /** Gives what is left. */
  flush(): string[] {
    this.#append(this.#half);
    this.#half = "";
    const pieces = this.#take(true);
    if (this.#pending.length > 0) pieces.push(this.#pending.splice(0).join(""));
    this.#first = true;
    return pieces;
  }

  #append(text: string): void {
    // More text can only change the last grapheme, such as an emoji that a joiner continues.
    this.#pending.push(...graphemes((this.#pending.pop() ?? "") + text));
  }

  #take(ended: boolean): string[] {
    const pieces: string[] = [];
    for (let end = this.#cut(ended); end !== undefined; end = this.#cut(ended)) {
      pieces.push(this.#pending.splice(0, end).join(""));
      this.#first = false;
    }
    return pieces;
  }

  /** Number of graphemes of the next piece; `undefined` when more text is needed to tell. */
  #cut(ended: boolean): number | undefined {
    const text = this.#pending;
    let ms = 0;
    let spoken = false;
    let weak = 0;
    let space = 0;
    const stable = ended ? text.length : text.length - 1;
    for (let at = 0; at < stable; at++) {
      const one = text[at]!;
      if (spoken && NEWLINE.test(one)) return at;
      if (spoken && SPACE.test(one)) space = at;
      spoken ||= SPOKEN.test(one);
      ms += usualSpeechMs([one]);
      if (ms > MAX_PIECE_MS) return weak || space || at;
      if (!spoken) continue;
      const end = markRun(text, at, ended);
      if (end === "wait") return undefined;
      if (end === at) continue;
      const verdict = isEnd(text, at, end, ended);
      if (verdict === "wait") return undefined;
      if (verdict) return end;
      if (isWeakEnd(text, at, end)) {
        if (this.#first && ms >= FIRST_PIECE_MS) return end;
        weak = end;
      }
      ms += usualSpeechMs(text.slice(at + 1, end));
      at = end - 1;
    }
    return undefined;
  }
}
