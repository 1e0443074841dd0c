/**
 * The parts of the live page: side by side where there is room, else behind tabs.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useTexts } from "../context.ts";
import { liveTexts } from "./texts.ts";

/** The parts, in the order of their tabs. */
export const PARTS = ["chart", "events", "actors", "context"] as const;

/** One of {@link PARTS}. */
export type Part = (typeof PARTS)[number];

/** Below this width there is room for one part; the style sheet has the same number. */
const NARROW = "(max-width: 48rem)";

/** The parts with their headings. */
export function Parts({ parts }: { readonly parts: Readonly<Record<Part, ComponentChildren>> }): JSX.Element {
  const t = useTexts(liveTexts);
  const narrow = useMatches(NARROW);
  const [open, setOpen] = useState<Part>("chart");
  const tabs = useRef<HTMLDivElement>(null);
  const press = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = PARTS[(PARTS.indexOf(open) + step + PARTS.length) % PARTS.length] ?? open;
    setOpen(next);
    tabs.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div class="live-parts">
      {narrow
        ? (
          <div class="tabs" role="tablist" aria-label={t.parts} ref={tabs} onKeyDown={press}>
            {PARTS.map((part) => (
              <button
                key={part}
                type="button"
                role="tab"
                id={`tab-${part}`}
                aria-selected={part === open}
                aria-controls={`part-${part}`}
                tabIndex={part === open ? 0 : -1}
                onClick={() => setOpen(part)}
              >
                {t[part]}
              </button>
            ))}
          </div>
        )
        : null}
      {PARTS.map((part) => (
        <section
          key={part}
          id={`part-${part}`}
          class={`card live-${part}`}
          hidden={narrow && part !== open}
          {...(narrow ? { role: "tabpanel", "aria-labelledby": `tab-${part}` } : { "aria-labelledby": `heading-${part}` })}
        >
          {narrow ? null : <h2 id={`heading-${part}`}>{t[part]}</h2>}
          {parts[part]}
        </section>
      ))}
    </div>
  );
}

function useMatches(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const look = () => setMatches(list.matches);
    list.addEventListener("change", look);
    return () => list.removeEventListener("change", look);
  }, [query]);
  return matches;
}
