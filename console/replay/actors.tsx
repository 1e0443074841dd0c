/**
 * The actors of a connection, each below its owner.
 *
 * @module
 */

import type { JSX } from "preact";
import { useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import type { View } from "../recording/view.ts";
import { replayTexts } from "./texts.ts";
import { valueText } from "./words.ts";

/** The tree. */
export function Actors({ view }: { readonly view: View }): JSX.Element {
  const t = useTexts(replayTexts);
  const actors = view.actors.filter(({ conn }) => conn === view.conn);
  if (actors.length === 0) return <p class="small soft">{t.noActors}</p>;
  return (
    <ul class="actor-tree">
      {actors.map(({ actor, status, starts, failures, data }) => (
        <li key={actor} class={status} style={{ "--depth": actor.split("/").length - 1 }} data-actor={actor}>
          <span class="mono">{actor.slice(actor.lastIndexOf("/") + 1)}</span>
          <span class={`actor-status ${status}`}>{t.statuses[status]}</span>
          {starts > 1 ? <span class="small soft numbers">{fill(t.startsN, { count: starts })}</span> : null}
          {failures > 0 ? <span class="small numbers actor-failures">{fill(t.failuresN, { count: failures })}</span> : null}
          {status === "failed" && data !== undefined ? <span class="small actor-failures">{valueText(data)}</span> : null}
        </li>
      ))}
    </ul>
  );
}
