/**
 * What of an answer was heard, against what was written.
 *
 * @module
 */

import type { Turn } from "../../routes/console/types.ts";

/** A piece of an answer as it was spoken. */
export interface HeardPiece {
  readonly heard: string;
  /** The rest of it, which nobody heard. */
  readonly rest: string;
  /** Where it begins in the audio, milliseconds; absent where that is not known. */
  readonly startMs?: number;
}

/** An answer. */
export interface HeardAnswer {
  readonly pieces: readonly HeardPiece[];
  /** What was written behind the last piece and was not heard. */
  readonly tail: string;
  /** Whether it was cut off. */
  readonly cut: boolean;
  /** The written text, where it says more than the pieces and the tail: speech has no markup, and cannot always be found in it. */
  readonly written?: string;
}

type Answer = Pick<Turn, "outcome" | "replyText" | "heardText" | "sentences">;

/** Takes an answer apart. */
export function heardAnswer({ outcome, replyText, heardText, sentences = [] }: Answer): HeardAnswer {
  if (outcome === "completed" || outcome === "empty") {
    const pieces = sentences.length === 0
      ? [{ heard: replyText === "" ? heardText : replyText, rest: "" }]
      : sentences.map(({ text, startMs }) => ({ heard: text, rest: "", startMs }));
    return { pieces, tail: "", cut: false, ...written(pieces, "", replyText) };
  }
  const pieces = sentences.length === 0 ? [{ heard: heardText, rest: "" }] : cutPieces(sentences, heardText);
  const end = endOf(sentences.length === 0 ? [heardText] : sentences.map(({ text }) => text), replyText);
  const tail = end === undefined ? "" : replyText.slice(end);
  const cut = outcome === "interrupted" || tail.trim() !== "" || pieces.some(({ rest }) => rest !== "");
  return { pieces, tail, cut, ...written(pieces, tail, replyText) };
}

/** Sentences up to where the heard text ends. */
function cutPieces(sentences: NonNullable<Turn["sentences"]>, heardText: string): HeardPiece[] {
  let left = heardText;
  return sentences.map(({ text, startMs }) => {
    left = left.trimStart();
    if (left.startsWith(text)) {
      left = left.slice(text.length);
      return { heard: text, rest: "", startMs };
    }
    const heard = text.startsWith(left) ? left : "";
    left = "";
    return { heard, rest: text.slice(heard.length), startMs };
  });
}

/** Where the last of some texts ends that stand in a whole one after the other; undefined where one does not. */
function endOf(texts: readonly string[], whole: string): number | undefined {
  let end = 0;
  for (const text of texts) {
    const at = whole.indexOf(text, end);
    if (at < 0) return undefined;
    end = at + text.length;
  }
  return end;
}

function written(pieces: readonly HeardPiece[], tail: string, replyText: string): { readonly written?: string } {
  const bare = (text: string) => text.replace(/\s+/gu, "");
  const shown = pieces.map(({ heard, rest }) => heard + rest).join("") + tail;
  return replyText === "" || bare(shown) === bare(replyText) ? {} : { written: replyText };
}
