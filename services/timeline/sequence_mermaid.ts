/**
 * The sequence of a turn as Mermaid text.
 *
 * @module
 */

import { mermaidText } from "./mermaid_text.ts";
import type { Lifeline, Sequence, SequenceStep } from "./sequence.ts";
import type { SequencePictureOptions } from "./sequence_picture.ts";
import { ENGLISH, instant } from "./words.ts";

/** What Mermaid calls them: some of their own names are words of its language. */
const IDS: Readonly<Record<Lifeline, string>> = {
  device: "D",
  actor: "A",
  recognize: "R",
  chat: "C",
  tools: "T",
  synthesize: "S",
  store: "H",
};

const ARROWS: Readonly<Record<Exclude<SequenceStep["kind"], "state">, string>> = {
  call: "->>",
  answer: "-->>",
  tell: "->>",
  failure: "-x",
};

/** Mermaid `sequenceDiagram` text. */
export function sequenceMermaid(
  { lifelines, steps, zeroMs }: Sequence,
  { words = ENGLISH, providers = {} }: SequencePictureOptions = {},
): string {
  const named = (who: Lifeline) => mermaidText([words.lifelines[who], providers[who]].filter((each) => each !== undefined).join(", "));
  return [
    "sequenceDiagram",
    ...lifelines.map((who) => `  participant ${IDS[who]} as ${named(who)}`),
    ...steps.map(({ atMs, from, to, kind, text }) => {
      const said = mermaidText(`${instant(atMs - zeroMs, words)} ${text}`);
      return kind === "state" ? `  Note over ${IDS[from]}: ${said}` : `  ${IDS[from]}${ARROWS[kind]}${IDS[to]}: ${said}`;
    }),
    "",
  ].join("\n");
}
