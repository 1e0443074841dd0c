/**
 * Texts in which the words of a search are marked.
 *
 * @module
 */

import type { JSX } from "preact";

/** Characters shown before the first word that was found: enough to see what it belongs to. */
const BEFORE = 40;

/** A part of a text. */
export interface MarkedPart {
  readonly text: string;
  readonly marked: boolean;
}

/** A character as the search sees it: case, width and presentation do not count. */
function folded(character: string): string {
  return character.normalize("NFKC").toLowerCase().replaceAll("ς", "σ");
}

/** The parts of a text, those marked in which a word of `search` occurs. */
export function markedParts(text: string, search: string): readonly MarkedPart[] {
  const characters = [...text];
  let whole = "";
  /** For each code unit of `whole`, the character that it came of. */
  const origin: number[] = [];
  for (const [index, character] of characters.entries()) {
    const same = folded(character);
    whole += same;
    for (let unit = 0; unit < same.length; unit++) origin.push(index);
  }
  const marked = new Set<number>();
  for (const word of new Set([...search].map(folded).join("").split(/\s+/u))) {
    if (word === "") continue;
    for (let at = whole.indexOf(word); at >= 0; at = whole.indexOf(word, at + word.length)) {
      for (let unit = at; unit < at + word.length; unit++) marked.add(origin[unit] ?? 0);
    }
  }
  const parts: { text: string; marked: boolean }[] = [];
  for (const [index, character] of characters.entries()) {
    const last = parts.at(-1);
    if (last !== undefined && last.marked === marked.has(index)) last.text += character;
    else parts.push({ text: character, marked: marked.has(index) });
  }
  return parts;
}

/** A text with the words of a search marked; a long beginning without any of them is left out. */
export function Marked({ text, search }: { readonly text: string; readonly search: string }): JSX.Element {
  const parts = [...markedParts(text, search)];
  const [first] = parts;
  if (first !== undefined && !first.marked && parts.length > 1) {
    const characters = [...first.text];
    if (characters.length > BEFORE) parts[0] = { text: `…${characters.slice(-BEFORE).join("")}`, marked: false };
  }
  return <>{parts.map(({ text: part, marked }, index) => marked ? <mark key={index}>{part}</mark> : part)}</>;
}
