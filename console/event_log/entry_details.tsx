/**
 * All that a record says.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { useTexts } from "../context.ts";
import type { Entry } from "./entries.ts";
import { Guards } from "./entry_row.tsx";
import { logTexts } from "./texts.ts";
import { clockTime } from "./words.ts";

/** What {@link EntryDetails} shows. */
export interface EntryDetailsProps {
  readonly entry: Entry;
  readonly onClose: () => void;
}

/** The record, opened. */
export function EntryDetails({ entry: { kind, record, guards }, onClose }: EntryDetailsProps): JSX.Element {
  const t = useTexts(logTexts);
  const { type, wall, conn, actor, from, to, edges = [], data } = record;
  const lines: readonly (readonly [string, ComponentChildren])[] = [
    [t.at, clockTime(wall)],
    [t.actor, actor],
    [t.connection, conn],
    ...(kind === "step" ? [[t.states, `${from ?? ""} → ${to ?? ""}`]] as const : [[t.sender, from]] as const),
    [t.edges, edges.join(", ")],
    [t.guards, guards.length === 0 ? "" : <Guards key="guards" guards={guards} all />],
  ];
  return (
    <section class="log-details" aria-label={t.details}>
      <div class="log-details-head">
        <h3 class="mono">{type}</h3>
        <span class={`log-kind ${kind}`}>{t.kind[kind]}</span>
        {record.ignored === true ? <span class="log-ignored">{t.ignoredHint}</span> : null}
        <button type="button" class="quiet" onClick={onClose}>{t.close}</button>
      </div>
      <dl class="log-facts">
        {lines.map(([name, value]) =>
          value === undefined || value === "" ? null : (
            <div key={name} class={name === t.states || name === t.guards ? "wide" : ""}>
              <dt>{name}</dt>
              <dd class="mono">{value}</dd>
            </div>
          )
        )}
      </dl>
      {data === undefined
        ? <p class="soft small">{t.noPayload}</p>
        : <pre tabIndex={0} role="region" aria-label={t.payload}>{JSON.stringify(data, null, 2)}</pre>}
    </section>
  );
}
