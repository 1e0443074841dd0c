/**
 * What a model thinks aloud: stretches between `<think>` and `</think>` in its answer, which nobody should hear. Servers that know better
 * send them in a field of their own.
 *
 * @module
 */

const OPENING = /<(?:think|thinking|thought|reasoning)>/i;
const CLOSING = /<\/(?:think|thinking|thought|reasoning)>/i;

/** What a piece may end with so that the next one completes a tag; the longest tag has 12 characters. */
const BEGINNING = /<\/?[a-z]{0,9}$/i;

/** Takes an answer in pieces of any length and gives it back without the thoughts. */
export class ThinkingFilter {
  #held = "";
  #inside = false;

  /** Whether the last piece ended within a thought. */
  get inside(): boolean {
    return this.#inside;
  }

  /** What of the next piece is to be heard; a beginning of a tag waits for the piece after it. */
  push(piece: string): string {
    let heard = "";
    for (let text = this.#held + piece;;) {
      const tag = (this.#inside ? CLOSING : OPENING).exec(text);
      if (tag !== null) {
        if (!this.#inside) heard += text.slice(0, tag.index);
        text = text.slice(tag.index + tag[0].length);
        this.#inside = !this.#inside;
        continue;
      }
      const cut = BEGINNING.exec(text)?.index ?? text.length;
      this.#held = text.slice(cut);
      // A closing tag alone comes from templates that open the thought in the prompt.
      return this.#inside ? heard : heard + text.slice(0, cut).replace(CLOSING, "");
    }
  }

  /** What was waiting when the answer ended. */
  end(): string {
    const rest = this.#inside ? "" : this.#held;
    this.#held = "";
    return rest;
  }
}
