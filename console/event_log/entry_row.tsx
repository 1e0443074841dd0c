/**
 * One line of the log.
 *
 * @module
 */

import type { JSX } from "preact";
import { useTexts } from "../context.ts";
import { memo } from "../fleet/memo.ts";
import { fill } from "../i18n/texts.ts";
import type { GuardAnswer } from "../recording/view.ts";
import type { Entry } from "./entries.ts";
import { logTexts } from "./texts.ts";
import { clockTime, preview, stepName } from "./words.ts";

/** Guards' answers in one line; the rest is counted. */
const MAX_GUARDS = 4;

/** What an {@link EntryRow} shows. */
export interface EntryRowProps {
  readonly entry: Entry;
  readonly id: string;
  /** Its place in the list, and how long that is. */
  readonly place: number;
  readonly of: number;
  readonly selected: boolean;
  /** Pixels from the top. */
  readonly top: number;
  readonly onSelect: (at: number) => void;
}

/** The line. */
export const EntryRow = memo((props: EntryRowProps): JSX.Element => {
  const { entry, id, place, of, selected, top, onSelect } = props;
  const t = useTexts(logTexts);
  const { kind, record, name, guards, at, missing } = entry;
  const style = { transform: `translateY(${top}px)` };
  const option = { id, role: "option", "aria-selected": selected, "aria-posinset": place + 1, "aria-setsize": of } as const;
  if (kind === "gap") {
    const text = fill(place === 0 ? t.gapStart : t.gap, { count: missing });
    return <div {...option} class="log-row gap" style={style}>{text}</div>;
  }
  return (
    <div
      {...option}
      class={`log-row ${kind}${selected ? " selected" : ""}${record.ignored === true ? " ignored" : ""}`}
      style={style}
      data-seq={record.seq}
      onClick={() => onSelect(at)}
    >
      <span class="log-time numbers">{clockTime(record.wall)}</span>
      <span class={`log-kind ${kind}`}>{t.kind[kind]}</span>
      <span class="log-type mono">{name}</span>
      <span class="log-about">
        {record.ignored === true ? <span class="log-ignored" title={t.ignoredHint}>{t.ignored}</span> : null}
        <About entry={entry} />
        <Guards guards={guards} />
      </span>
    </div>
  );
});

function About({ entry: { kind, record } }: { readonly entry: Entry }): JSX.Element {
  const t = useTexts(logTexts);
  const { actor, from, to, data } = record;
  const text = preview(data, (count) => fill(t.chars, { count }));
  if (kind === "step") return <span class="log-step">{stepName(from, to)}</span>;
  return (
    <>
      {actor === "" ? null : <span class="mono soft">{kind === "event" && from !== undefined ? `${from} → ${actor}` : actor}</span>}
      {text === "" ? null : <span class="log-data">{text}</span>}
    </>
  );
}

/** Answers of guards, each with a sign and for those who listen with a word. */
export function Guards({ guards, all = false }: { readonly guards: readonly GuardAnswer[]; readonly all?: boolean }): JSX.Element | null {
  const t = useTexts(logTexts);
  if (guards.length === 0) return null;
  const shown = all ? guards : guards.slice(0, MAX_GUARDS);
  return (
    <span class="log-guards">
      {shown.map(({ guard, result, seq }) => (
        <span key={seq} class={result ? "guard-answer yes" : "guard-answer no"}>
          <span aria-hidden="true">{result ? "✓" : "✗"}</span> {guard}
          <span class="hidden-text">: {result ? t.yes : t.no}</span>
        </span>
      ))}
      {shown.length === guards.length ? null : <span class="soft">{fill(t.more, { count: guards.length - shown.length })}</span>}
    </span>
  );
}
